package org.millrace.benchmarks.workload;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Latency from the scheduled creation of records to the output they are in, whenever it comes: no
 * coordinated omission. Records scheduled outside of the span do not count. All times are {@link
 * System#nanoTime()}. Thread-safe ({@code synchronized}: outputs may come from several threads).
 */
public final class LatencyRecorder {
  private static final int SAMPLES = 64;
  private static final int PARTS = 4;
  private static final int DIGITS = 3;

  private final long fromNanos;
  private final long toNanos;
  private final Histogram all = new Histogram(DIGITS);
  private final Histogram[] parts = new Histogram[PARTS];
  private long records;

  /** For records scheduled in a span. */
  public LatencyRecorder(long fromNanos, long toNanos) {
    this.fromNanos = fromNanos;
    this.toNanos = toNanos;
    for (int i = 0; i < PARTS; i++) {
      parts[i] = new Histogram(DIGITS);
    }
  }

  /**
   * An output: {@code count} records, scheduled evenly from {@code firstNanos} to {@code
   * lastNanos}.
   */
  public synchronized void output(long firstNanos, long lastNanos, long count, long outputNanos) {
    int samples = (int) Math.min(SAMPLES, count);
    for (int i = 0; i < samples; i++) {
      // In the middle of its share.
      long scheduled = firstNanos + (long) ((lastNanos - firstNanos) * ((i + 0.5) / samples));
      if (scheduled - fromNanos >= 0 && scheduled - toNanos < 0) {
        long share = count * (i + 1) / samples - count * i / samples;
        long micros = Math.max(0, TimeUnit.NANOSECONDS.toMicros(outputNanos - scheduled));
        all.recordValueWithCount(micros, share);
        int part = (int) ((scheduled - fromNanos) * PARTS / (toNanos - fromNanos));
        parts[part].recordValueWithCount(micros, share);
        records += share;
      }
    }
  }

  /** Records of the span that came out. */
  public synchronized long records() {
    return records;
  }

  /**
   * The delay does not grow: all records due came out, the median of the last quarter is at most
   * half an interval above that of the second, and at most five intervals.
   */
  public synchronized boolean holds(long intervalMs, long recordsDue) {
    double half = intervalMs * 1_000 / 2.0;
    double last = parts[PARTS - 1].getValueAtPercentile(50);
    return records >= recordsDue * 0.98
        && last <= parts[1].getValueAtPercentile(50) + half
        && last <= 10 * half;
  }

  /** Figures latency-p50-ms, -p90-, -p99-, -p999-, -max-ms; none when nothing came out. */
  public synchronized void addTo(RunReport report) {
    if (records == 0) {
      return;
    }
    report
        .figure("latency-p50-ms", all.getValueAtPercentile(50) / 1e3)
        .figure("latency-p90-ms", all.getValueAtPercentile(90) / 1e3)
        .figure("latency-p99-ms", all.getValueAtPercentile(99) / 1e3)
        .figure("latency-p999-ms", all.getValueAtPercentile(99.9) / 1e3)
        .figure("latency-max-ms", all.getMaxValue() / 1e3);
  }

  /** Figure "holds": 1 when {@link #holds}. */
  public synchronized void addHoldsTo(RunReport report, RunSpec spec) {
    long due = spec.rate() * TimeUnit.NANOSECONDS.toMillis(toNanos - fromNanos) / 1_000;
    report.figure("holds", holds(spec.intervalMs(), due) ? 1 : 0);
  }
}
