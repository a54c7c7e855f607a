package org.millrace.am.plan;

import com.google.protobuf.ByteString;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import org.millrace.am.plan.PipelineCache.Same;
import org.millrace.api.HashPartitioner;
import org.millrace.api.graph.BlocksNode;
import org.millrace.api.graph.CollectionNode;
import org.millrace.api.graph.Combining;
import org.millrace.api.graph.EmptyNode;
import org.millrace.api.graph.NarrowNode;
import org.millrace.api.graph.RddNode;
import org.millrace.api.graph.ShuffleNode;
import org.millrace.api.graph.TextFilesNode;
import org.millrace.runner.wire.proto.CombiningKind;
import org.millrace.runner.wire.proto.OperatorSpec;
import org.millrace.runner.wire.proto.SinkKind;
import org.millrace.runner.wire.proto.SinkSpec;
import org.millrace.runner.wire.proto.SourceKind;
import org.millrace.runner.wire.proto.SourceSpec;
import org.millrace.runner.wire.proto.Template;

/** Makes the pipeline of a branch and its sink. Owned by the thread that plans. */
final class PipelineBuilder {
  private final Shipping shipping;
  private final PipelineCache cache = new PipelineCache();

  PipelineBuilder(Shipping shipping) {
    this.shipping = shipping;
  }

  /** The pipeline that writes a branch into a shuffle. */
  Pipeline mapSide(Branch branch, ShuffleNode shuffle, int shuffleId) {
    List<Object> key = branchKey(branch);
    key.add(shuffleId);
    key.add(shuffle.partitionCount());
    if (!(shuffle.routing() instanceof HashPartitioner)) {
      key.add(new Same(shuffle.routing()));
    }
    addCombining(key, shuffle.combining());
    return cache.get(
        key,
        () -> {
          FunctionTable table = new FunctionTable();
          Template.Builder template = start(branch, table);
          template.setSink(shuffleSink(shuffle, shuffleId, table));
          return finish(template, table, shuffle.description());
        });
  }

  /** The pipeline that ends in an action. */
  Pipeline result(Branch branch, SinkKind kind, Object function, String description) {
    List<Object> key = branchKey(branch);
    key.add(kind);
    key.add(new Same(function));
    return cache.get(
        key,
        () -> {
          FunctionTable table = new FunctionTable();
          Template.Builder template = start(branch, table);
          template.setSink(
              noShuffle(SinkSpec.newBuilder()).setKind(kind).setFunction(table.index(function)));
          return finish(template, table, description);
        });
  }

  private static List<Object> branchKey(Branch branch) {
    List<Object> key = new ArrayList<>();
    key.add(branch.head().getClass());
    if (branch.head() instanceof ShuffleNode shuffle) {
      addCombining(key, shuffle.combining());
    }
    for (NarrowNode operator : branch.operators()) {
      key.add(operator.operator());
      key.add(new Same(operator.function()));
    }
    return key;
  }

  private static void addCombining(List<Object> key, Combining combining) {
    key.add(combining.getClass());
    if (combining instanceof Combining.Combine combine) {
      key.add(new Same(combine.createCombiner()));
      key.add(new Same(combine.mergeValue()));
      key.add(new Same(combine.mergeCombiners()));
      key.add(combine.mapSide());
    }
  }

  private Template.Builder start(Branch branch, FunctionTable table) {
    Template.Builder template = Template.newBuilder().setCodeVersion(shipping.codeVersion());
    template.setSource(source(branch.head(), table));
    for (NarrowNode operator : branch.operators()) {
      template.addOperators(
          OperatorSpec.newBuilder()
              .setOperator(operator.operator().name())
              .setFunction(table.index(operator.function()))
              .setShape(FunctionTable.shape(operator.function())));
    }
    return template;
  }

  private Pipeline finish(Template.Builder template, FunctionTable table, String description) {
    byte[] content = template.build().toByteArray();
    template.setId(ByteString.copyFrom(sha256(content)));
    return new Pipeline(template.build(), shipping.functions(table.functions(), description));
  }

  private static SourceSpec source(RddNode head, FunctionTable table) {
    SourceSpec.Builder spec =
        SourceSpec.newBuilder().setMergeCombiners(-1).setCreateCombiner(-1).setMergeValue(-1);
    if (head instanceof ShuffleNode shuffle) {
      Combining combining = shuffle.combining();
      if (combining instanceof Combining.Combine combine) {
        return spec.setKind(SourceKind.SHUFFLE_COMBINE)
            .setCombinedOnMapSide(combine.mapSide())
            .setCreateCombiner(table.index(combine.createCombiner()))
            .setMergeValue(table.index(combine.mergeValue()))
            .setMergeCombiners(table.index(combine.mergeCombiners()))
            .build();
      }
      return spec.setKind(
              combining instanceof Combining.Group ? SourceKind.SHUFFLE_GROUP : SourceKind.SHUFFLE)
          .build();
    } else if (head instanceof BlocksNode) {
      return spec.setKind(SourceKind.BLOCKS).build();
    } else if (head instanceof TextFilesNode) {
      return spec.setKind(SourceKind.TEXT_FILE).build();
    } else if (head instanceof CollectionNode) {
      return spec.setKind(SourceKind.RECORDS).build();
    } else if (head instanceof EmptyNode) {
      return spec.setKind(SourceKind.EMPTY).build();
    }
    throw new IllegalStateException("no source: " + head);
  }

  private static SinkSpec shuffleSink(ShuffleNode shuffle, int shuffleId, FunctionTable table) {
    SinkSpec.Builder sink =
        noShuffle(SinkSpec.newBuilder())
            .setKind(SinkKind.SHUFFLE_WRITE)
            .setFunction(-1)
            .setShuffleId(shuffleId)
            .setPartitionCount(shuffle.partitionCount());
    if (!(shuffle.routing() instanceof HashPartitioner)) {
      sink.setPartitioner(table.index(shuffle.routing()));
    }
    Combining combining = shuffle.combining();
    if (combining instanceof Combining.Combine combine) {
      sink.setCombining(CombiningKind.COMBINE)
          .setMapSideCombine(combine.mapSide())
          .setCreateCombiner(table.index(combine.createCombiner()))
          .setMergeValue(table.index(combine.mergeValue()))
          .setMergeCombiners(table.index(combine.mergeCombiners()));
    } else if (combining instanceof Combining.Group) {
      sink.setCombining(CombiningKind.GROUP);
    } else if (combining instanceof Combining.RoundRobin) {
      sink.setCombining(CombiningKind.ROUND_ROBIN);
    }
    return sink.build();
  }

  private static SinkSpec.Builder noShuffle(SinkSpec.Builder sink) {
    return sink.setPartitioner(-1).setCreateCombiner(-1).setMergeValue(-1).setMergeCombiners(-1);
  }

  private static byte[] sha256(byte[] content) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(content);
    } catch (NoSuchAlgorithmException everyJavaHasIt) {
      throw new IllegalStateException(everyJavaHasIt);
    }
  }
}
