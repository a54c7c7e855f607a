package org.millrace.api.graph;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.millrace.api.Partitioner;

/**
 * A stream with keyed state. Its dataset at t is a {@link StateNode} over the parent's dataset at
 * t; every batch of its slide changes the state, whether an output reads it or not.
 */
public final class StatefulStreamNode extends StreamNode {
  private final StateOperation operation;
  private final Supplier<Partitioner> partitioner;
  private final Optional<RddNode> initial;

  /**
   * A stream with state.
   *
   * @param parent a stream of pairs with the same slide
   * @param partitioner asked once, when the first batch runs
   * @param initial pairs of key and state to begin with
   */
  public StatefulStreamNode(
      NodeLabel label,
      StreamNode parent,
      StateOperation operation,
      Supplier<Partitioner> partitioner,
      Optional<RddNode> initial) {
    super(label, List.of(parent));
    this.operation = Objects.requireNonNull(operation, "operation");
    this.partitioner = Objects.requireNonNull(partitioner, "partitioner");
    this.initial = Objects.requireNonNull(initial, "initial");
  }

  /** The stream that changes the state. */
  public StreamNode parent() {
    return parents().get(0);
  }

  /** What a batch does with the state. */
  public StateOperation operation() {
    return operation;
  }

  /** Where a key's state is; asked once. */
  public Supplier<Partitioner> partitioner() {
    return partitioner;
  }

  /** Pairs of key and state to begin with, not yet placed. */
  public Optional<RddNode> initial() {
    return initial;
  }

  /** The initial state where the partitioner puts its keys. */
  public Optional<RddNode> placedInitial(Partitioner placedBy) {
    return initial.map(pairs -> StateArrangement.placed(pairs, placedBy, description()));
  }
}
