package org.millrace.benchmarks.flink;

import java.nio.file.Files;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.millrace.benchmarks.flink.Inputs.End;
import org.millrace.benchmarks.flink.Results.Kept;
import org.millrace.benchmarks.workload.Ads;
import org.millrace.benchmarks.workload.Engine;
import org.millrace.benchmarks.workload.EngineMain;
import org.millrace.benchmarks.workload.Measurement;
import org.millrace.benchmarks.workload.RecordPool;
import org.millrace.benchmarks.workload.ResultDigest;
import org.millrace.benchmarks.workload.RunReport;
import org.millrace.benchmarks.workload.RunSpec;
import org.millrace.benchmarks.workload.Scenario;
import org.millrace.benchmarks.workload.UnsupportedScenario;

/**
 * Flink's DataStream API on a mini cluster, parallelism as many as there are cores, objects reused.
 * Options: {@code state=rocksdb} (default hashmap), {@code snapshot-ms} (10,000; 0 = none), {@code
 * mode=record} and {@code buffer-timeout-ms} for latency.
 */
public final class FlinkEngine implements Engine {
  private static final int CHECK_INTERVAL_MS = 200;
  private static final int SNAPSHOT_MS = 10_000;
  private static final int PARTS = 3;
  private static final GeneratedSource<String> LINES =
      new GeneratedSource<>((line, record, due) -> line);

  /** Arguments: those of {@link RunSpec#parse}. */
  public static void main(String[] args) {
    EngineMain.run(new FlinkEngine(), args);
  }

  @Override
  public String name() {
    return "flink";
  }

  @Override
  public RunReport run(RunSpec spec) throws Exception {
    Files.createDirectories(spec.workDirectory());
    return switch (spec.scenario()) {
      case WORD_COUNT, GREP, WINDOW_COUNT, RUNNING_COUNT, ADS, MEMORY, LATENCY -> checked(spec);
      case WORD_COUNT_BUILTIN, ADS_BUILTIN ->
          checked(spec).note("job", "functions on objects; Flink's streams have nothing built in");
      case START_UP -> startUp(spec);
      case RUNNING_COUNT_UPDATE -> throw new UnsupportedScenario("Flink has no updateStateByKey");
      case EMPTY_BATCH,
          EMPTY_BATCH_SHUFFLE,
          EMPTY_BATCH_STATE,
          EMPTY_BATCH_TWO,
          RUNNING_COUNT_FEW,
          WINDOW_COST,
          STATE_COST,
          DRIVER_SCALE ->
          throw new UnsupportedScenario("Flink has no batches");
      case SOCKET_WORD_COUNT, SOCKET_GREP ->
          throw new UnsupportedScenario("Flink's socket source reads on one thread without a log");
    };
  }

  private RunReport checked(RunSpec spec) throws Exception {
    RecordPool pool = spec.pool();
    ResultDigest digest = spec.checkRecords() > 0 ? check(spec, pool) : null;
    RunReport report =
        spec.scenario() == Scenario.LATENCY ? FlinkLatency.run(this, spec) : throughput(spec, pool);
    return digest == null ? report : report.digest(digest);
  }

  private static ResultDigest check(RunSpec spec, RecordPool pool) throws Exception {
    long records = spec.checkRecords();
    boolean isByProcessingTime =
        switch (spec.scenario()) {
          case GREP, WINDOW_COUNT, RUNNING_COUNT, ADS, ADS_BUILTIN -> false;
          default -> true;
        };
    Inputs.finite(pool, spec.cores(), records, isByProcessingTime ? End.IDLE : End.FINISH);
    Results results = Results.begin();
    try (FlinkRun run = new FlinkRun(spec)) {
      kept(spec, run);
      run.start();
      if (isByProcessingTime) {
        long words = pool.weight(0, records);
        run.await(results::total, words, "words");
        run.run(2 * CHECK_INTERVAL_MS);
      } else {
        run.runToEnd();
      }
    }
    return results.digest();
  }

