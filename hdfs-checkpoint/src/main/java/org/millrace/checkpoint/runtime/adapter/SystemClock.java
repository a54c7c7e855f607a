package org.millrace.checkpoint.runtime.adapter;

import org.millrace.checkpoint.runtime.Clock;

/** The clock of the machine. Immutable. */
public final class SystemClock implements Clock {

  @Override
  public long nowMs() {
    return System.currentTimeMillis();
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }
}
