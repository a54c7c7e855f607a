package org.millrace.checkpoint.segment;

import java.util.concurrent.TimeUnit;

/**
 * Learns how long a flush usually takes: smoothed mean and deviation, as TCP estimates its
 * retransmission timeout (Jacobson, "Congestion Avoidance and Control", 1988). Owned by the log.
 */
final class FlushTimes {

  /** Time that the bytes of a write may take besides, at 32 MiB a second. */
  private static final long NANOS_PER_BYTE = 30;

  private final long leastNanos;
  private final long mostNanos;
  private long meanNanos = -1;
  private long deviationNanos;

  FlushTimes(RecordLogOptions.Hedge bounds) {
    leastNanos = bounds.least().toNanos();
    mostNanos = bounds.most().toNanos();
  }

  void add(long nanos) {
    if (meanNanos < 0) {
      meanNanos = nanos;
      deviationNanos = nanos / 2;
      return;
    }
    deviationNanos += (Math.abs(nanos - meanNanos) - deviationNanos) / 4;
    meanNanos += (nanos - meanNanos) / 8;
  }

  /** How long to wait for the flush of so many bytes before it counts as stalled. */
  long boundMs(long bytes) {
    long usual = meanNanos < 0 ? mostNanos : meanNanos + 4 * deviationNanos;
    long clamped = Math.max(leastNanos, Math.min(mostNanos, usual));
    return TimeUnit.NANOSECONDS.toMillis(clamped + bytes * NANOS_PER_BYTE);
  }
}
