package org.millrace.runner.task;

import java.util.ArrayList;
import java.util.List;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.function.Function;
import org.millrace.api.function.Function2;
import org.millrace.api.graph.Operator;
import org.millrace.api.transparent.FromBytes;
import org.millrace.runner.task.HiddenClasses.Maker;
import org.millrace.runner.task.PipeInstance.PartitionFunction;
import org.millrace.runner.task.PipeInstance.Segment;
import org.millrace.runner.task.PipeInstance.Source;
import org.millrace.runner.wire.proto.OperatorSpec;
import org.millrace.runner.wire.proto.Pipe;
import org.millrace.runner.wire.proto.SourceKind;
import org.millrace.runner.wire.proto.SourceSpec;

/** The hidden classes of a pipe and of its children. Immutable, thread-safe. */
final class PipeShape {
  private final SourceSpec source;
  private final Maker<PageLoop> loop;
  private final Maker<Combiner> table;
  private final Maker<Combiner> numericTable;
  private final TextShape texts;
  private final List<PipeShape> children = new ArrayList<>();
  private final List<Stage> stages = new ArrayList<>();

  /** The name of the operator that is not a user's. */
  private static final String STORE = "STORE";

  /**
   * An operator that pushes, or (with {@code outputLoop}) a function over an iterator.
   *
   * @param operator null for STORE
   */
  private record Stage(
      OperatorSpec spec,
      Operator operator,
      Maker<RecordOperator> maker,
      Maker<PageLoop> outputLoop) {}

  PipeShape(SourceSpec source, List<OperatorSpec> operators, HiddenClasses hidden) {
    this.source = source;
    this.loop =
        hasLoop(source.getKind()) ? hidden.define(PageLoop.class, SourceKernel.class) : null;
    this.table = combines(source) ? hidden.define(Combiner.class, CombineTable.class) : null;
    this.numericTable = combines(source) ? hidden.define(Combiner.class, NumericTable.class) : null;
    this.texts = new TextShape(hidden);
    for (Pipe child : source.getChildrenList()) {
      children.add(new PipeShape(child.getSource(), child.getOperatorsList(), hidden));
    }
    for (OperatorSpec spec : operators) {
      stages.add(stage(spec, hidden));
    }
  }

  /** Whether the source itself pushes records that it did not get from a table or a child. */
  private static boolean hasLoop(SourceKind kind) {
    return switch (kind) {
      case BLOCKS, TEXT_FILE, RECORDS, STORED, SHUFFLE, SHUFFLE_COMBINE, SHUFFLE_GROUP -> true;
      case SPLIT, ZIP, STATE -> true;
      case EMPTY, CONCAT, FOLD, GROUP_IN_PLACE, SOURCE_UNSPECIFIED, UNRECOGNIZED -> false;
    };
  }

  /** Whether records may come as text in bytes. */
  private static boolean readsText(SourceKind kind) {
    return kind == SourceKind.BLOCKS || kind == SourceKind.TEXT_FILE || kind == SourceKind.CONCAT;
  }

  private static boolean combines(SourceSpec source) {
    return switch (source.getKind()) {
      case SHUFFLE_COMBINE, SHUFFLE_GROUP, FOLD, GROUP_IN_PLACE -> true;
      default -> false;
    };
  }

  private static Stage stage(OperatorSpec spec, HiddenClasses hidden) {
    if (spec.getOperator().equals(STORE)) {
      return new Stage(spec, null, hidden.define(RecordOperator.class, StoreOperator.class), null);
    }
    Operator operator;
    try {
      operator = Operator.valueOf(spec.getOperator());
    } catch (IllegalArgumentException e) {
      throw unknown("operator", spec.getOperator(), e);
    }
    Class<? extends RecordOperator> type =
        switch (operator) {
          case MAP -> MapOperator.class;
          case MAP_TO_PAIR -> MapToPairOperator.class;
          case FLAT_MAP -> FlatMapOperator.class;
          case FLAT_MAP_TO_PAIR -> FlatMapToPairOperator.class;
          case FILTER -> FilterOperator.class;
          case MAP_VALUES -> MapValuesOperator.class;
          case FLAT_MAP_VALUES -> FlatMapValuesOperator.class;
          case KEYS -> KeysOperator.class;
          case VALUES -> ValuesOperator.class;
          case MAP_PARTITIONS, MAP_PARTITIONS_TO_PAIR, MAP_PARTITIONS_WITH_INDEX -> null;
        };
    return type == null
        ? new Stage(spec, operator, null, hidden.define(PageLoop.class, SourceKernel.class))
        : new Stage(spec, operator, hidden.define(RecordOperator.class, type), null);
  }

  static MillraceException unknown(String what, String name, Throwable cause) {
    return new MillraceException(
        ErrorCode.INTERNAL,
        "this executor does not know the "
            + what
            + " "
            + name
            + ": driver and executor are of different versions",
        cause);
  }

