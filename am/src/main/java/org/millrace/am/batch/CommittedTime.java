package org.millrace.am.batch;

import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/** The time of the newest batch that is durably committed and was not skipped. Thread-safe. */
public final class CommittedTime implements LongSupplier {
  // Volatile: set by the driver loop, read by threads that plan jobs.
  private volatile long timeMs = -1;

  // Set on the driver loop, which also tells it.
  private LongConsumer listener = committedMs -> {};

  void advance(long committedMs) {
    timeMs = Math.max(timeMs, committedMs);
    listener.accept(committedMs);
  }

  /** Is told, on the driver loop, of each such batch, or of the last one of several. */
  public void listener(LongConsumer isTold) {
    listener = isTold;
  }

  /** Milliseconds; -1 when no batch is committed. */
  @Override
  public long getAsLong() {
    return timeMs;
  }
}
