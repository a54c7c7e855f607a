package org.millrace.am.batch;

import java.util.function.LongSupplier;

/** The time of the newest batch that is durably committed and was not skipped. Thread-safe. */
public final class CommittedTime implements LongSupplier {
  // Volatile: set by the driver loop, read by threads that plan jobs.
  private volatile long timeMs = -1;

  void advance(long committedMs) {
    timeMs = Math.max(timeMs, committedMs);
  }

  /** Milliseconds; -1 when no batch is committed. */
  @Override
  public long getAsLong() {
    return timeMs;
  }
}
