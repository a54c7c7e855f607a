package org.millrace.benchmarks.spark;

import org.millrace.benchmarks.workload.RunSpec;
import org.millrace.benchmarks.workload.Scenario;

/** How many records a batch gets. Called under the lock of {@link Batches}. */
interface Pace {
  /** Records of a batch that costs what batches cost. */
  long FEW = 1_000;

  /** Of the batch that ends now; index counts from 0. */
  long records(long index);

  /**
   * A batch has ended.
   *
   * @param schedulingMs how long it waited for its turn
   */
  default void ended(long records, double processingMs, double schedulingMs) {}

  /** Whether it has found how many it wants to give. */
  default boolean isSettled() {
    return true;
  }

  /** As the scenario says: a rate, few, or as many as can be processed. */
  static Pace of(RunSpec spec) {
    if (spec.rate() == 0 && spec.scenario() == Scenario.RUNNING_COUNT_FEW) {
      return fixed(FEW);
    }
    return spec.rate() > 0
        ? atRate(spec.rate(), spec.intervalMs())
        : new Steered(spec.intervalMs(), spec.option("first-records", 20_000));
  }

  /** Records a second. */
  static Pace atRate(long rate, int intervalMs) {
    return index -> rate * intervalMs * (index + 1) / 1_000 - rate * intervalMs * index / 1_000;
  }

  /** Records a batch. */
  static Pace fixed(long records) {
    return index -> records;
  }

  /**
   * So many that processing takes 0.93 of the interval. A single batch that takes far longer says
   * nothing about the next: it brought state in or wrote a checkpoint. While batches wait, they get
   * fewer, so that the queue is gone after some.
   */
  final class Steered implements Pace {
    private static final double SHARE = 0.93;
    private static final double GAIN = 0.5;
    private static final double LONG = 2;
    private static final double DRAINED_AFTER = 10;
    private static final double FEWEST = 0.3;
    private static final double NEAR = 0.15;
    private static final int NEAR_BATCHES = 3;
    private final int intervalMs;
    private double target;
    private double delayMs;
    private boolean wasLong;
    private int nearBatches;

    Steered(int intervalMs, long first) {
      this.intervalMs = intervalMs;
      this.target = first;
    }

    @Override
    public long records(long index) {
      return (long) (target * Math.max(FEWEST, 1 - delayMs / (DRAINED_AFTER * intervalMs)));
    }

    @Override
    public void ended(long records, double processingMs, double schedulingMs) {
      delayMs = schedulingMs;
      boolean isAlone = processingMs > LONG * intervalMs && !wasLong;
      wasLong = processingMs > LONG * intervalMs;
      if (!isAlone && records > 0) {
        double factor = SHARE * intervalMs / Math.max(processingMs, 0.1);
        // Batches in the queue were cut before; what was learned of this one is about its own size.
        double wanted = Math.min(4.0 * records, records * factor);
        target = Math.max(1, target + GAIN * (wanted - target));
        nearBatches = Math.abs(factor - 1) <= NEAR ? nearBatches + 1 : 0;
      }
    }

    /** Some batches in a row took about what they should. */
    @Override
    public boolean isSettled() {
      return nearBatches >= NEAR_BATCHES;
    }
  }
}
