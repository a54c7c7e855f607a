package org.millrace.benchmarks.flink;

import java.util.concurrent.atomic.AtomicLongArray;
import org.millrace.benchmarks.workload.RecordPool;

/**
 * What the readers of one job read, and how far they are. Thread-safe. Static, because sources are
 * serialized; the mini cluster is in this JVM.
 */
final class Inputs {
  private static final int APART = 16;
  private static volatile Inputs current;

  /** How an input ends. */
  enum End {
    /** It does not. */
    NEVER,
    /** The job ends with it. */
    FINISH,
    /** No record comes any more, and the job goes on: windows of processing time still fire. */
    IDLE
  }

  private final RecordPool pool;
  private final int readers;
  private final End end;
  private final long records;
  private final long rate;
  private final int fill;
  private final AtomicLongArray emitted;
  private volatile long startNanos;

  private Inputs(RecordPool pool, int readers, End end, long records, long rate, int fill) {
    this.pool = pool;
    this.readers = readers;
    this.end = end;
    this.records = records;
    this.rate = rate;
    this.fill = fill;
    this.emitted = new AtomicLongArray(readers * APART);
  }

  /** The first records of the pool. */
  static Inputs finite(RecordPool pool, int readers, long records, End end) {
    return begin(new Inputs(pool, readers, end, records, 0, 0));
  }

  /**
   * All records of the pool, cyclically.
   *
   * @param rate records a second; 0 = flat out
   * @param fill key-values with 0 of so many keys come first, in no one's schedule
   */
  static Inputs endless(RecordPool pool, int readers, long rate, int fill) {
    return begin(new Inputs(pool, readers, End.NEVER, Long.MAX_VALUE, rate, fill));
  }

  private static Inputs begin(Inputs inputs) {
    current = inputs;
    return inputs;
  }

  static Inputs current() {
    return current;
  }

  RecordPool pool() {
    return pool;
  }

  End end() {
    return end;
  }

  long records() {
    return records;
  }

  int fill() {
    return fill;
  }

  boolean isScheduled() {
    return rate > 0;
  }

  /** When the record is due; the schedule begins when the first reader asks. */
  long dueNanos(long record) {
    if (startNanos == 0) {
      begin();
    }
    return startNanos + (long) (record * (1e9 / rate));
  }

  // Readers ask at once.
  private synchronized void begin() {
    if (startNanos == 0) {
      startNanos = System.nanoTime();
    }
  }

  /** A reader has emitted so many of its records; those of the fill count from below 0. */
  void emitted(int reader, long count) {
    emitted.setRelease(reader * APART, count);
  }

  /** All readers' records. */
  long emitted() {
    long all = 0;
    for (int reader = 0; reader < readers; reader++) {
      all += Math.max(0, emitted.getAcquire(reader * APART));
    }
    return all;
  }

  /** Keys of the fill that are emitted; as many as there are when each reader is past its own. */
  long filled() {
    long left = 0;
    for (int reader = 0; reader < readers; reader++) {
      left += Math.max(0, 1 - emitted.getAcquire(reader * APART));
    }
    return fill - left;
  }
}
