package org.millrace.runner.task;

import org.millrace.runner.codec.FunctionCodec;
import org.millrace.runner.task.HiddenClasses.Maker;
import org.millrace.runner.wire.proto.SinkKind;
import org.millrace.runner.wire.proto.SinkSpec;
import org.millrace.runner.wire.proto.Template;

/** The hidden classes of one template; every function set uses the same. Immutable, thread-safe. */
final class PipelineShape {
  private final PipeShape pipe;
  private final SinkKind sinkKind;
  private final Maker<Sink> sink;
  private final SinkSpec sinkSpec;
  private final Maker<Combiner> sinkTable;
  private final Maker<Combiner> numericSinkTable;

  PipelineShape(Template template, HiddenClasses hidden) {
    this.pipe = new PipeShape(template.getSource(), template.getOperatorsList(), hidden);
    SinkSpec spec = template.getSink();
    this.sinkSpec = spec;
    this.sinkKind = spec.getKind();
    boolean mapSide = sinkKind == SinkKind.SHUFFLE_WRITE && spec.getMapSideCombine();
    this.sinkTable = mapSide ? hidden.define(Combiner.class, CombineTable.class) : null;
    this.numericSinkTable = mapSide ? hidden.define(Combiner.class, NumericTable.class) : null;
    this.sink = mapSide ? null : sinkMaker(sinkKind, hidden);
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
          case MATERIALIZE -> MaterializeSink.class;
          case FOR_EACH_PARTITION, MAP_PARTITION, SAVE_TEXT, SAVE_FORMAT, WRITE_SINK -> null;
          case SINK_UNSPECIFIED, UNRECOGNIZED -> throw PipeShape.unknown("sink", kind.name(), null);
        };
    return type == null ? null : hidden.define(Sink.class, type);
  }

  /** A pipeline of its own for the caller, which decoded the functions for itself. */
  Pipeline make(PipelineKey key, FunctionCodec.Decoded decoded) {
    Object[] functions = decoded.functions();
    Sink end = makeSink(functions);
    PullBuffer buffer = end instanceof PartitionSink ? new PullBuffer() : null;
    RecordConsumer tail = end instanceof CombiningSink combining ? combining.head() : end;
    PipeInstance made = pipe.make(Outlet.of(buffer != null ? buffer : tail), buffer, functions);
    return new Pipeline(key, functions, decoded.accumulators(), made, end);
  }

  private Sink makeSink(Object[] functions) {
    if (sinkTable != null) {
      int create = sinkSpec.getCreateCombiner();
      boolean numeric =
          NumericTable.takes(
              create < 0 ? null : functions[create], functions[sinkSpec.getMergeValue()]);
      return new CombiningSink(numeric ? numericSinkTable.make() : sinkTable.make());
    }
    if (sink != null) {
      return sink.make();
    }
    return switch (sinkKind) {
      case SAVE_TEXT -> new SaveTextSink();
      case SAVE_FORMAT, WRITE_SINK -> new OutputSink();
      default -> new PartitionSink();
    };
  }
}
