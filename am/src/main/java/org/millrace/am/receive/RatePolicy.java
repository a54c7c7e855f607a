package org.millrace.am.receive;

import org.millrace.runner.conf.Keys;
import org.millrace.runner.conf.Settings;

/**
 * How many records a second receivers may store, or how many bytes a second batches take of a file
 * stream. Immutable.
 *
 * @param adaptive whether the rate follows what batches can process
 * @param initialRate records a second that a receiver begins with
 * @param proportional how strongly the difference between rate and processing rate counts
 * @param integral how strongly the records that wait count
 * @param derived how strongly a change of that difference counts
 * @param minRate records a second below which no receiver is limited
 * @param maxRate records a second above which no receiver goes; 0 for no bound
 */
public record RatePolicy(
    boolean adaptive,
    long initialRate,
    double proportional,
    double integral,
    double derived,
    long minRate,
    long maxRate) {
  /** No receiver is limited. */
  public static final RatePolicy UNLIMITED = new RatePolicy(false, 1, 1, 0.2, 0, 1, 0);

  /** The same controller for bytes of files. */
  public static RatePolicy ofFiles(Settings settings) {
    RatePolicy records = of(settings);
    return new RatePolicy(
        records.adaptive(),
        settings.get(Keys.FILES_INITIAL_RATE),
        records.proportional(),
        records.integral(),
        records.derived(),
        settings.get(Keys.FILES_MIN_RATE),
        0);
  }

  public static RatePolicy of(Settings settings) {
    return new RatePolicy(
        settings.get(Keys.BACKPRESSURE_ENABLED),
        settings.get(Keys.BACKPRESSURE_INITIAL_RATE),
        settings.get(Keys.BACKPRESSURE_PROPORTIONAL),
        settings.get(Keys.BACKPRESSURE_INTEGRAL),
        settings.get(Keys.BACKPRESSURE_DERIVED),
        settings.get(Keys.BACKPRESSURE_MIN_RATE),
        settings.get(Keys.RECEIVER_MAX_RATE));
  }
}
