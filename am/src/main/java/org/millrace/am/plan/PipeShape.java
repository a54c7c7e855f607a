package org.millrace.am.plan;

import java.util.ArrayList;
import java.util.List;
import org.millrace.api.graph.Combining;
import org.millrace.api.graph.NarrowNode;
import org.millrace.api.graph.StateOperation;
import org.millrace.runner.conf.Technique;
import org.millrace.runner.wire.proto.CombiningKind;
import org.millrace.runner.wire.proto.SourceKind;
import org.millrace.runner.wire.proto.StateKind;

/**
 * What a pipe is made of, without the partition that it is for: pipes of equal shapes run the same
 * template. Immutable.
 *
 * @param operators in the order in which records pass them
 */
record PipeShape(SourceShape source, List<OperatorShape> operators) {
  PipeShape {
    operators = List.copyOf(operators);
  }

  /** Where the records of a pipe come from. */
  sealed interface SourceShape {}

  /** Reads something that is no pipe. */
  record Leaf(SourceKind kind) implements SourceShape {}

  /** Reads splits by a reader that the program chose. */
  record SplitRead(Same reader) implements SourceShape {}

  /** Reads a reduce partition and does with the records what their shuffle says. */
  record ShuffleRead(CombiningShape combining) implements SourceShape {}

  /** Reads one piece after the other, each through one of the children. */
  record Concat(List<PipeShape> children) implements SourceShape {
    Concat {
      children = List.copyOf(children);
    }
  }

  /** Calls a function with an iterator over each child. */
  record Zip(Same function, List<PipeShape> children) implements SourceShape {
    Zip {
      children = List.copyOf(children);
    }
  }

  /** Combines or groups what is in its partition already. */
  record InPlace(CombiningShape combining, PipeShape child) implements SourceShape {}

  /** Applies a batch to state; no children when it is applied. */
  record State(OperationShape operation, boolean view, List<PipeShape> children)
      implements SourceShape {
    State {
      children = List.copyOf(children);
    }
  }

  /** What is done with each record; {@code STORE} has no function. */
  record OperatorShape(String name, Same function) {
    static final String STORE_NAME = "STORE";
    static final OperatorShape STORE = new OperatorShape(STORE_NAME, new Same(null));

    static OperatorShape of(NarrowNode node) {
      return new OperatorShape(node.operator().name(), new Same(node.function()));
    }
  }

  /** What happens to records that meet; functions are null but for {@code COMBINE}. */
  record CombiningShape(
      CombiningKind kind,
      boolean mapSide,
      Same createCombiner,
      Same mergeValue,
      Same mergeCombiners) {
    static final CombiningShape ROUND_ROBIN = plain(CombiningKind.ROUND_ROBIN);

    static CombiningShape of(Combining combining) {
      if (combining instanceof Combining.Combine combine) {
        return new CombiningShape(
            CombiningKind.COMBINE,
            combine.mapSide() && Technique.COMBINING.isUsed(),
            new Same(combine.createCombiner()),
            new Same(combine.mergeValue()),
            new Same(combine.mergeCombiners()));
      } else if (combining instanceof Combining.Group) {
        return plain(CombiningKind.GROUP);
      } else if (combining instanceof Combining.RoundRobin) {
        return ROUND_ROBIN;
      }
      return plain(CombiningKind.NONE);
    }

    private static CombiningShape plain(CombiningKind kind) {
      Same none = new Same(null);
      return new CombiningShape(kind, false, none, none, none);
    }
  }

  /** What a batch does with state; functions that the operation does not have are null. */
  record OperationShape(
      StateKind kind,
      Same function,
      boolean alwaysEmits,
      long timeoutMs,
      Same inverse,
      Same filter,
      long paneMs,
      int panes) {
    static OperationShape of(StateOperation operation) {
      Same none = new Same(null);
      if (operation instanceof StateOperation.MapWithState map) {
        return new OperationShape(
            StateKind.MAP_WITH_STATE,
            new Same(map.function()),
            map.alwaysEmits(),
            map.timeoutMs(),
            none,
            none,
            0,
            0);
      } else if (operation instanceof StateOperation.UpdateByKey update) {
        return updating(StateKind.UPDATE_BY_KEY, update.function());
      } else if (operation instanceof StateOperation.UpdatePartition update) {
        return updating(StateKind.UPDATE_PARTITION, update.function());
      } else if (operation instanceof StateOperation.WindowReduce window) {
        return new OperationShape(
            StateKind.WINDOW_REDUCE,
            new Same(window.reduce()),
            false,
            -1,
            new Same(window.inverse()),
            new Same(window.filter()),
            window.paneMs(),
            window.panes());
      } else if (operation instanceof StateOperation.WindowGroup window) {
        return new OperationShape(
            StateKind.WINDOW_GROUP, none, false, -1, none, none, window.paneMs(), window.panes());
      }
      throw new IllegalStateException("no shape of " + operation);
    }

    private static OperationShape updating(StateKind kind, Object function) {
      Same none = new Same(null);
      return new OperationShape(kind, new Same(function), false, -1, none, none, 0, 0);
    }
  }

  /** Collects the children of a concat: pieces of equal shapes share one. */
  static final class Children {
    private final List<PipeShape> shapes = new ArrayList<>();

    /** The index of the child that reads pieces of this shape. */
    int indexOf(PipeShape shape) {
      int known = shapes.indexOf(shape);
      if (known >= 0) {
        return known;
      }
      shapes.add(shape);
      return shapes.size() - 1;
    }

    Concat concat() {
      return new Concat(shapes);
    }
  }
}
