package org.millrace.benchmarks.spark;

import java.nio.file.Files;
import java.util.Map;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.streaming.api.java.JavaDStream;
import org.apache.spark.streaming.api.java.JavaPairDStream;
import org.millrace.benchmarks.spark.SparkOutputs.Kept;
import org.millrace.benchmarks.workload.Ads;
import org.millrace.benchmarks.workload.Engine;
import org.millrace.benchmarks.workload.EngineMain;
import org.millrace.benchmarks.workload.RecordPool;
import org.millrace.benchmarks.workload.ResultDigest;
import org.millrace.benchmarks.workload.RunReport;
import org.millrace.benchmarks.workload.RunSpec;
import org.millrace.benchmarks.workload.Scenario;
import org.millrace.benchmarks.workload.UnsupportedScenario;
import scala.Tuple2;

/**
 * Spark's DStreams in local mode, a slot for each core. Options: {@code ads-time=processing} for
 * windows of processing time; {@code operator=updateStateByKey} for running-count-few; {@code
 * receivers}, {@code slots}, {@code log=true} and {@code first-rate} for sockets; {@code
 * spark.NAME} for a setting of Spark.
 */
public final class SparkEngine implements Engine {
  private static final int CHECK_INTERVAL_MS = 1_000;
  private static final int CHECK_BATCHES = 8;

  /** Arguments: those of {@link RunSpec#parse}. */
  public static void main(String[] args) {
    EngineMain.run(new SparkEngine(), args);
  }

  @Override
  public String name() {
    return "spark";
  }

  @Override
  public RunReport run(RunSpec spec) throws Exception {
    Files.createDirectories(spec.workDirectory());
    return switch (spec.scenario()) {
      case SOCKET_WORD_COUNT, SOCKET_GREP -> new SparkSockets(this, spec).run();
      case EMPTY_BATCH, EMPTY_BATCH_SHUFFLE -> emptyBatch(spec);
      case WINDOW_COST -> new SparkCosts(this, spec).windows();
      case STATE_COST -> new SparkCosts(this, spec).states();
      case START_UP -> SparkTimes.startUp(this, spec);
      case EMPTY_BATCH_STATE, EMPTY_BATCH_TWO, DRIVER_SCALE ->
          throw new UnsupportedScenario(spec.scenario() + " was not written for Spark");
      case WORD_COUNT,
          WORD_COUNT_BUILTIN,
          GREP,
          WINDOW_COUNT,
          RUNNING_COUNT,
          RUNNING_COUNT_UPDATE,
          RUNNING_COUNT_FEW,
          ADS,
          ADS_BUILTIN,
          MEMORY,
          LATENCY ->
          checked(spec);
    };
  }

  private RunReport checked(RunSpec spec) throws Exception {
    RecordPool pool = spec.pool();
    GeneratedRdd.readFrom(pool::reader);
    ResultDigest digest = spec.checkRecords() > 0 ? check(spec) : null;
    RunReport report =
        spec.scenario() == Scenario.LATENCY
            ? SparkTimes.latency(this, spec)
            : throughput(spec, pool);
    if (spec.scenario() == Scenario.WORD_COUNT_BUILTIN || spec.scenario() == Scenario.ADS_BUILTIN) {
      report.note("job", "functions on objects; Spark's streams have nothing built in");
    }
    return digest == null ? report : report.digest(digest);
  }

  private static ResultDigest check(RunSpec spec)
      throws InterruptedException, SparkRun.SlowBatchException {
    boolean isWindow = spec.scenario() == Scenario.WINDOW_COUNT;
    int batches = isWindow ? Scenario.CHECK_PANES : CHECK_BATCHES;
    long records = spec.checkRecords();
    // The pane's start of the specification, whatever the number of panes.
    Pace pace = index -> records * (index + 1) / batches - records * index / batches;
    try (SparkRun run = SparkRun.stepped(spec, CHECK_INTERVAL_MS, pace).withCheckpoints("check")) {
      Map<String, Long> results = keptResults(spec, run.generated());
      run.start();
      for (int i = 0; i < batches; i++) {
        run.batch();
      }
      return SparkOutputs.digest(results);
    }
  }

