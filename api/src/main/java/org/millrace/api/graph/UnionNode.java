package org.millrace.api.graph;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.millrace.api.Partitioner;

/** The partitions of all parents, one parent after the other. */
public final class UnionNode extends RddNode {
  /** Volatile: made by whoever asks first, the same for all. The first partition of each parent. */
  private volatile int[] firstPartitions;

  /** The partitions of these datasets; the list may be empty. */
  public UnionNode(List<RddNode> parents, String description) {
    super(parents, description);
  }

  @Override
  public int partitionCount() {
    return firstPartitions()[parents().size()];
  }

  /** The number of the partition, in the union, that is the first one of a parent. */
  public int firstPartition(int parent) {
    return firstPartitions()[parent];
  }

  /** Which of the parents has a partition of the union. */
  public int parentOf(int partition) {
    int[] first = firstPartitions();
    if (partition < 0 || partition >= first[first.length - 1]) {
      throw new IllegalArgumentException("no partition " + partition + " in " + this);
    }
    int found = Arrays.binarySearch(first, partition);
    int parent = found < 0 ? -found - 2 : found;
    // Parents without partitions begin where the next one does.
    while (first[parent + 1] == partition) {
      parent++;
    }
    return parent;
  }

  private int[] firstPartitions() {
    int[] known = firstPartitions;
    if (known == null) {
      known = new int[parents().size() + 1];
      for (int i = 0; i < parents().size(); i++) {
        known[i + 1] = known[i] + parents().get(i).partitionCount();
      }
      firstPartitions = known;
    }
    return known;
  }

  @Override
  public Optional<Partitioner> partitioner() {
    return Optional.empty();
  }
}
