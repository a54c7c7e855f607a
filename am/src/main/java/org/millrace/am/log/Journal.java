package org.millrace.am.log;

import org.millrace.checkpoint.log.DriverEvent;

/**
 * Where handlers put the records they produce. A record is replayed, and so changes the driver's
 * state, when it is appended; an effect that others can see waits until it is durable. Owned by the
 * driver loop.
 */
public interface Journal {
  void append(DriverEvent event);

  /**
   * Runs {@code action} on the driver loop when everything appended so far is durable; at once if
   * it is.
   */
  void whenDurable(Runnable action);

  /** Applies records to a part of the driver's state. */
  interface Replayable {
    void replay(DriverEvent event);
  }
}
