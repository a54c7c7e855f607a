package org.millrace.runner.task;

import java.util.ArrayList;
import java.util.List;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.function.Function;
import org.millrace.api.function.Function2;
import org.millrace.api.graph.Operator;
import org.millrace.runner.task.HiddenClasses.Maker;
import org.millrace.runner.task.Pipeline.Segment;
import org.millrace.runner.wire.proto.OperatorSpec;
import org.millrace.runner.wire.proto.SinkKind;
import org.millrace.runner.wire.proto.SinkSpec;
import org.millrace.runner.wire.proto.SourceKind;
import org.millrace.runner.wire.proto.SourceSpec;
import org.millrace.runner.wire.proto.Template;

/** The hidden classes of one template; every function set uses the same. Immutable, thread-safe. */
final class PipelineShape {
  private final Template template;
  private final Maker<PageLoop> sourceLoop;
  private final Maker<Combiner> sourceTable;
  private final List<Stage> stages = new ArrayList<>();
  private final Maker<Sink> sink;
  private final Maker<Combiner> sinkTable;

  /** An operator that pushes, or (with {@code outputLoop}) a function over an iterator. */
  private record Stage(
      OperatorSpec spec, Maker<RecordOperator> maker, Maker<PageLoop> outputLoop) {}

  PipelineShape(Template template, HiddenClasses hidden) {
    this.template = template;
    this.sourceLoop = hidden.define(PageLoop.class, SourceKernel.class);
    SourceKind source = template.getSource().getKind();
    boolean combines = source == SourceKind.SHUFFLE_COMBINE || source == SourceKind.SHUFFLE_GROUP;
    this.sourceTable = combines ? hidden.define(Combiner.class, CombineTable.class) : null;
    for (OperatorSpec spec : template.getOperatorsList()) {
      stages.add(stage(spec, hidden));
    }
    SinkSpec spec = template.getSink();
    boolean mapSide = spec.getKind() == SinkKind.SHUFFLE_WRITE && spec.getMapSideCombine();
    this.sinkTable = mapSide ? hidden.define(Combiner.class, CombineTable.class) : null;
    this.sink = mapSide ? null : sinkMaker(spec.getKind(), hidden);
  }

  private static Stage stage(OperatorSpec spec, HiddenClasses hidden) {
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
          case MAP_PARTITIONS, MAP_PARTITIONS_TO_PAIR -> null;
          case MAP_PARTITIONS_WITH_INDEX -> throw unknown("operator", spec.getOperator(), null);
        };
    return type == null
        ? new Stage(spec, null, hidden.define(PageLoop.class, SourceKernel.class))
        : new Stage(spec, hidden.define(RecordOperator.class, type), null);
  }

  /** Null for a sink that is called once for many records: it needs no class of its own. */
  private static Maker<Sink> sinkMaker(SinkKind kind, HiddenClasses hidden) {
    Class<? extends Sink> type =
        switch (kind) {
          case SHUFFLE_WRITE -> ShuffleSink.class;
          case COLLECT -> CollectSink.class;
          case COUNT -> CountSink.class;
          case TAKE -> TakeSink.class;
          case REDUCE -> ReduceSink.class;
          case FOR_EACH -> ForEachSink.class;
          case FOR_EACH_PARTITION, MAP_PARTITION, SAVE_TEXT -> null;
          case MATERIALIZE, SINK_UNSPECIFIED, UNRECOGNIZED ->
              throw unknown("sink", kind.name(), null);
        };
    return type == null ? null : hidden.define(Sink.class, type);
  }

  private static MillraceException unknown(String what, String name, Throwable cause) {
    return new MillraceException(
        ErrorCode.INTERNAL,
        "this executor does not know the "
            + what
            + " "
            + name
            + ": driver and executor are of different versions",
        cause);
  }

  /** A pipeline of its own for the caller, which decoded the functions for itself. */
  Pipeline make(PipelineKey key, Object[] functions) {
    Sink end = makeSink();
    RecordConsumer tail =
        end instanceof CombiningSink combining ? combining.head() : (RecordConsumer) end;
    PullBuffer sinkBuffer = end instanceof PartitionSink ? new PullBuffer() : null;
    List<Segment> segments = new ArrayList<>();
    RecordConsumer next = sinkBuffer != null ? sinkBuffer : tail;
    PullBuffer buffer = sinkBuffer;
    Object partitionFunction = null;
    PageLoop outputLoop = null;
    for (int i = stages.size() - 1; i >= 0; i--) {
      Stage stage = stages.get(i);
      Object function = functionOf(stage.spec(), functions);
      if (stage.maker() != null) {
        RecordOperator operator = stage.maker().make();
        operator.use(function);
        operator.next = next;
        next = operator;
      } else {
        segments.add(0, new Segment(next, buffer, partitionFunction, outputLoop));
        buffer = new PullBuffer();
        next = buffer;
        partitionFunction = function;
        outputLoop = stage.outputLoop().make();
      }
    }
    segments.add(0, new Segment(next, buffer, partitionFunction, outputLoop));
    Combiner table = makeSourceTable(functions);
    return new Pipeline(key, functions, List.copyOf(segments), sourceLoop.make(), table, end);
  }

  private static Object functionOf(OperatorSpec spec, Object[] functions) {
    return spec.getFunction() < 0 || !Operator.valueOf(spec.getOperator()).hasFunction()
        ? null
        : functions[spec.getFunction()];
  }

  private Sink makeSink() {
    if (sinkTable != null) {
      return new CombiningSink(sinkTable.make());
    }
    if (sink != null) {
      return sink.make();
    }
    return template.getSink().getKind() == SinkKind.SAVE_TEXT
        ? new SaveTextSink()
        : new PartitionSink();
  }

  @SuppressWarnings("unchecked") // the program's types were checked where it was compiled
  private Combiner makeSourceTable(Object[] functions) {
    if (sourceTable == null) {
      return null;
    }
    Combiner table = sourceTable.make();
    SourceSpec source = template.getSource();
    if (source.getKind() == SourceKind.SHUFFLE_GROUP) {
      table.use(Grouping.CREATE, Grouping.APPEND);
    } else if (source.getCombinedOnMapSide()) {
      table.use(null, (Function2<Object, Object, Object>) functions[source.getMergeCombiners()]);
    } else {
      int create = source.getCreateCombiner();
      table.use(
          create < 0 ? null : (Function<Object, Object>) functions[create],
          (Function2<Object, Object, Object>) functions[source.getMergeValue()]);
    }
    return table;
  }
}
