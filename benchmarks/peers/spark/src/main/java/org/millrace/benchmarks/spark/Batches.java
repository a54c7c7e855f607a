package org.millrace.benchmarks.spark;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.millrace.benchmarks.workload.LatencyRecorder;
import org.millrace.benchmarks.workload.Measurement;
import org.millrace.benchmarks.workload.RunReport;
import org.millrace.benchmarks.workload.RunSpec;

/**
 * The batches of one streaming context: what they were given and what came of them. Thread-safe
 * ({@code synchronized}): batches are cut by one thread of Spark, ended by another, and waited for
 * by the main one. Static, because Spark serializes whatever a stream or function refers to.
 */
final class Batches {
  private static volatile Batches current;

  /** Records from (inclusive) to (exclusive) of the input. */
  record Share(long from, long to) {
    long count() {
      return to - from;
    }
  }

  /** A batch whose output has begun. */
  record Started(Batches batches, long timeMs, long schedulingMs, long nanos) {
    /** The output is done now. */
    void ended(long output) {
      batches.ended(this, output);
    }
  }

  /** A batch that ended. */
  private record Ended(long timeMs, Share share, double processingMs, double schedulingMs) {}

  private final Pace pace;
  private final Map<Long, Share> cut = new HashMap<>();
  private final List<Ended> inSpan = new ArrayList<>();
  private final List<Double> allProcessing = new ArrayList<>();
  private long cuts;
  private long cutRecords;
  private long endedBatches;
  private long endedRecords;
  private long endedOutput;
  private long lastTimeMs;
  private long lastOutput;
  private long lastSchedulingMs;
  private boolean isSpanWanted;
  private Measurement span;
  private long spanRecords;
  private long spanEndNanos;
  private long spanEndCpuNanos;
  private LatencyRecorder latency;
  private int intervalMs;

  private Batches(Pace pace) {
    this.pace = pace;
  }

  /** For the next context. */
  static Batches begin(Pace pace) {
    current = new Batches(pace);
    return current;
  }

  static Batches current() {
    return current;
  }

  /** The records of a batch; asked again, the same. */
  synchronized Share cut(long timeMs) {
    return cut.computeIfAbsent(
        timeMs,
        time -> {
          long count = pace.records(cuts++);
          cutRecords += count;
          return new Share(cutRecords - count, cutRecords);
        });
  }

  /** The records of a batch that receivers brought; none for a batch that was cut. */
  synchronized void received(long timeMs, long count) {
    if (cut.putIfAbsent(timeMs, new Share(cutRecords, cutRecords + count)) == null) {
      cutRecords += count;
    }
  }

  /** The output of a batch begins. */
  Started started(long timeMs) {
    return new Started(this, timeMs, System.currentTimeMillis() - timeMs, System.nanoTime());
  }

  private void ended(Started batch, long output) {
    long now = System.nanoTime();
    long timeMs = batch.timeMs();
    double processingMs = (now - batch.nanos()) / 1e6;
    double schedulingMs = batch.schedulingMs();
    synchronized (this) {
      Share share = cut.get(timeMs);
      endedBatches++;
      allProcessing.add(processingMs);
      endedRecords += share.count();
      endedOutput += output;
      lastTimeMs = timeMs;
      lastOutput = output;
      lastSchedulingMs = batch.schedulingMs();
      if (latency != null && share.count() > 0) {
        long lastNanos = now + TimeUnit.MILLISECONDS.toNanos(timeMs - System.currentTimeMillis());
        latency.output(
            lastNanos - TimeUnit.MILLISECONDS.toNanos(intervalMs), lastNanos, share.count(), now);
      }
      if (span != null) {
        inSpan.add(new Ended(timeMs, share, processingMs, schedulingMs));
        spanRecords += share.count();
        spanEndNanos = now;
        spanEndCpuNanos = span.cpuNanosSoFar();
        span.mark(spanRecords);
      } else if (isSpanWanted) {
        span = Measurement.begin();
      }
      pace.ended(share.count(), processingMs, schedulingMs);
      notifyAll();
    }
  }

