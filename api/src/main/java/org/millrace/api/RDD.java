package org.millrace.api;

import static org.millrace.api.graph.SharedFunctions.shared;

import java.util.Arrays;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.function.Function;
import org.millrace.api.graph.NarrowNode;
import org.millrace.api.graph.Operator;
import org.millrace.api.graph.RddNode;

/**
 * An immutable, partitioned and ordered dataset.
 *
 * @param <T> type of the records
 */
public final class RDD<T> extends RDDLike<T, RDD<T>> {
  /** The dataset that a node of the logical graph describes; for engines. */
  public RDD(BatchContext context, RddNode node) {
    super(context, node);
  }

  @Override
  RDD<T> wrap(RddNode newNode) {
    return new RDD<>(context(), newNode);
  }

  /**
   * The same records in the order of what a function gives for them, over all partitions; records
   * that it gives equal keys for stay in their order. As {@link PairRDD#sortByKey(boolean, int)}.
   */
  public <S> RDD<T> sortBy(Function<T, S> f, boolean ascending, int numPartitions) {
    return keyBy(f).sortByKey(ascending, numPartitions).values();
  }

  /** {@link #randomSplit(double[], long)} with another seed for each call. */
  public RDD<T>[] randomSplit(double[] weights) {
    return randomSplit(weights, Sampling.nextSeed());
  }

  /**
   * Deals the records by chance to as many datasets as there are weights; each record is in exactly
   * one of them, in order. The same seed deals in the same way.
   *
   * @param weights how likely each dataset gets a record, relative to their sum; at least 0
   */
  @SuppressWarnings({"unchecked", "rawtypes"}) // an array of a generic type
  public RDD<T>[] randomSplit(double[] weights, long seed) {
    double sum = Arrays.stream(weights).sum();
    if (!(sum > 0) || Arrays.stream(weights).anyMatch(weight -> !(weight >= 0))) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          "randomSplit by the weights "
              + Arrays.toString(weights)
              + "; give numbers of at least 0, not all of them 0");
    }
    RDD[] parts = new RDD[weights.length];
    double before = 0;
    for (int i = 0; i < weights.length; i++) {
      boolean isLast = i == weights.length - 1;
      double from = before / sum;
      before += weights[i];
      parts[i] =
          wrap(
              new NarrowNode(
                  node(),
                  Operator.MAP_PARTITIONS_WITH_INDEX,
                  shared(new Sampling.Cell<T>(seed, from, isLast ? 1 : before / sum)),
                  true,
                  described("randomSplit")));
    }
    return parts;
  }
}
