package org.millrace.api.graph;

import java.util.List;
import java.util.Optional;
import org.millrace.api.Partitioner;

/** Puts datasets together so that what they are placed by is not lost. */
public final class UnionComposition {
  private UnionComposition() {}

  /**
   * The partitions of all datasets, one dataset after the other; but when all that have partitions
   * are placed by equal partitioners, partition i is the partitions i of all, one after the other,
   * and the partitioner is kept. A single dataset that has partitions is given as it is.
   */
  public static RddNode of(List<RddNode> datasets, String description) {
    List<RddNode> full = datasets.stream().filter(rdd -> rdd.partitionCount() > 0).toList();
    if (full.size() == 1) {
      return full.get(0);
    }
    Optional<Partitioner> partitioner = full.stream().findFirst().flatMap(RddNode::partitioner);
    boolean alike =
        partitioner.isPresent()
            && full.stream().allMatch(rdd -> rdd.partitioner().equals(partitioner));
    return alike
        ? ConcatNode.aligned(full, partitioner, description)
        : new UnionNode(full, description);
  }
}
