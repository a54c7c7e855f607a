package org.millrace.api.partial;

import org.millrace.api.StatCounter;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/**
 * Estimates of counts, means and sums of a dataset from some of its partitions, taking records to
 * be spread over partitions by chance: each was seen with a probability of p, the share of the
 * partitions that have ended. For datasets; programs read the result.
 */
public final class Estimates {
  private static final long FEW = 100;

  private final int ended;
  private final int partitions;
  private final double confidence;

  /**
   * Estimates after some partitions.
   *
   * @param confidence how likely the bounds hold, more than 0 and less than 1
   */
  public Estimates(int ended, int partitions, double confidence) {
    this.ended = ended;
    this.partitions = partitions;
    this.confidence = confidence;
  }

  /**
   * Checks a confidence.
   *
   * @throws MillraceException ILLEGAL_USE when it is not between 0 and 1
   */
  public static double requireConfidence(double confidence) {
    if (!(confidence > 0 && confidence < 1)) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          "a confidence of " + confidence + "; give a number between 0 and 1, like 0.95");
    }
    return confidence;
  }

  private boolean isComplete() {
    return ended == partitions;
  }

  private double share() {
    return (double) ended / partitions;
  }

  /**
   * The number of records. What was not seen is taken to be negative binomial, bounded by the
   * normal distribution of the same mean and variance.
   */
  public BoundedDouble count(long seen) {
    if (isComplete()) {
      return BoundedDouble.exactly(seen);
    } else if (seen == 0) {
      return new BoundedDouble(0, 0, 0, Double.POSITIVE_INFINITY);
    }
    double mean = seen / share();
    double margin = normal() * Math.sqrt(countVariance(seen));
    return new BoundedDouble(mean, confidence, Math.max(seen, mean - margin), mean + margin);
  }

  private double countVariance(long seen) {
    return seen * (1 - share()) / (share() * share());
  }

  /** The mean of the numbers. */
  public BoundedDouble mean(StatCounter seen) {
    if (isComplete()) {
      return BoundedDouble.exactly(seen.mean());
    } else if (seen.count() == 0) {
      return unknown(0, 0);
    } else if (seen.count() == 1) {
      return unknown(seen.mean(), confidence);
    }
    double margin = factor(seen.count()) * Math.sqrt(seen.sampleVariance() / seen.count());
    return new BoundedDouble(seen.mean(), confidence, seen.mean() - margin, seen.mean() + margin);
  }

  /** The sum of the numbers: the product of an estimated mean and an estimated count. */
  public BoundedDouble sum(StatCounter seen) {
    if (isComplete()) {
      return BoundedDouble.exactly(seen.sum());
    } else if (seen.count() == 0) {
      return unknown(0, 0);
    }
    double count = seen.count() / share();
    double sum = seen.mean() * count;
    if (seen.count() == 1) {
      return unknown(sum, confidence);
    }
    double meanVariance = seen.sampleVariance() / seen.count();
    double countVariance = countVariance(seen.count());
    double variance =
        seen.mean() * seen.mean() * countVariance
            + count * count * meanVariance
            + meanVariance * countVariance;
    double margin = factor(seen.count()) * Math.sqrt(variance);
    return new BoundedDouble(sum, confidence, sum - margin, sum + margin);
  }

  private static BoundedDouble unknown(double estimate, double confidence) {
    return new BoundedDouble(
        estimate, confidence, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
  }

  private double normal() {
    return Quantiles.normal((1 + confidence) / 2);
  }

  private double factor(long count) {
    return count > FEW ? normal() : Quantiles.student((1 + confidence) / 2, count - 1);
  }
}
