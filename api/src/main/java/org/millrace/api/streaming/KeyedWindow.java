package org.millrace.api.streaming;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.millrace.api.function.Function;
import org.millrace.api.function.Function2;
import org.millrace.api.graph.DerivedStreamNode;
import org.millrace.api.graph.NodeLabel;
import org.millrace.api.graph.StateOperation;
import org.millrace.api.graph.StatefulStreamNode;
import org.millrace.api.graph.StreamNode;
import org.millrace.api.transparent.Aggregations;

/**
 * Builds a window by key: state that every batch of the pairs' slide changes, and when the window
 * slides by more, a stream that looks at it at its own times.
 */
final class KeyedWindow {
  static final Function2<Long, Long, Long> SUM = Aggregations.sumLong();
  static final Function2<Long, Long, Long> DIFFERENCE = (whole, part) -> whole - part;

  private final StreamingContext context;
  private final String operation;
  private final StreamNode pairs;
  private final WindowShape shape;

  KeyedWindow(
      StreamingContext context,
      String operation,
      StreamNode pairs,
      Duration windowDuration,
      Duration slideDuration) {
    this.context = context;
    this.operation = operation;
    this.pairs = pairs;
    this.shape = WindowShape.over(pairs, windowDuration, slideDuration, operation);
  }

  /** All values of each key of the window. */
  StreamNode group(Placement placement) {
    return over(new StateOperation.WindowGroup(shape.paneMs(), shape.panes()), placement);
  }

  /** The values of each key of the window reduced to one. */
  StreamNode reduce(Function2<?, ?, ?> f, Placement placement) {
    return over(operation(f, null, null), placement);
  }

  /** The same by taking back what leaves; {@code filter} may be null. */
  StreamNode reduce(
      Function2<?, ?, ?> f, Function2<?, ?, ?> inverse, Function<?, Boolean> filter, Placement by) {
    Objects.requireNonNull(inverse, "the inverse function is null");
    return over(operation(f, inverse, filter), by);
  }

  @SuppressWarnings("unchecked") // the graph is untyped; the typed API is above it
  private StateOperation operation(
      Function2<?, ?, ?> f, Function2<?, ?, ?> inverse, Function<?, Boolean> filter) {
    return new StateOperation.WindowReduce(
        (Function2<Object, Object, Object>) Objects.requireNonNull(f, "the function is null"),
        (Function2<Object, Object, Object>) inverse,
        (Function<Object, Boolean>) filter,
        shape.paneMs(),
        shape.panes());
  }

  private StreamNode over(StateOperation state, Placement placement) {
    StatefulStreamNode stateful =
        new StatefulStreamNode(
            context.label(operation, pairs.slide()), pairs, state, placement, Optional.empty());
    if (shape.slide().equals(pairs.slide())) {
      return stateful;
    }
    NodeLabel label = context.label(operation, shape.slide());
    context.addView(label.id(), stateful.id());
    return new DerivedStreamNode(
        label, List.of(stateful), (parents, batchTime) -> parents.get(0), List.of());
  }
}
