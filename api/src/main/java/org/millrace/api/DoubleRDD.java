package org.millrace.api;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.graph.RddNode;
import org.millrace.api.partial.BoundedDouble;
import org.millrace.api.partial.PartialResult;

/** A dataset of numbers. */
public final class DoubleRDD extends RDDLike<Double, DoubleRDD> {
  /** The dataset that a node of the logical graph describes; for engines. */
  public DoubleRDD(BatchContext context, RddNode node) {
    super(context, node);
  }

  /** The dataset of numbers as one that can be summed up. */
  public static DoubleRDD fromRDD(RDD<Double> rdd) {
    return new DoubleRDD(rdd.context(), rdd.node());
  }

  /** The same dataset with numbers as plain records. */
  public RDD<Double> toRDD() {
    return new RDD<>(context(), node());
  }

  @Override
  DoubleRDD wrap(RddNode newNode) {
    return new DoubleRDD(context(), newNode);
  }

  /** Count, mean, variance, minimum and maximum, in one pass. */
  public StatCounter stats() {
    return merged(eachPartition(Statistics.COUNTED));
  }

  /** The sum, in order: within each partition, then over partitions; 0 of no numbers. */
  public double sum() {
    return fold(0.0, Statistics.PLUS);
  }

  /** The mean; 0 of no numbers. */
  public double mean() {
    return stats().mean();
  }

  /**
   * The smallest number.
   *
   * @throws MillraceException EMPTY_COLLECTION when there are none
   */
  public double min() {
    return min(Comparator.naturalOrder());
  }

  /**
   * The largest number.
   *
   * @throws MillraceException EMPTY_COLLECTION when there are none
   */
  public double max() {
    return max(Comparator.naturalOrder());
  }

  /** The same as {@link #popVariance()}. */
  public double variance() {
    return stats().variance();
  }

  /** The mean of squared deviations from the mean; NaN of no numbers. */
  public double popVariance() {
    return stats().popVariance();
  }

  /** The variance of what the numbers are a sample of: divided by n - 1; NaN of less than two. */
  public double sampleVariance() {
    return stats().sampleVariance();
  }

  /** The same as {@link #popStdev()}. */
  public double stdev() {
    return stats().stdev();
  }

  /** The square root of {@link #popVariance()}. */
  public double popStdev() {
    return stats().popStdev();
  }

  /** The square root of {@link #sampleVariance()}. */
  public double sampleStdev() {
    return stats().sampleStdev();
  }

  /** {@link #meanApprox(long, double)} with a confidence of 0.95. */
  public PartialResult<BoundedDouble> meanApprox(long timeoutMs) {
    return meanApprox(timeoutMs, CONFIDENCE);
  }

  /** {@link #mean()} as {@link #countApprox(long, double)} counts records. */
  public PartialResult<BoundedDouble> meanApprox(long timeoutMs, double confidence) {
    return approximately(
        onPartition(Statistics.COUNTED),
        timeoutMs,
        confidence,
        (counters, estimates) -> estimates.mean(merged(counters)));
  }

  /** {@link #sumApprox(long, double)} with a confidence of 0.95. */
  public PartialResult<BoundedDouble> sumApprox(long timeoutMs) {
    return sumApprox(timeoutMs, CONFIDENCE);
  }

  /** {@link #sum()} as {@link #countApprox(long, double)} counts records. */
  public PartialResult<BoundedDouble> sumApprox(long timeoutMs, double confidence) {
    return approximately(
        onPartition(Statistics.COUNTED),
        timeoutMs,
        confidence,
        (counters, estimates) -> estimates.sum(merged(counters)));
  }

  private static StatCounter merged(Collection<StatCounter> counters) {
    StatCounter total = new StatCounter();
    counters.forEach(total::merge);
    return total;
  }

  /**
   * How many numbers fall into each of so many ranges of equal width between the smallest and the
   * largest number, and the bounds of these ranges, one more than there are ranges. One range when
   * all numbers are equal.
   *
   * @throws MillraceException ILLEGAL_USE when there are no numbers, or one is infinite or NaN, or
   *     {@code bucketCount} is less than 1
   */
  public Tuple2<double[], long[]> histogram(int bucketCount) {
    if (bucketCount < 1) {
      throw refused(bucketCount + " buckets; give at least 1");
    }
    StatCounter stats = stats();
    double span = stats.max() - stats.min();
    if (stats.count() == 0 || Double.isNaN(stats.mean()) || !Double.isFinite(span)) {
      throw refused(
          stats + "; filter infinite numbers and NaN out, and see that there is a number");
    }
    int count = span == 0 ? 1 : bucketCount;
    double[] bounds = new double[count + 1];
    for (int i = 0; i < count; i++) {
      bounds[i] = stats.min() + i * span / count;
    }
    bounds[count] = stats.max();
    return new Tuple2<>(bounds, counted(bounds, true));
  }

  /**
   * How many numbers fall into each of the ranges between given bounds. A range has its lower bound
   * and not its upper one, but the last range has both. Numbers outside and NaN are left out.
   *
   * @param buckets at least two bounds, each larger than the one before
   */
  public long[] histogram(double[] buckets) {
    return counted(checked(buckets), false);
  }

  /**
   * {@link #histogram(double[])}, in constant time for each number when the ranges are of equal
   * width.
   *
   * @param evenBuckets whether they are
   */
  public long[] histogram(Double[] buckets, boolean evenBuckets) {
    double[] bounds = Arrays.stream(buckets).mapToDouble(Double::doubleValue).toArray();
    return counted(checked(bounds), evenBuckets);
  }

  private long[] counted(double[] bounds, boolean isEven) {
    long[] total = new long[bounds.length - 1];
    List<long[]> partitions = eachPartition(new Statistics.Histogram(bounds, isEven));
    for (long[] counts : partitions) {
      Arrays.setAll(total, i -> total[i] + counts[i]);
    }
    return total;
  }

  private double[] checked(double[] bounds) {
    boolean isIncreasing = bounds.length >= 2;
    for (int i = 1; i < bounds.length; i++) {
      isIncreasing &= bounds[i - 1] < bounds[i];
    }
    if (!isIncreasing) {
      throw refused(
          "the bounds "
              + Arrays.toString(bounds)
              + "; give at least two, each larger than the one before");
    }
    return bounds.clone();
  }

  private MillraceException refused(String what) {
    return new MillraceException(
        ErrorCode.ILLEGAL_USE, "histogram of " + node().description() + " with " + what);
  }
}
