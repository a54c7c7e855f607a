package org.millrace.api.graph;

import java.util.List;
import java.util.Optional;
import org.millrace.api.Partitioner;

/**
 * All pairs of key and state of a {@link StateNode}, after its batch. Computing a partition
 * computes the state first.
 */
public final class StateViewNode extends RddNode {
  /** The pairs of a state. */
  public StateViewNode(StateNode state, String description) {
    super(List.of(state), description);
  }

  /** The state that is shown. */
  public StateNode state() {
    return (StateNode) parents().get(0);
  }

  @Override
  public int partitionCount() {
    return state().partitionCount();
  }

  @Override
  public Optional<Partitioner> partitioner() {
    return Optional.of(state().identity().partitioner());
  }
}