  /** Processing times of all batches so far, in order, milliseconds. */
  synchronized double[] processingMs() {
    return allProcessing.stream().mapToDouble(each -> each).toArray();
  }

  /** Records latencies from now on. */
  synchronized void record(LatencyRecorder into, int ofIntervalMs) {
    latency = into;
    intervalMs = ofIntervalMs;
  }

  /** The span begins with the end of the next batch. */
  synchronized void beginSpan() {
    isSpanWanted = true;
  }

  /** Whether so many batches ended since the span began, the last at least so long after. */
  synchronized boolean isSpanOf(int batches, long millis) {
    return span != null
        && inSpan.size() >= batches
        && spanEndNanos - span.startNanos() >= TimeUnit.MILLISECONDS.toNanos(millis);
  }

  /** Whether so many batches have ended, or do so within some time. */
  boolean isEnded(long batches, long millis) throws InterruptedException {
    return comesTrue(() -> endedBatches >= batches, millis);
  }

  /** Whether a batch with records has ended, or does so within some time. */
  boolean isWithOutput(long millis) throws InterruptedException {
    return comesTrue(() -> endedRecords > 0, millis);
  }

  private synchronized boolean comesTrue(BooleanSupplier condition, long millis)
      throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    while (!condition.getAsBoolean()) {
      long rest = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (rest <= 0) {
        return false;
      }
      wait(rest);
    }
    return true;
  }

  synchronized long endedBatches() {
    return endedBatches;
  }

  /**
   * Whether batches have the size that suits them, and the last did not wait for longer than this.
   */
  synchronized boolean isSteady(long millis) {
    return pace.isSettled() && lastSchedulingMs <= millis;
  }

  synchronized long endedRecords() {
    return endedRecords;
  }

  /** The sum of all outputs. */
  synchronized long endedOutput() {
    return endedOutput;
  }

  synchronized long lastOutput() {
    return lastOutput;
  }

  /** The records of the last batches, so many that ended. */
  synchronized Share lastShares(int batches, int ofIntervalMs) {
    Share last = cut.get(lastTimeMs);
    Share first = cut.get(lastTimeMs - (batches - 1L) * ofIntervalMs);
    return new Share(first == null ? 0 : first.from(), last.to());
  }

  /** The span up to the end of its last batch, with figures of its batches. */
  synchronized RunReport report(SparkEngine engine, RunSpec spec) {
    RunReport report = span.end(engine, spec, spanRecords, spanEndNanos, spanEndCpuNanos);
    double[] processing = inSpan.stream().mapToDouble(Ended::processingMs).sorted().toArray();
    double[] delays = inSpan.stream().mapToDouble(Ended::schedulingMs).sorted().toArray();
    double[] capacities =
        inSpan.stream()
            .mapToDouble(batch -> batch.share().count() * 1e3 / batch.processingMs())
            .sorted()
            .toArray();
    report
        .figure("batches", inSpan.size())
        .figure("batch-p50-ms", percentile(processing, 50))
        .figure("batch-p90-ms", percentile(processing, 90))
        .figure("batch-p99-ms", percentile(processing, 99))
        .figure("batch-max-ms", percentile(processing, 100))
        .figure("batch-cpu-ms", spanEndCpuNanos / 1e6 / inSpan.size())
        .figure("delay-p50-ms", percentile(delays, 50))
        .figure("delay-p90-ms", percentile(delays, 90));
    if (spanRecords > 0) {
      report.figure("capacity-per-second", percentile(capacities, 50));
    }
    if (!pace.isSettled()) {
      report.note("pace", "batches had not found the size that suits them");
    }
    return report;
  }

  /** Of sorted values: the smallest that at least so many percent do not exceed. */
  static double percentile(double[] sorted, double percent) {
    int at = (int) Math.ceil(sorted.length * percent / 100) - 1;
    return sorted[Math.max(0, at)];
  }
}
