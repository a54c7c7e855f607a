package org.millrace.benchmarks.millrace;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.millrace.benchmarks.workload.RunReport;

/** What batches of a span took: their output's time, and from the cut to its end. */
final class BatchFigures {
  /** Of the batches that are due, those that have to come. */
  private static final double MOST = 0.98;

  private BatchFigures() {}

  /** Figure "holds": as many batches as intervals went by, but for the last. */
  static void add(RunReport report, List<BatchLog.Batch> span, int intervalMs, long cpuNanos) {
    if (span.isEmpty()) {
      throw new IllegalStateException("no batch ended in the span");
    }
    Histogram processing = new Histogram(3);
    Histogram total = new Histogram(3);
    for (BatchLog.Batch batch : span) {
      processing.recordValue(batch.processingNanos() / 1_000);
      total.recordValue((batch.endNanos() - batch.cutNanos()) / 1_000);
    }
    report
        .figure("batches", span.size())
        .figure("batch-cpu-ms", cpuNanos / 1e6 / span.size())
        .figure("batch-mean-ms", processing.getMean() / 1e3)
        .figure("batch-p50-ms", processing.getValueAtPercentile(50) / 1e3)
        .figure("batch-p99-ms", processing.getValueAtPercentile(99) / 1e3)
        .figure("batch-max-ms", processing.getMaxValue() / 1e3)
        .figure("cut-to-output-p50-ms", total.getValueAtPercentile(50) / 1e3)
        .figure("cut-to-output-p99-ms", total.getValueAtPercentile(99) / 1e3);
    BatchLog.Batch last = span.get(span.size() - 1);
    long lengthMs = TimeUnit.NANOSECONDS.toMillis(last.endNanos() - span.get(0).endNanos());
    report.figure("holds", span.size() >= MOST * lengthMs / intervalMs ? 1 : 0);
  }
}
