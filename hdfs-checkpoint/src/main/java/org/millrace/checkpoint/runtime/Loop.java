package org.millrace.checkpoint.runtime;

/**
 * A single-threaded command queue; every component belongs to one. Thread-safe.
 *
 * <p>Commands run one at a time, in the order in which they were submitted, and everything a
 * command did happens before the next one starts. A command never blocks: blocking work goes to
 * {@link BlockingWork} and posts its answer back. A command that throws is a fault of its component
 * and goes to the {@link FatalHandler} of the loop.
 */
public interface Loop {

  /**
   * Appends a command, from any thread.
   *
   * @throws org.millrace.api.error.MillraceException when the loop is closed
   */
  void execute(Runnable command);

  /**
   * Submits a command after a delay, from any thread. A delay of zero or less submits it at once.
   * Commands that fall due together run in the order of their due times, then of their scheduling.
   *
   * @throws org.millrace.api.error.MillraceException when the loop is closed
   */
  Timer schedule(long delayMs, Runnable command);

  /** Whether the calling thread is running a command of this loop. */
  boolean inLoop();

  /** A command that waits for its time. Thread-safe. */
  interface Timer {

    /**
     * Withdraws the command; calling it again, or after the command ran, does nothing. A command
     * cancelled from within its own loop never runs afterwards; one cancelled from another thread
     * may be running already.
     */
    void cancel();
  }
}
