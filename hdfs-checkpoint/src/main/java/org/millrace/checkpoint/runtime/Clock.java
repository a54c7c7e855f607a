package org.millrace.checkpoint.runtime;

/** Wall and monotonic time. Thread-safe. */
public interface Clock {

  /**
   * Milliseconds since the epoch, UTC. May jump in either direction: use it for names and reports.
   */
  long nowMs();

  /** Monotonic nanoseconds from an arbitrary origin: use it for durations and deadlines. */
  long nanoTime();
}
