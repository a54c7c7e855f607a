package org.millrace.benchmarks.millrace;

import java.util.List;
import org.millrace.api.Tuple2;
import org.millrace.api.streaming.DStream;
import org.millrace.api.streaming.StreamingContext;
import org.millrace.benchmarks.workload.Engine;
import org.millrace.benchmarks.workload.Measurement;
import org.millrace.benchmarks.workload.RecordPool;
import org.millrace.benchmarks.workload.RunReport;
import org.millrace.benchmarks.workload.RunSpec;
import org.millrace.benchmarks.workload.Scenario;

/** Batches without input; with a shuffle, two partitions to two. */
final class EmptyBatchRun {
  private final Engine engine;
  private final RunSpec spec;

  EmptyBatchRun(Engine engine, RunSpec spec) {
    this.engine = engine;
    this.spec = spec;
  }

  RunReport run() throws Exception {
    BatchLog log = new BatchLog();
    try (StreamingContext context = Contexts.plain(spec, spec.intervalMs())) {
      DStream<String> lines =
          GeneratedInput.stream(context, spec, RecordPool.text(spec.seed(), 1), () -> 0, log);
      if (spec.scenario() == Scenario.EMPTY_BATCH) {
        lines
            .map(String::length)
            .foreachRDD(
                rdd -> {
                  long start = System.nanoTime();
                  log.ended(start, rdd.count());
                });
      } else {
        lines
            .mapToPair(word -> new Tuple2<>(word, 1))
            .reduceByKey(Integer::sum, 2)
            .foreachRDD(
                rdd -> {
                  long start = System.nanoTime();
                  log.ended(start, rdd.count());
                });
      }
      context.start();
      context.awaitTerminationOrTimeout(spec.warmUpMs());
      int before = log.batches().size();
      Measurement measurement = Measurement.begin();
      context.awaitTerminationOrTimeout(spec.measureMs());
      long cpuNanos = measurement.cpuNanosSoFar();
      List<BatchLog.Batch> all = log.batches();
      List<BatchLog.Batch> span = all.subList(before, all.size());
      RunReport report = measurement.end(engine, spec, 0);
      BatchFigures.add(report, span, cpuNanos);
      double due = spec.measureMs() / (double) spec.intervalMs();
      report.figure("holds", span.size() >= 0.98 * due ? 1 : 0);
      context.stop(true, false);
      return report;
    }
  }
}
