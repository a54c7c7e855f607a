package org.millrace.benchmarks.millrace;

import java.util.concurrent.TimeUnit;

/**
 * As many records a batch as take nine tenths of the interval, by what batches so far took: a
 * moving average, at most doubling, half as many while batches wait. Thread-safe ({@code
 * synchronized}: outputs and cuts come on different threads).
 */
final class SteeredPace implements GeneratedInput.Pace {
  private static final double SHARE = 0.9;
  private static final double SMOOTHING = 0.25;
  private static final long FIRST_RECORDS_A_SECOND = 50_000;

  private final BatchLog log;
  private final long intervalNanos;
  private double recordsANano;
  private long last;

  SteeredPace(BatchLog log, int intervalMs) {
    this.log = log;
    this.intervalNanos = TimeUnit.MILLISECONDS.toNanos(intervalMs);
    this.last = Math.max(1, FIRST_RECORDS_A_SECOND * intervalMs / 1_000);
    log.listen(this::learn);
  }

  private synchronized void learn(BatchLog.Batch batch) {
    if (batch.records() > 0) {
      double seen = batch.records() / (double) Math.max(1, batch.processingNanos());
      recordsANano = recordsANano == 0 ? seen : recordsANano + SMOOTHING * (seen - recordsANano);
    }
  }

  @Override
  public synchronized long nextBatch() {
    long wanted = recordsANano == 0 ? last : (long) (SHARE * intervalNanos * recordsANano);
    int waiting = log.waiting();
    long records = Math.max(1, Math.min(wanted, 2 * last));
    last = records;
    return waiting > 2 ? 0 : waiting > 1 ? records / 2 : records;
  }
}
