package org.millrace.runner.receive;

/**
 * The pause before a failed receiver is started again: it doubles while the receiver fails without
 * having stored anything. Owned by the control loop.
 */
final class RestartBackOff {
  private final long leastMs;
  private final long mostMs;
  private long nextMs;

  RestartBackOff(long leastMs, long mostMs) {
    this.leastMs = leastMs;
    this.mostMs = mostMs;
    this.nextMs = leastMs;
  }

  /**
   * The pause before the next start.
   *
   * @param storedSomething whether the start that failed has stored anything
   */
  long nextDelayMs(boolean storedSomething) {
    if (storedSomething) {
      nextMs = leastMs;
    }
    long delayMs = nextMs;
    nextMs = Math.min(mostMs, nextMs * 2);
    return delayMs;
  }
}