  /**
   * Instances for the caller alone, from the end to the source: each operator knows what is behind
   * it, and the last of a child knows the head behind its parent.
   *
   * @param end takes what the last operator gives
   * @param endBuffer {@code end}, when a function pulls from it; else null
   */
  PipeInstance make(Outlet end, PullBuffer endBuffer, Object[] functions) {
    List<Segment> segments = new ArrayList<>();
    RecordConsumer next = end.objects();
    RecordConsumer[] heads = new RecordConsumer[stages.size() + 1];
    heads[stages.size()] = next;
    PullBuffer buffer = endBuffer;
    PartitionFunction partitionFunction = null;
    List<RecordOperator> stores = new ArrayList<>(0);
    for (int i = stages.size() - 1; i >= 0; i--) {
      Stage stage = stages.get(i);
      Object function = functionOf(stage, functions);
      if (function instanceof FromBytes) {
        next = texts.fromBytes(transparent(functions), i, heads, end);
      } else if (stage.maker() != null) {
        RecordOperator operator = stage.maker().make();
        operator.use(function);
        operator.next = next;
        next = operator;
        if (stage.operator() == null) {
          stores.add(0, operator);
        }
      } else {
        segments.add(0, new Segment(next, buffer, List.copyOf(stores), partitionFunction));
        stores.clear();
        buffer = new PullBuffer();
        next = buffer;
        partitionFunction =
            new PartitionFunction(stage.operator(), function, stage.outputLoop().make());
      }
      heads[i] = next;
    }
    segments.add(0, new Segment(next, buffer, List.copyOf(stores), partitionFunction));
    TextConsumer textHead =
        readsText(source.getKind()) ? texts.make(transparent(functions), 0, heads, end) : null;
    Outlet head = new Outlet(next, textHead, null);
    return new PipeInstance(makeSource(head, functions), List.copyOf(segments));
  }

  private List<TextShape.Stage> transparent(Object[] functions) {
    List<TextShape.Stage> all = new ArrayList<>(stages.size());
    for (Stage stage : stages) {
      all.add(new TextShape.Stage(stage.operator(), functionOf(stage, functions)));
    }
    return all;
  }

  private static Object functionOf(Stage stage, Object[] functions) {
    Operator operator = stage.operator();
    return operator == null || stage.spec().getFunction() < 0 || !operator.hasFunction()
        ? null
        : functions[stage.spec().getFunction()];
  }

  private Source makeSource(Outlet head, Object[] functions) {
    Combiner combiner = makeTable(functions);
    StateInlet inlet =
        source.getKind() == SourceKind.STATE ? new StateInlet(source.getState(), functions) : null;
    List<PipeInstance> made = new ArrayList<>(children.size());
    for (PipeShape child : children) {
      switch (source.getKind()) {
        case CONCAT -> made.add(child.make(head, null, functions));
        case FOLD, GROUP_IN_PLACE -> made.add(child.make(Outlet.of(combiner), null, functions));
        case STATE -> made.add(child.make(Outlet.of(inlet), null, functions));
        case ZIP -> {
          PullBuffer buffer = new PullBuffer();
          made.add(child.make(Outlet.of(buffer), buffer, functions));
        }
        default -> throw unknown("source over others", source.getKind().name(), null);
      }
    }
    boolean called = source.getKind() == SourceKind.ZIP || source.getKind() == SourceKind.SPLIT;
    Object function = called ? functions[source.getFunction()] : null;
    PageLoop pageLoop = loop == null ? null : loop.make();
    return new Source(
        source.getKind(),
        head.objects(),
        head.texts(),
        pageLoop,
        combiner,
        function,
        inlet,
        List.copyOf(made));
  }

  private Combiner makeTable(Object[] functions) {
    if (table == null) {
      return null;
    }
    SourceKind kind = source.getKind();
    if (kind == SourceKind.SHUFFLE_GROUP || kind == SourceKind.GROUP_IN_PLACE) {
      return makeTable(Grouping.CREATE, Grouping.APPEND);
    } else if (kind == SourceKind.SHUFFLE_COMBINE && source.getCombinedOnMapSide()) {
      return makeTable(null, functions[source.getMergeCombiners()]);
    }
    int create = source.getCreateCombiner();
    return makeTable(create < 0 ? null : functions[create], functions[source.getMergeValue()]);
  }

  @SuppressWarnings("unchecked") // the program's types were checked where it was compiled
  private Combiner makeTable(Object create, Object merge) {
    Combiner made = NumericTable.takes(create, merge) ? numericTable.make() : table.make();
    made.use((Function<Object, Object>) create, (Function2<Object, Object, Object>) merge);
    return made;
  }
}
