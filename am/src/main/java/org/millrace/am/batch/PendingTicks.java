package org.millrace.am.batch;

/**
 * Ticks that were not cut yet: a run of consecutive ones, however many. Owned by the driver loop.
 */
final class PendingTicks {
  private final long intervalMs;
  private long nextMs;
  private long count;
  private long held;

  PendingTicks(long intervalMs) {
    this.intervalMs = intervalMs;
  }

  void add(long timeMs) {
    if (count == 0) {
      nextMs = timeMs;
    }
    count++;
  }

  /** All ticks that pend now have to wait for room. */
  void hold() {
    held = count;
  }

  /** Whether the next tick had to wait for room. */
  boolean isHeld() {
    return held > 0;
  }

  /** Takes the earliest tick. */
  long poll() {
    if (count == 0) {
      throw new IllegalStateException("no tick is pending");
    }
    long timeMs = nextMs;
    nextMs += intervalMs;
    count--;
    held = Math.max(0, held - 1);
    return timeMs;
  }

  boolean isEmpty() {
    return count == 0;
  }

  int size() {
    return (int) Math.min(count, Integer.MAX_VALUE);
  }

  void clear() {
    count = 0;
    held = 0;
  }
}
