package org.millrace.am.plan;

import com.google.protobuf.ByteString;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import org.millrace.am.plan.PipeShape.CombiningShape;
import org.millrace.am.plan.PipeShape.OperationShape;
import org.millrace.am.plan.PipeShape.OperatorShape;
import org.millrace.am.plan.PipeShape.SourceShape;
import org.millrace.runner.wire.proto.CombiningKind;
import org.millrace.runner.wire.proto.OperatorSpec;
import org.millrace.runner.wire.proto.Pipe;
import org.millrace.runner.wire.proto.SinkKind;
import org.millrace.runner.wire.proto.SinkSpec;
import org.millrace.runner.wire.proto.SourceKind;
import org.millrace.runner.wire.proto.SourceSpec;
import org.millrace.runner.wire.proto.StateSpec;
import org.millrace.runner.wire.proto.Template;

/** Makes the pipeline of a pipe and its sink. Owned by the thread that plans. */
final class PipelineBuilder {
  private final Shipping shipping;
  private final PipelineCache cache = new PipelineCache();

  PipelineBuilder(Shipping shipping) {
    this.shipping = shipping;
  }

  /**
   * The pipeline of a task.
   *
   * @param description of the dataset, for what cannot be shipped
   */
  Pipeline pipeline(PipeShape pipe, SinkShape sink, String description) {
    return cache.get(new PipelineCache.Key(pipe, sink), () -> make(pipe, sink, description));
  }

  private Pipeline make(PipeShape pipe, SinkShape sink, String description) {
    FunctionTable table = new FunctionTable();
    Template.Builder template =
        Template.newBuilder()
            .setCodeVersion(shipping.codeVersion())
            .setSource(source(pipe.source(), table));
    pipe.operators().forEach(operator -> template.addOperators(operator(operator, table)));
    template.setSink(sink(sink, table));
    template.setId(ByteString.copyFrom(sha256(template.build().toByteArray())));
    return new Pipeline(template.build(), shipping.functions(table.functions(), description));
  }

  private static Pipe pipe(PipeShape shape, FunctionTable table) {
    Pipe.Builder pipe = Pipe.newBuilder().setSource(source(shape.source(), table));
    shape.operators().forEach(operator -> pipe.addOperators(operator(operator, table)));
    return pipe.build();
  }

  private static OperatorSpec operator(OperatorShape shape, FunctionTable table) {
    return OperatorSpec.newBuilder()
        .setOperator(shape.name())
        .setFunction(table.index(shape.function().function()))
        .setShape(FunctionTable.shape(shape.function().function()))
        .build();
  }

  private static SourceSpec source(SourceShape shape, FunctionTable table) {
    SourceSpec.Builder spec =
        SourceSpec.newBuilder()
            .setMergeCombiners(-1)
            .setCreateCombiner(-1)
            .setMergeValue(-1)
            .setFunction(-1);
    if (shape instanceof PipeShape.Leaf leaf) {
      spec.setKind(leaf.kind());
    } else if (shape instanceof PipeShape.SplitRead read) {
      spec.setKind(SourceKind.SPLIT).setFunction(table.index(read.reader().function()));
    } else if (shape instanceof PipeShape.ShuffleRead read) {
      spec.setKind(readKind(read.combining().kind()));
      setFunctions(spec, read.combining(), read.combining().mapSide(), table);
    } else if (shape instanceof PipeShape.Concat concat) {
      addChildren(spec.setKind(SourceKind.CONCAT), concat.children(), table);
    } else if (shape instanceof PipeShape.Zip zip) {
      addChildren(spec.setKind(SourceKind.ZIP), zip.children(), table);
      spec.setFunction(table.index(zip.function().function()));
    } else if (shape instanceof PipeShape.InPlace inPlace) {
      boolean combines = inPlace.combining().kind() == CombiningKind.COMBINE;
      spec.setKind(combines ? SourceKind.FOLD : SourceKind.GROUP_IN_PLACE);
      spec.addChildren(pipe(inPlace.child(), table));
      setFunctions(spec, inPlace.combining(), false, table);
    } else if (shape instanceof PipeShape.State state) {
      addChildren(spec.setKind(SourceKind.STATE), state.children(), table);
      spec.setState(state(state.operation(), state.view(), table));
    }
    return spec.build();
  }

  private static void addChildren(
      SourceSpec.Builder spec, List<PipeShape> children, FunctionTable table) {
    children.forEach(child -> spec.addChildren(pipe(child, table)));
  }

  private static SourceKind readKind(CombiningKind combining) {
    return switch (combining) {
      case COMBINE -> SourceKind.SHUFFLE_COMBINE;
      case GROUP -> SourceKind.SHUFFLE_GROUP;
      case NONE, ROUND_ROBIN, UNRECOGNIZED -> SourceKind.SHUFFLE;
    };
  }

  private static void setFunctions(
      SourceSpec.Builder spec,
      CombiningShape combining,
      boolean combinedOnMapSide,
      FunctionTable table) {
    if (combining.kind() == CombiningKind.COMBINE) {
      spec.setCombinedOnMapSide(combinedOnMapSide)
          .setCreateCombiner(table.index(combining.createCombiner().function()))
          .setMergeValue(table.index(combining.mergeValue().function()))
          .setMergeCombiners(table.index(combining.mergeCombiners().function()));
    }
  }

  private static StateSpec state(OperationShape shape, boolean view, FunctionTable table) {
    return StateSpec.newBuilder()
        .setKind(shape.kind())
        .setView(view)
        .setFunction(table.index(shape.function().function()))
        .setAlwaysEmits(shape.alwaysEmits())
        .setTimeoutMs(shape.timeoutMs())
        .setInverse(table.index(shape.inverse().function()))
        .setFilter(table.index(shape.filter().function()))
        .setPaneMs(shape.paneMs())
        .setPanes(shape.panes())
        .build();
  }

  private static SinkSpec sink(SinkShape shape, FunctionTable table) {
    SinkSpec.Builder spec =
        SinkSpec.newBuilder()
            .setFunction(-1)
            .setPartitioner(-1)
            .setCreateCombiner(-1)
            .setMergeValue(-1)
            .setMergeCombiners(-1);
    if (shape instanceof SinkShape.Result result) {
      return spec.setKind(result.kind())
          .setFunction(table.index(result.function().function()))
          .build();
    }
    SinkShape.ShuffleWrite write = (SinkShape.ShuffleWrite) shape;
    CombiningShape combining = write.combining();
    spec.setKind(SinkKind.SHUFFLE_WRITE)
        .setShuffleId(write.shuffleId())
        .setPartitionCount(write.partitionCount())
        .setPartitioner(table.index(write.partitioner().function()))
        .setCombining(combining.kind());
    if (combining.kind() == CombiningKind.COMBINE) {
      spec.setMapSideCombine(combining.mapSide())
          .setCreateCombiner(table.index(combining.createCombiner().function()))
          .setMergeValue(table.index(combining.mergeValue().function()))
          .setMergeCombiners(table.index(combining.mergeCombiners().function()));
    }
    return spec.build();
  }

  private static byte[] sha256(byte[] content) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(content);
    } catch (NoSuchAlgorithmException everyJavaHasIt) {
      throw new IllegalStateException(everyJavaHasIt);
    }
  }
}
