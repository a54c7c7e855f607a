package org.millrace.api;

import java.util.Arrays;
import org.millrace.api.graph.RddNode;

/** Chooses the partitioner of an operation by key that names none. */
final class DefaultPartitioner {
  private static final double LARGEST_RATIO = 10;

  private DefaultPartitioner() {}

  /**
   * The partitioner of the dataset that has one and the most partitions, when these are not fewer
   * than the default number or less than ten times fewer than the largest dataset has; else a hash
   * partitioner of the default number: {@code millrace.default.parallelism} if it is set, else as
   * many partitions as the largest dataset has, at least 1.
   */
  static Partitioner of(BatchContext context, RddNode... datasets) {
    int largest = Arrays.stream(datasets).mapToInt(RddNode::partitionCount).max().orElse(0);
    int count =
        context.hasConfiguredParallelism() ? context.defaultParallelism() : Math.max(1, largest);
    Partitioner best = null;
    for (RddNode dataset : datasets) {
      Partitioner own = dataset.partitioner().orElse(null);
      if (own != null && (best == null || own.numPartitions() > best.numPartitions())) {
        best = own;
      }
    }
    boolean isLargeEnough =
        best != null
            && (count <= best.numPartitions() || largest < LARGEST_RATIO * best.numPartitions());
    return isLargeEnough ? best : new HashPartitioner(count);
  }
}
