package org.millrace.runner.receive;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.runtime.Clock;

/**
 * Where the threads of a receiver wait when it stores more records a second than it may: a token
 * bucket that may go into debt. Who stores many records at once stores them all, and who comes next
 * waits until they are paid off. Thread-safe.
 */
final class RateGate {
  /** What may come in one piece after a pause: the records of so long a time. */
  private static final double BURST_SECONDS = 0.1;

  private final Clock clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Volatile: without a limit a store costs one read of it.
  private volatile long recordsPerSecond;

  @GuardedBy("lock")
  private boolean lifted;

  @GuardedBy("lock")
  private double credit;

  @GuardedBy("lock")
  private long creditAtNanos;

  RateGate(Clock clock) {
    this.clock = clock;
  }

  /** From now on so many; 0 for as many as come. Debts stay. */
  void limit(long newRecordsPerSecond) {
    lock.lock();
    try {
      if (recordsPerSecond == 0) {
        credit = newRecordsPerSecond * BURST_SECONDS;
        creditAtNanos = clock.nanoTime();
      } else {
        earn();
      }
      recordsPerSecond = newRecordsPerSecond;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Nobody waits until {@link #restore}: the receiver stops and what it has read is to be stored.
   */
  void lift() {
    lock.lock();
    try {
      lifted = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void restore() {
    lock.lock();
    try {
      lifted = false;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for the caller's turn to store.
   *
   * @throws MillraceException ILLEGAL_USE when the thread is interrupted meanwhile
   */
  void await() {
    if (recordsPerSecond == 0) {
      return;
    }
    lock.lock();
    try {
      for (long nanos = nanosToWait(); nanos > 0; nanos = nanosToWait()) {
        // Looked at again after a second at the latest, whatever the clock says.
        long unused = changed.awaitNanos(Math.min(nanos, TimeUnit.SECONDS.toNanos(1)));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          "a receiver waited to store records at its rate, but its thread was interrupted: they are"
              + " not stored",
          e);
    } finally {
      lock.unlock();
    }
  }

  /** So many records have been stored. */
  void spent(long records) {
    if (recordsPerSecond == 0) {
      return;
    }
    lock.lock();
    try {
      earn();
      credit -= records;
    } finally {
      lock.unlock();
    }
  }

  /** How long it takes until the next one may store; 0 for now. */
  long nanosToWait() {
    lock.lock();
    try {
      if (lifted || recordsPerSecond == 0) {
        return 0;
      }
      earn();
      return credit > 0 ? 0 : (long) ((1 - credit) * 1e9 / recordsPerSecond) + 1;
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void earn() {
    long now = clock.nanoTime();
    double earned = (now - creditAtNanos) / 1e9 * recordsPerSecond;
    credit = Math.min(credit + earned, Math.max(1, recordsPerSecond * BURST_SECONDS));
    creditAtNanos = now;
  }
}
