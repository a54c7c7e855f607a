package org.millrace.api.graph;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.millrace.api.HashPartitioner;
import org.millrace.api.Partitioner;

/**
 * A dataset whose partitions can depend on every partition of its parent.
 *
 * <p>When {@code parent().partitioner()} equals {@link #routing()}, the records are in their
 * partitions already and an engine may combine them there without moving anything; the result is
 * the same.
 */
public final class ShuffleNode extends RddNode {
  private final Partitioner routing;
  private final Combining combining;

  /** Places the pairs of a dataset by key, and combines what meets. */
  public ShuffleNode(RddNode parent, Partitioner routing, Combining combining, String description) {
    super(List.of(parent), description);
    this.routing = Objects.requireNonNull(routing, "routing");
    this.combining = Objects.requireNonNull(combining, "combining");
  }

  /** Spreads the records of a dataset evenly over {@code partitionCount} partitions. */
  public static ShuffleNode roundRobin(RddNode parent, int partitionCount, String description) {
    return new ShuffleNode(
        parent, new HashPartitioner(partitionCount), new Combining.RoundRobin(), description);
  }

  /** The only parent. */
  public RddNode parent() {
    return parents().get(0);
  }

  /** Places the keys; with {@link Combining.RoundRobin} only its number of partitions counts. */
  public Partitioner routing() {
    return routing;
  }

  /** What is done with the records that meet. */
  public Combining combining() {
    return combining;
  }

  @Override
  public int partitionCount() {
    return routing.numPartitions();
  }

  @Override
  public Optional<Partitioner> partitioner() {
    return combining instanceof Combining.RoundRobin ? Optional.empty() : Optional.of(routing);
  }
}
