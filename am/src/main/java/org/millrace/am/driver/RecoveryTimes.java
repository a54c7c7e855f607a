package org.millrace.am.driver;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.millrace.checkpoint.runtime.Clock;

/**
 * When the steps of a driver that goes on with an application were done, for its log. Thread-safe:
 * they end on the program's thread and on the driver loop.
 */
final class RecoveryTimes {
  private final Clock clock;
  private final long startNanos;
  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private final List<String> steps = new ArrayList<>();

  /** Time begins. */
  RecoveryTimes(Clock clock) {
    this.clock = clock;
    this.startNanos = clock.nanoTime();
  }

  void done(String step) {
    lock.lock();
    try {
      steps.add(step + " at " + elapsedMs());
    } finally {
      lock.unlock();
    }
  }

  /** All steps in the order of their ends, in milliseconds since the driver opened. */
  String text() {
    lock.lock();
    try {
      return "recovered in " + elapsedMs() + " ms: " + String.join(", ", steps);
    } finally {
      lock.unlock();
    }
  }

  private long elapsedMs() {
    return TimeUnit.NANOSECONDS.toMillis(clock.nanoTime() - startNanos);
  }
}
