package org.millrace.api.streaming;

import java.util.List;
import org.millrace.api.graph.DerivedStreamNode;
import org.millrace.api.graph.NodeLabel;
import org.millrace.api.graph.StateNode;
import org.millrace.api.graph.StateViewNode;
import org.millrace.api.graph.StatefulStreamNode;

/**
 * The results of {@code mapWithState}: in each batch what its function gave, partition by
 * partition, first for the pairs as they arrived, then for the keys that timed out, those whose
 * time was up earlier first.
 *
 * @param <K> type of the keys
 * @param <V> type of the values
 * @param <S> type of the state
 * @param <M> type of the results
 */
public final class MapWithStateDStream<K, V, S, M> extends DStream<M> {
  private final StatefulStreamNode state;

  MapWithStateDStream(StreamingContext context, StatefulStreamNode state) {
    super(context, state);
    this.state = state;
  }

  /**
   * In each batch all keys that have state then, with their state, in the order in which they
   * entered it, placed by the partitioner of the state.
   */
  public PairDStream<K, S> stateSnapshots() {
    NodeLabel label = context().label("stateSnapshots", state.slide());
    return new PairDStream<>(
        context(),
        new DerivedStreamNode(
            label,
            List.of(state),
            (parents, batchTime) ->
                new StateViewNode((StateNode) parents.get(0), label.description()),
            List.of()));
  }
}
