package org.millrace.api;

import java.io.Serializable;
import java.util.Locale;

/**
 * Count, mean, variance, minimum and maximum of numbers, kept up to date as they are added.
 *
 * <p>Mean and squared deviations are updated by Welford's method ("Note on a method for calculating
 * corrected sums of squares and products", Technometrics 1962), and merged by that of Chan, Golub
 * and LeVeque ("Updating formulae and a pairwise algorithm for computing sample variances", 1979),
 * so that they stay exact where sums of squares would cancel out. Not thread-safe.
 */
public final class StatCounter implements Serializable {
  private static final long serialVersionUID = 1L;

  private long count;
  private double mean;
  private double squaredDeviations;
  private double max = Double.NEGATIVE_INFINITY;
  private double min = Double.POSITIVE_INFINITY;

  /** A counter of no numbers. */
  public StatCounter() {}

  /** A counter of some numbers. */
  public StatCounter(Iterable<Double> values) {
    values.forEach(this::merge);
  }

  /** Adds a number; gives this counter. */
  public StatCounter merge(double value) {
    double delta = value - mean;
    count++;
    mean += delta / count;
    squaredDeviations += delta * (value - mean);
    max = Math.max(max, value);
    min = Math.min(min, value);
    return this;
  }

  /** Adds some numbers; gives this counter. */
  public StatCounter merge(Iterable<Double> values) {
    values.forEach(this::merge);
    return this;
  }

  /** Adds the numbers of another counter, which may be this one; gives this counter. */
  public StatCounter merge(StatCounter other) {
    if (other == this) {
      return merge(other.copy());
    }
    if (count == 0) {
      mean = other.mean;
      squaredDeviations = other.squaredDeviations;
    } else if (other.count > 0) {
      double delta = other.mean - mean;
      double total = (double) count + other.count;
      mean =
          other.count * 10L < count
              ? mean + delta * other.count / total
              : (mean * count + other.mean * other.count) / total;
      squaredDeviations += other.squaredDeviations + delta * delta * count * other.count / total;
    }
    count += other.count;
    max = Math.max(max, other.max);
    min = Math.min(min, other.min);
    return this;
  }

  /** A counter of the same numbers. */
  public StatCounter copy() {
    StatCounter copy = new StatCounter();
    copy.count = count;
    copy.mean = mean;
    copy.squaredDeviations = squaredDeviations;
    copy.max = max;
    copy.min = min;
    return copy;
  }

  /** How many numbers there are. */
  public long count() {
    return count;
  }

  /** The mean; 0 of no numbers. */
  public double mean() {
    return mean;
  }

  /** The sum; 0 of no numbers. */
  public double sum() {
    return count * mean;
  }

  /** The largest number; negative infinity of none. */
  public double max() {
    return max;
  }

  /** The smallest number; positive infinity of none. */
  public double min() {
    return min;
  }

  /** The same as {@link #popVariance()}. */
  public double variance() {
    return popVariance();
  }

  /** The mean of squared deviations; NaN of no numbers. */
  public double popVariance() {
    return count == 0 ? Double.NaN : squaredDeviations / count;
  }

  /** The variance of what the numbers are a sample of: divided by n - 1; NaN of less than two. */
  public double sampleVariance() {
    return count <= 1 ? Double.NaN : squaredDeviations / (count - 1);
  }

  /** The same as {@link #popStdev()}. */
  public double stdev() {
    return popStdev();
  }

  /** The square root of {@link #popVariance()}. */
  public double popStdev() {
    return Math.sqrt(popVariance());
  }

  /** The square root of {@link #sampleVariance()}. */
  public double sampleStdev() {
    return Math.sqrt(sampleVariance());
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "(count: %d, mean: %f, stdev: %f, max: %f, min: %f)",
        count,
        mean,
        stdev(),
        max,
        min);
  }
}
