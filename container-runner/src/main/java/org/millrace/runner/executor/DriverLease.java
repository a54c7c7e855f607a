package org.millrace.runner.executor;

import java.util.concurrent.TimeUnit;
import org.millrace.checkpoint.runtime.Clock;
import org.millrace.checkpoint.runtime.Loop;

/**
 * Tells when the driver has been silent for too long, once for each silence. Owned by the control
 * loop.
 *
 * <p>Time in which this process itself stood still (stopped, swapped out, a long collection) does
 * not count: what the driver said meanwhile is still queued behind the timer.
 */
final class DriverLease {

  private static final int LOOKS_IN_A_LEASE = 8;

  private final Clock clock;
  private final Loop loop;
  private final long leaseNanos;
  private final long lookNanos;
  private final Runnable onExpired;
  private long heardNanos;
  private long dueNanos;
  private boolean expired;
  private Loop.Timer timer;

  DriverLease(Clock clock, Loop loop, long leaseMs, Runnable onExpired) {
    this.clock = clock;
    this.loop = loop;
    this.onExpired = onExpired;
    leaseNanos = TimeUnit.MILLISECONDS.toNanos(leaseMs);
    lookNanos = leaseNanos / LOOKS_IN_A_LEASE;
    heardNanos = clock.nanoTime();
    watch(heardNanos);
  }

  /** The driver said something. */
  void onHeard() {
    heardNanos = clock.nanoTime();
    if (expired) {
      expired = false;
      watch(heardNanos);
    }
  }

  void cancel() {
    timer.cancel();
  }

  private void watch(long nowNanos) {
    long delayNanos = Math.min(lookNanos, heardNanos + leaseNanos - nowNanos);
    dueNanos = nowNanos + delayNanos;
    long delayMs = TimeUnit.NANOSECONDS.toMillis(delayNanos + 999_999);
    timer = loop.schedule(delayMs, this::look);
  }

  private void look() {
    long nowNanos = clock.nanoTime();
    long lateNanos = nowNanos - dueNanos;
    if (lateNanos > lookNanos) {
      heardNanos = Math.min(nowNanos, heardNanos + lateNanos);
    }
    if (nowNanos - heardNanos < leaseNanos) {
      watch(nowNanos);
      return;
    }
    expired = true;
    onExpired.run();
  }
}
