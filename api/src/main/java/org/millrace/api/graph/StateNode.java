package org.millrace.api.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.millrace.api.Partitioner;
import org.millrace.api.streaming.Time;

/**
 * The keyed state of a stream after a batch, and what the batch gave.
 *
 * <p>State lives on executors and has a version, the time of the last batch that changed it.
 * Computing a partition brings its state from the version of {@link #previous} to that of {@link
 * #batchTime}; when it is at that version already nothing is computed again and the same result is
 * given. From any other version it is brought back to the previous one first. The result is that of
 * the {@link StateOperation}; it can be read until a later batch changes the state, so what needs
 * it longer keeps a copy.
 */
public final class StateNode extends RddNode {
  /**
   * The state that a node belongs to.
   *
   * @param stateId {@link StreamNode#id()} of the stream
   * @param operation what a batch does with it
   * @param partitioner where a key's state is; fixed for the life of the state
   * @param zeroTime the time before the first batch
   */
  public record StateIdentity(
      int stateId, StateOperation operation, Partitioner partitioner, Time zeroTime) {
    /** Checks that everything is given. */
    public StateIdentity {
      Objects.requireNonNull(operation, "operation");
      Objects.requireNonNull(partitioner, "partitioner");
      Objects.requireNonNull(zeroTime, "zeroTime");
    }
  }

  private final StateIdentity identity;
  private final Time batchTime;
  private final Optional<Time> previous;

  /**
   * The state after a batch.
   *
   * @param input the batch's pairs as {@link StateOperation#arranged} arranges them
   * @param initial pairs of key and state that the first version begins with, placed by the same
   *     partitioner; empty for none, and for every version that has a previous one
   * @param previous the batch time of the version before; empty for the first
   */
  public StateNode(
      StateIdentity identity,
      RddNode input,
      Optional<RddNode> initial,
      Time batchTime,
      Optional<Time> previous,
      String description) {
    super(parents(input, initial), description);
    this.identity = Objects.requireNonNull(identity, "identity");
    this.batchTime = Objects.requireNonNull(batchTime, "batchTime");
    this.previous = Objects.requireNonNull(previous, "previous");
  }

  private static List<RddNode> parents(RddNode input, Optional<RddNode> initial) {
    List<RddNode> parents = new ArrayList<>();
    parents.add(input);
    initial.ifPresent(parents::add);
    return parents;
  }

  /** The state that the node belongs to. */
  public StateIdentity identity() {
    return identity;
  }

  /** The arranged pairs of the batch. */
  public RddNode input() {
    return parents().get(0);
  }

  /** What the first version begins with. */
  public Optional<RddNode> initial() {
    return parents().size() > 1 ? Optional.of(parents().get(1)) : Optional.empty();
  }

  /** The version that this node computes. */
  public Time batchTime() {
    return batchTime;
  }

  /** The version that it is computed from. */
  public Optional<Time> previous() {
    return previous;
  }

  @Override
  public int partitionCount() {
    return identity.partitioner().numPartitions();
  }

  @Override
  public Optional<Partitioner> partitioner() {
    return identity.operation() instanceof StateOperation.MapWithState
        ? Optional.empty()
        : Optional.of(identity.partitioner());
  }
}
