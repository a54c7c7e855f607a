package org.millrace.am.files;

import java.util.Optional;
import org.millrace.am.receive.RateEstimator;
import org.millrace.am.receive.RatePolicy;

/**
 * How much of a file stream a batch may take, and how much the last one had. Owned by the driver
 * loop.
 */
public final class FileRate {
  private final long intervalMs;
  private final Optional<RateEstimator> estimator;
  private long recordsPerSecond;
  private long bytesPerSecond;

  public FileRate(RatePolicy policy, long intervalMs) {
    this.intervalMs = intervalMs;
    this.estimator =
        policy.adaptive() ? Optional.of(new RateEstimator(policy, intervalMs)) : Optional.empty();
  }

  /**
   * Learns from a batch that was completed.
   *
   * @param records of this stream; -1 for unknown
   * @param waitedMs from submission to start
   */
  public void onBatchCompleted(
      long timeMs, long records, long bytes, long processingMs, long waitedMs) {
    recordsPerSecond = Math.max(0, records) * 1_000 / intervalMs;
    bytesPerSecond = bytes * 1_000 / intervalMs;
    estimator.ifPresent(
        known -> known.onCompleted(new RateEstimator.Load(timeMs, bytes, processingMs, waitedMs)));
  }

  /** What a batch may take; at least 1. */
  long mostBytes() {
    return estimator
        .map(known -> Math.max(1, (long) (known.rate() * (intervalMs / 1_000.0))))
        .orElse(Long.MAX_VALUE);
  }

  /** 0 for no limit. */
  long mostBytesPerSecond() {
    return estimator.map(RateEstimator::rate).orElse(0L);
  }

  long recordsPerSecond() {
    return recordsPerSecond;
  }

  long bytesPerSecond() {
    return bytesPerSecond;
  }
}
