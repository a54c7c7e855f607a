package org.millrace.api.transparent;

import org.millrace.api.function.Function2;
import org.millrace.api.transparent.NumericAggregation.Kind;

/**
 * Functions that make one number of two, for {@code reduceByKey}, {@code reduceByKeyAndWindow} and
 * {@code reduce}: an engine keeps such values as primitive numbers. Values must not be null.
 *
 * <pre>
 *   words.mapToPair(word -&gt; new Tuple2&lt;&gt;(word, 1L)).reduceByKey(Aggregations.sumLong())
 * </pre>
 */
public final class Aggregations {
  private static final NumericAggregation<Long> SUM_LONG = new NumericAggregation<>(Kind.SUM_LONG);
  private static final NumericAggregation<Long> MIN_LONG = new NumericAggregation<>(Kind.MIN_LONG);
  private static final NumericAggregation<Long> MAX_LONG = new NumericAggregation<>(Kind.MAX_LONG);
  private static final NumericAggregation<Integer> SUM_INT = new NumericAggregation<>(Kind.SUM_INT);
  private static final NumericAggregation<Double> SUM_DOUBLE =
      new NumericAggregation<>(Kind.SUM_DOUBLE);
  private static final NumericAggregation<Double> MIN_DOUBLE =
      new NumericAggregation<>(Kind.MIN_DOUBLE);
  private static final NumericAggregation<Double> MAX_DOUBLE =
      new NumericAggregation<>(Kind.MAX_DOUBLE);

  private Aggregations() {}

  /** The sum, as {@code +} on {@code long}: it wraps around. */
  public static Function2<Long, Long, Long> sumLong() {
    return SUM_LONG;
  }

  /** The smaller one. */
  public static Function2<Long, Long, Long> minLong() {
    return MIN_LONG;
  }

  /** The larger one. */
  public static Function2<Long, Long, Long> maxLong() {
    return MAX_LONG;
  }

  /** The sum, as {@code +} on {@code int}: it wraps around. */
  public static Function2<Integer, Integer, Integer> sumInt() {
    return SUM_INT;
  }

  /** The sum in the order of arrival. */
  public static Function2<Double, Double, Double> sumDouble() {
    return SUM_DOUBLE;
  }

  /** The smaller one as {@link Math#min(double, double)} has it: NaN when one is. */
  public static Function2<Double, Double, Double> minDouble() {
    return MIN_DOUBLE;
  }

  /** The larger one as {@link Math#max(double, double)} has it: NaN when one is. */
  public static Function2<Double, Double, Double> maxDouble() {
    return MAX_DOUBLE;
  }
}
