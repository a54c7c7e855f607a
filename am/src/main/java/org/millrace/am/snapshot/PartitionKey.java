package org.millrace.am.snapshot;

import java.util.Comparator;

/** A partition of a state; in the order of states, then of partitions. Immutable. */
record PartitionKey(int stateId, int partition) implements Comparable<PartitionKey> {
  private static final Comparator<PartitionKey> ORDER =
      Comparator.comparingInt(PartitionKey::stateId).thenComparingInt(PartitionKey::partition);

  @Override
  public int compareTo(PartitionKey other) {
    return ORDER.compare(this, other);
  }
}