  private static void kept(RunSpec spec, FlinkRun run) {
    switch (spec.scenario()) {
      case GREP ->
          FlinkJobs.grep(run.source(LINES, Types.STRING))
              .sinkTo(Results.keeping(line -> line, line -> 1, Kept.SUM));
      case WINDOW_COUNT ->
          FlinkJobs.windowCountOfPanes(panes(spec, run), CHECK_INTERVAL_MS)
              .sinkTo(Results.keeping(count -> count.f0, count -> count.f1, Kept.SUM));
      case RUNNING_COUNT -> {
        keepState(spec, run);
        FlinkJobs.runningCount(run.source(LINES, Types.STRING))
            .sinkTo(Results.keeping(sum -> sum.f0, sum -> sum.f1, Kept.GREATEST));
      }
      case ADS, ADS_BUILTIN ->
          FlinkJobs.ads(run.source(LINES, Types.STRING), Ads.campaigns(spec.seed()))
              .sinkTo(Results.keeping(views -> views.f0, views -> views.f1, Kept.SUM));
      default ->
          FlinkJobs.wordCount(run.source(LINES, Types.STRING), CHECK_INTERVAL_MS)
              .sinkTo(Results.keeping(count -> count.f0, count -> count.f1, Kept.SUM));
    }
  }

  /** Lines with the number of their pane. */
  private static DataStream<Tuple2<String, Integer>> panes(RunSpec spec, FlinkRun run) {
    long[] starts = new long[Scenario.CHECK_PANES];
    for (int pane = 0; pane < starts.length; pane++) {
      starts[pane] = spec.checkPaneStart(pane);
    }
    return run.source(
        new GeneratedSource<>((line, record, due) -> Tuple2.of(line, paneOf(starts, record))),
        FlinkJobs.COUNT);
  }

  private static int paneOf(long[] starts, long record) {
    int pane = 0;
    while (pane + 1 < starts.length && starts[pane + 1] <= record) {
      pane++;
    }
    return pane;
  }

  private static void keepState(RunSpec spec, FlinkRun run) {
    run.keepState(spec.option("state", "hashmap"), spec.option("snapshot-ms", SNAPSHOT_MS));
  }

  private RunReport throughput(RunSpec spec, RecordPool pool) throws Exception {
    boolean isWithState = spec.scenario() == Scenario.RUNNING_COUNT;
    Inputs inputs =
        Inputs.endless(pool, spec.cores(), spec.rate(), isWithState ? RecordPool.KEYS : 0);
    Results results = Results.begin();
    try (FlinkRun run = new FlinkRun(spec)) {
      measured(spec, run);
      run.start();
      run.await(inputs::filled, inputs.fill(), "keys in state");
      run.run(spec.warmUpMs());
      Measurement span = Measurement.begin();
      long before = inputs.emitted();
      for (int part = 0; part < PARTS; part++) {
        span.mark(inputs.emitted() - before);
        run.run(spec.measureMs() / PARTS);
      }
      long records = inputs.emitted() - before;
      RunReport report = span.end(this, spec, records);
      if (records == 0 || results.count() == 0) {
        throw new IllegalStateException(
            records + " records in the span, " + results.count() + " results in all");
      }
      return report.figure("results", results.count());
    }
  }

  private static void measured(RunSpec spec, FlinkRun run) {
    DataStream<String> lines = run.source(LINES, Types.STRING);
    switch (spec.scenario()) {
      case GREP -> FlinkJobs.grep(lines).sinkTo(Results.counting(line -> 1));
      case WINDOW_COUNT ->
          FlinkJobs.windowCount(lines, spec.intervalMs())
              .sinkTo(Results.counting(count -> count.f1));
      case RUNNING_COUNT -> {
        keepState(spec, run);
        FlinkJobs.runningCount(lines).sinkTo(Results.counting(sum -> 1));
      }
      case ADS, ADS_BUILTIN ->
          FlinkJobs.ads(lines, Ads.campaigns(spec.seed()))
              .sinkTo(Results.counting(views -> views.f1));
      default ->
          FlinkJobs.wordCount(lines, spec.intervalMs()).sinkTo(Results.counting(count -> count.f1));
    }
  }

  private RunReport startUp(RunSpec spec) throws Exception {
    Measurement whole = Measurement.begin();
    Inputs inputs = Inputs.endless(spec.pool(), spec.cores(), spec.rate(), 0);
    Results results = Results.begin();
    try (FlinkRun run = new FlinkRun(spec)) {
      FlinkJobs.wordCount(run.source(LINES, Types.STRING), spec.intervalMs())
          .sinkTo(Results.counting(count -> count.f1));
      run.start();
      run.await(results::count, 1, "results");
      double startUpMs = Measurement.millisSinceJvmStart();
      return whole
          .end(this, spec, inputs.emitted())
          .figure("start-up-ms", startUpMs)
          .figure("cpu-ms", Measurement.cpuNanos() / 1e6);
    }
  }
}
