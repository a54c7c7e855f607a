package org.millrace.runner.executor;

import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/**
 * Numbers of executors: {@code (attempt - 1) << 20 | n}, n from 1, so that each attempt of a driver
 * numbers its executors without knowing those of the attempts before.
 */
public final class ExecutorIds {
  private static final int BITS = 20;
  private static final int MOST_ATTEMPTS = 1 << (Integer.SIZE - 1 - BITS);

  private ExecutorIds() {}

  /** The number of the first executor that the driver of this attempt registers. */
  public static int first(long attempt) {
    if (attempt < 1 || attempt > MOST_ATTEMPTS) {
      throw new MillraceException(
          ErrorCode.INTERNAL,
          "attempt %d of the driver: executors can be numbered for attempts 1 to %d; submit the"
                  .formatted(attempt, MOST_ATTEMPTS)
              + " application anew, it goes on from its checkpoint directory");
    }
    return (int) (attempt - 1) << BITS | 1;
  }

  /** As people read it: {@code n}, with the attempt before it when it is not the first. */
  public static String text(int executorId) {
    int before = executorId >>> BITS;
    int number = executorId & (1 << BITS) - 1;
    return before == 0 ? Integer.toString(number) : before + 1 + "." + number;
  }
}