  private static Map<String, Long> keptResults(RunSpec spec, JavaDStream<String> input) {
    int partitions = spec.cores();
    return switch (spec.scenario()) {
      case GREP ->
          SparkOutputs.keep(
              SparkJobs.grep(input).mapToPair(line -> new Tuple2<>(line, 1)), Kept.SUM);
      case WINDOW_COUNT ->
          SparkOutputs.keep(SparkJobs.windowCount(input, partitions, CHECK_INTERVAL_MS), Kept.LAST);
      case RUNNING_COUNT, RUNNING_COUNT_UPDATE, RUNNING_COUNT_FEW ->
          isWithUpdate(spec)
              ? SparkOutputs.keep(SparkJobs.runningCountUpdate(input, partitions, null), Kept.LAST)
              : SparkOutputs.keep(SparkJobs.runningCount(input, partitions, null), Kept.GREATEST);
      case ADS, ADS_BUILTIN ->
          SparkOutputs.keep(
              SparkJobs.ads(input, Ads.campaigns(spec.seed()), partitions)
                  .mapToPair(
                      views -> new Tuple2<>(Ads.key(views._1()._1(), views._1()._2()), views._2())),
              Kept.SUM);
      default -> SparkOutputs.keep(SparkJobs.wordCount(input, partitions), Kept.SUM);
    };
  }

  private static boolean isWithUpdate(RunSpec spec) {
    return spec.scenario() == Scenario.RUNNING_COUNT_UPDATE
        || spec.option("operator", "mapWithState").equals("updateStateByKey");
  }

  private RunReport throughput(RunSpec spec, RecordPool pool) throws Exception {
    Batches batches;
    RunReport report;
    try (SparkRun run = timed(spec, Pace.of(spec))) {
      measuredResults(spec, run);
      run.start();
      run.span();
      batches = run.batches();
      report = batches.report(this, spec);
    }
    conserve(spec, pool, batches);
    return report;
  }

  /** With the settings of the options. */
  static SparkRun timed(RunSpec spec, Pace pace) {
    return SparkRun.timed(spec, spec.intervalMs(), pace, spec.cores(), SparkRun.settings(spec));
  }

  private static void measuredResults(RunSpec spec, SparkRun run) {
    int partitions = spec.cores();
    JavaDStream<String> input = run.generated();
    switch (spec.scenario()) {
      case GREP -> SparkOutputs.count(SparkJobs.grep(input));
      case WINDOW_COUNT -> {
        run.withCheckpoints("run");
        SparkOutputs.sum(SparkJobs.windowCount(input, partitions, spec.intervalMs()));
      }
      case RUNNING_COUNT, RUNNING_COUNT_UPDATE, RUNNING_COUNT_FEW -> {
        run.withCheckpoints("run");
        JavaPairRDD<String, Long> keys = run.keys(RecordPool.KEYS);
        if (isWithUpdate(spec)) {
          SparkOutputs.sum(SparkJobs.runningCountUpdate(input, partitions, keys));
        } else {
          SparkOutputs.count(SparkJobs.runningCount(input, partitions, keys));
        }
      }
      case ADS, ADS_BUILTIN -> {
        Map<String, String> campaigns = Ads.campaigns(spec.seed());
        if (isByProcessingTime(spec)) {
          SparkOutputs.sum(
              SparkJobs.adsByProcessingTime(input, campaigns, partitions, spec.intervalMs()));
        } else {
          SparkOutputs.sum(SparkJobs.ads(input, campaigns, partitions));
        }
      }
      default -> SparkOutputs.sum(SparkJobs.wordCount(input, partitions));
    }
  }

  private static boolean isByProcessingTime(RunSpec spec) {
    return spec.option("ads-time", "event").equals("processing");
  }

  /** Nothing lost, nothing twice, in the measured run too. */
  private static void conserve(RunSpec spec, RecordPool pool, Batches batches) {
    long records = batches.endedRecords();
    long output = batches.endedOutput();
    long expected;
    switch (spec.scenario()) {
      case GREP -> expected = pool.matches(0, records);
      case WINDOW_COUNT -> {
        Batches.Share window = batches.lastShares(Scenario.WINDOW_PANES, spec.intervalMs());
        output = batches.lastOutput();
        expected = pool.weight(window.from(), window.to());
      }
      case RUNNING_COUNT, RUNNING_COUNT_UPDATE, RUNNING_COUNT_FEW -> {
        output = isWithUpdate(spec) ? batches.lastOutput() : output;
        expected = isWithUpdate(spec) ? pool.weight(0, records) : records;
      }
      case ADS, ADS_BUILTIN -> {
        expected = isByProcessingTime(spec) ? output : pool.weight(0, records);
      }
      default -> expected = pool.weight(0, records);
    }
    if (output != expected) {
      throw new IllegalStateException(
          spec.scenario() + ": " + records + " records gave " + output + ", not " + expected);
    }
  }

  private RunReport emptyBatch(RunSpec spec) throws Exception {
    try (SparkRun run = timed(spec, Pace.fixed(0))) {
      JavaDStream<String> input = run.generated();
      if (spec.scenario() == Scenario.EMPTY_BATCH) {
        SparkOutputs.count(input.map(line -> line));
      } else {
        JavaPairDStream<String, Integer> counts = SparkJobs.wordCount(input, spec.cores());
        SparkOutputs.sum(counts);
      }
      run.start();
      run.span();
      return run.batches().report(this, spec);
    }
  }
}
