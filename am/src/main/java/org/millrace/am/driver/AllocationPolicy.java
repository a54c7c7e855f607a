package org.millrace.am.driver;

import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.runner.conf.Keys;
import org.millrace.runner.conf.Settings;

/**
 * How many executors an application has. Immutable.
 *
 * @param initial how many it begins with, from {@code least} to {@code most}
 * @param upRatio more are asked for from this share of processing time in the batch interval
 * @param downRatio one goes at this share or below
 */
record AllocationPolicy(
    boolean adaptive,
    int initial,
    int least,
    int most,
    long scalingIntervalMs,
    double upRatio,
    double downRatio) {

  /**
   * @throws MillraceException INVALID_CONFIGURATION_VALUE when bounds or ratios contradict each
   *     other
   */
  static AllocationPolicy of(Settings settings) {
    int instances = settings.get(Keys.EXECUTOR_INSTANCES);
    if (!settings.get(Keys.ALLOCATION_ENABLED)) {
      return fixed(instances);
    }
    int least = settings.get(Keys.ALLOCATION_MIN);
    int most = settings.get(Keys.ALLOCATION_MAX);
    double up = settings.get(Keys.ALLOCATION_UP);
    double down = settings.get(Keys.ALLOCATION_DOWN);
    if (least > most) {
      throw contradiction(Keys.ALLOCATION_MIN.name(), least, Keys.ALLOCATION_MAX.name(), most);
    }
    if (down >= up) {
      throw contradiction(Keys.ALLOCATION_DOWN.name(), down, Keys.ALLOCATION_UP.name(), up);
    }
    return new AllocationPolicy(
        true,
        Math.max(least, Math.min(most, instances)),
        least,
        most,
        settings.get(Keys.ALLOCATION_INTERVAL),
        up,
        down);
  }

  /** So many, whatever the load. */
  static AllocationPolicy fixed(int executors) {
    return new AllocationPolicy(false, executors, executors, executors, 60_000, 1, 0);
  }

  private static MillraceException contradiction(
      String lower, Object lowerValue, String upper, Object upperValue) {
    return new MillraceException(
        ErrorCode.INVALID_CONFIGURATION_VALUE,
        "%s is %s and %s is %s: the first must not be more, and a lower ratio less; change one of them"
            .formatted(lower, lowerValue, upper, upperValue));
  }
}
