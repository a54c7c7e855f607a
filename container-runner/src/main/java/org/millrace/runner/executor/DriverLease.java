package org.millrace.runner.executor;

import java.util.concurrent.TimeUnit;
import org.millrace.checkpoint.runtime.Clock;
import org.millrace.checkpoint.runtime.Loop;

/**
 * Tells when the driver has been silent for too long, once for each silence. Owned by the control
 * loop.
 */
final class DriverLease {

  private final Clock clock;
  private final Loop loop;
  private final long leaseMs;
  private final Runnable onExpired;
  private long heardNanos;
  private boolean expired;
  private Loop.Timer timer;

  DriverLease(Clock clock, Loop loop, long leaseMs, Runnable onExpired) {
    this.clock = clock;
    this.loop = loop;
    this.leaseMs = leaseMs;
    this.onExpired = onExpired;
    heardNanos = clock.nanoTime();
    watch(leaseMs);
  }

  /** The driver said something. */
  void onHeard() {
    heardNanos = clock.nanoTime();
    if (expired) {
      expired = false;
      watch(leaseMs);
    }
  }

  void cancel() {
    timer.cancel();
  }

  private void watch(long delayMs) {
    timer = loop.schedule(delayMs, this::check);
  }

  private void check() {
    long leftNanos = heardNanos + TimeUnit.MILLISECONDS.toNanos(leaseMs) - clock.nanoTime();
    if (leftNanos > 0) {
      watch(TimeUnit.NANOSECONDS.toMillis(leftNanos) + 1);
      return;
    }
    expired = true;
    onExpired.run();
  }
}
