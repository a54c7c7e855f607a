package org.millrace.runner.executor;

import java.util.Objects;

/**
 * Why an executor ended. Immutable.
 *
 * @param why one line for the log
 */
public record ExitReason(Kind kind, String why) {

  /** What ended it. */
  public enum Kind {
    /** The driver said so. */
    SHUT_DOWN(0),
    /** This process was told to stop, by a signal for example. */
    STOPPED(0),
    /** The driver is gone or silent, and nobody will take over. */
    DRIVER_LOST(0),
    /** Another driver has taken the application's epoch. */
    NEWER_EPOCH(0),
    /** The driver could not be reached, or did not answer, within the deadline. */
    NOT_REGISTERED(1),
    /** Driver and executor do not share a secret, or do not speak the same protocol. */
    REFUSED(1);

    private final int exitCode;

    Kind(int exitCode) {
      this.exitCode = exitCode;
    }

    /** What the process returns to the cluster manager. */
    public int exitCode() {
      return exitCode;
    }
  }

  public ExitReason {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(why, "why");
  }
}
