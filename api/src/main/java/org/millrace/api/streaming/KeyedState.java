package org.millrace.api.streaming;

import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.millrace.api.PairRDD;
import org.millrace.api.Tuple2;
import org.millrace.api.Tuple3;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.function.Function;
import org.millrace.api.function.Function2;
import org.millrace.api.function.Function4;
import org.millrace.api.graph.DerivedStreamNode;
import org.millrace.api.graph.NarrowNode;
import org.millrace.api.graph.NodeLabel;
import org.millrace.api.graph.Operator;
import org.millrace.api.graph.RddNode;
import org.millrace.api.graph.StateOperation;
import org.millrace.api.graph.StatefulStreamNode;
import org.millrace.api.graph.StreamNode;

/** Builds streams with keyed state. The graph is untyped; the typed API is above it. */
final class KeyedState {
  private static final String UPDATE = "updateStateByKey";
  private static final Function<Object, Object> SAME = pair -> pair;

  private final StreamingContext context;
  private final StreamNode pairs;
  private final Placement placement;
  private final Optional<RddNode> initial;

  /** State of the keys of a stream; {@code initialPairs} may be null. */
  KeyedState(
      StreamingContext context, StreamNode pairs, Placement placement, PairRDD<?, ?> initialPairs) {
    this.context = context;
    this.pairs = pairs;
    this.placement = placement;
    this.initial = Optional.ofNullable(initialPairs).map(PairRDD::node);
    if (initialPairs != null && initialPairs.context() != context.sparkContext()) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          "the initial state "
              + initialPairs
              + " is of another context than the stream; make it by sparkContext() of the streaming"
              + " context");
    }
  }

  StatefulStreamNode stateful(String name, StateOperation operation) {
    return new StatefulStreamNode(
        context.label(name, pairs.slide()), pairs, operation, placement, initial);
  }

  @SuppressWarnings("unchecked")
  StatefulStreamNode byValues(Function2<?, ?, ?> update) {
    Function2<?, ?, ?> given = Objects.requireNonNull(update, "the function is null");
    return stateful(
        UPDATE,
        new StateOperation.UpdateByKey(
            new ValuesUpdate(
                (Function2<
                        List<Object>,
                        org.millrace.api.Optional<Object>,
                        org.millrace.api.Optional<Object>>)
                    given)));
  }

  @SuppressWarnings("unchecked")
  StatefulStreamNode byKey(Function4<Time, ?, ?, ?, ?> update) {
    return stateful(
        UPDATE,
        new StateOperation.UpdateByKey(
            (Function4<
                    Time,
                    Object,
                    List<Object>,
                    org.millrace.api.Optional<Object>,
                    org.millrace.api.Optional<Object>>)
                update));
  }

  @SuppressWarnings("unchecked")
  StatefulStreamNode byPartition(Function<?, ?> update) {
    Function<?, ?> given = Objects.requireNonNull(update, "the function is null");
    return stateful(
        UPDATE,
        new StateOperation.UpdatePartition(
            new KeysUpdate(
                (Function<
                        Iterator<Tuple3<Object, List<Object>, org.millrace.api.Optional<Object>>>,
                        Iterator<Tuple2<Object, Object>>>)
                    given)));
  }

  /** The state as a stream that is known to be placed by the partitioner, or is not. */
  StreamNode placed(StatefulStreamNode state, boolean rememberPartitioner) {
    if (rememberPartitioner) {
      return state;
    }
    NodeLabel label = context.label(UPDATE, state.slide());
    context.addView(label.id(), state.id());
    return new DerivedStreamNode(
        label,
        List.of(state),
        (parents, batchTime) ->
            new NarrowNode(parents.get(0), Operator.MAP, SAME, false, label.description()),
        List.of());
  }
}
