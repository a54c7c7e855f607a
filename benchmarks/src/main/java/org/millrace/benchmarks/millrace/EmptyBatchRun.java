package org.millrace.benchmarks.millrace;

import java.util.List;
import org.millrace.api.Optional;
import org.millrace.api.Tuple2;
import org.millrace.api.streaming.DStream;
import org.millrace.api.streaming.PairDStream;
import org.millrace.api.streaming.StreamingContext;
import org.millrace.benchmarks.scale.TwoExecutors;
import org.millrace.benchmarks.workload.Engine;
import org.millrace.benchmarks.workload.Measurement;
import org.millrace.benchmarks.workload.RecordPool;
import org.millrace.benchmarks.workload.RunReport;
import org.millrace.benchmarks.workload.RunSpec;
import org.millrace.benchmarks.workload.Scenario;

/** Batches without input; with a shuffle, two partitions to two; with keyed state beside it. */
final class EmptyBatchRun {
  private static final int PARTITIONS = 2;

  private final Engine engine;
  private final RunSpec spec;
  private final BatchLog log = new BatchLog();

  EmptyBatchRun(Engine engine, RunSpec spec) {
    this.engine = engine;
    this.spec = spec;
  }

  RunReport run() throws Exception {
    if (spec.scenario() == Scenario.EMPTY_BATCH_TWO) {
      try (TwoExecutors two =
          new TwoExecutors(spec.workDirectory(), Contexts.settings(spec), spec.intervalMs())) {
        return run(two.context());
      }
    }
    try (StreamingContext context =
        spec.scenario() == Scenario.EMPTY_BATCH_STATE
            ? Contexts.withCheckpoints(spec, spec.intervalMs())
            : Contexts.plain(spec, spec.intervalMs())) {
      return run(context);
    }
  }

  private RunReport run(StreamingContext context) throws Exception {
    define(GeneratedInput.stream(context, spec, RecordPool.text(spec.seed(), 1), () -> 0, log));
    context.start();
    context.awaitTerminationOrTimeout(spec.warmUpMs());
    int before = log.batches().size();
    ThreadCpu threads = ThreadCpu.begin();
    Measurement measurement = Measurement.begin();
    context.awaitTerminationOrTimeout(spec.measureMs());
    long cpuNanos = measurement.cpuNanosSoFar();
    List<BatchLog.Batch> all = log.batches();
    List<BatchLog.Batch> span = all.subList(before, all.size());
    RunReport report = measurement.end(engine, spec, 0);
    BatchFigures.add(report, span, spec.intervalMs(), cpuNanos);
    report.note("cpu-by-thread", threads.perBatch(span.size()));
    context.stop(true, false);
    for (BatchLog.Batch batch : span) {
      if (batch.result() != 0) {
        throw new IllegalStateException(batch + " of no records gave some");
      }
    }
    return report;
  }

  private void define(DStream<String> lines) {
    if (spec.scenario() == Scenario.EMPTY_BATCH) {
      lines
          .map(String::length)
          .foreachRDD(
              rdd -> {
                long start = System.nanoTime();
                log.ended(start, rdd.count());
              });
      return;
    }
    PairDStream<String, Integer> ones = lines.mapToPair(word -> new Tuple2<>(word, 1));
    PairDStream<String, Integer> counts = ones.reduceByKey(Integer::sum, PARTITIONS);
    if (spec.scenario() == Scenario.EMPTY_BATCH_STATE) {
      // One output, which ends with the later of the two.
      counts = counts.union(ones.updateStateByKey(EmptyBatchRun::added, PARTITIONS));
    }
    counts.foreachRDD(
        rdd -> {
          long start = System.nanoTime();
          log.ended(start, rdd.count());
        });
  }

  private static Optional<Integer> added(List<Integer> values, Optional<Integer> total) {
    return Optional.of(total.orElse(0) + values.size());
  }
}
