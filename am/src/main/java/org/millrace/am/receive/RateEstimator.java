package org.millrace.am.receive;

/**
 * The rate of one receiver or file stream, from what its completed batches took. Owned by the
 * driver loop. Units are the caller's: records of receivers, bytes of files.
 *
 * <pre>
 *   PROBING: from the initial rate, up to tenfold a batch, towards 80% of the batch interval
 *     --a batch took more than that, or waited--&gt; STEADY: a PID controller
 * </pre>
 *
 * The controller is the one known from Spark: the new rate is the last one, less {@code
 * proportional} times its excess over the batch's processing rate, less {@code integral} times the
 * records that waited, spread over an interval, less {@code derived} times the change of that
 * excess. A batch that the limit did not shape says nothing about it: neither grows it nor does its
 * overhead, divided by few records, lower it.
 */
public final class RateEstimator {
  private static final double WANTED_LOAD = 0.8;
  private static final double MOST_GROWTH = 10;

  /** With less than this share of what the limit allows, the source is what limits. */
  private static final double LEAST_USE = 0.5;

  private final RatePolicy policy;
  private final long intervalMs;
  private boolean probing = true;
  private double rate;
  private double lastExcess;
  private long lastTimeMs;

  /**
   * What a batch had of the input, and how it went.
   *
   * @param records or bytes
   * @param waitedMs from submission to start
   */
  public record Load(long timeMs, long records, long processingMs, long waitedMs) {}

  public RateEstimator(RatePolicy policy, long intervalMs) {
    this.policy = policy;
    this.intervalMs = intervalMs;
    this.rate = bounded(policy.initialRate());
  }

  /** Records, or bytes, a second. */
  public long rate() {
    return Math.max(1, Math.round(rate));
  }

  public void onCompleted(Load load) {
    if (load.records() <= 0 || load.timeMs() <= lastTimeMs) {
      return;
    }
    double processingMs = Math.max(1, load.processingMs());
    boolean late = processingMs > WANTED_LOAD * intervalMs || load.waitedMs() > intervalMs;
    boolean limited = load.records() >= LEAST_USE * rate * intervalMs / 1_000;
    if (!late && !limited) {
      return;
    }
    double processingRate = load.records() * 1_000 / processingMs;
    if (!probing) {
      control(load, processingRate);
    } else if (late) {
      probing = false;
      lastExcess = 0;
      rate = bounded(processingRate);
    } else {
      double room = WANTED_LOAD * intervalMs / processingMs;
      rate = bounded(rate * Math.min(MOST_GROWTH, Math.max(1, room)));
    }
    lastTimeMs = load.timeMs();
  }

  private void control(Load load, double processingRate) {
    double seconds = (load.timeMs() - lastTimeMs) / 1_000.0;
    double excess = rate - processingRate;
    double waiting = load.waitedMs() * processingRate / intervalMs;
    double change = (excess - lastExcess) / seconds;
    rate =
        bounded(
            rate
                - policy.proportional() * excess
                - policy.integral() * waiting
                - policy.derived() * change);
    lastExcess = excess;
  }

  private double bounded(double wanted) {
    double atLeast = Math.max(policy.minRate(), wanted);
    return policy.maxRate() > 0 ? Math.min(policy.maxRate(), atLeast) : atLeast;
  }
}
