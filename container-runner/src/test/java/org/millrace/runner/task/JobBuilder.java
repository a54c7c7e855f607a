package org.millrace.runner.task;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import org.millrace.api.graph.Operator;
import org.millrace.runner.codec.FunctionCodec;
import org.millrace.runner.wire.proto.FunctionSet;
import org.millrace.runner.wire.proto.OperatorSpec;
import org.millrace.runner.wire.proto.RunTasks;
import org.millrace.runner.wire.proto.ShuffleSpec;
import org.millrace.runner.wire.proto.SinkKind;
import org.millrace.runner.wire.proto.SinkSpec;
import org.millrace.runner.wire.proto.SourceKind;
import org.millrace.runner.wire.proto.SourceSpec;
import org.millrace.runner.wire.proto.TaskInput;
import org.millrace.runner.wire.proto.TaskSpec;
import org.millrace.runner.wire.proto.Template;

/** Writes the messages that a driver would send. */
final class JobBuilder {
  private JobBuilder() {}

  /** A pipeline under construction. */
  static final class PipelineBuilder {
    private final Template.Builder template = Template.newBuilder().setCodeVersion("test");
    private final List<Object> functions = new ArrayList<>();
    private final SourceSpec.Builder source =
        SourceSpec.newBuilder().setMergeCombiners(-1).setCreateCombiner(-1).setMergeValue(-1);
    private final SinkSpec.Builder sink =
        SinkSpec.newBuilder()
            .setFunction(-1)
            .setPartitioner(-1)
            .setCreateCombiner(-1)
            .setMergeValue(-1)
            .setMergeCombiners(-1);

    int function(Object function) {
      functions.add(function);
      return functions.size() - 1;
    }

    PipelineBuilder apply(Operator operator, Object function) {
      template.addOperators(
          OperatorSpec.newBuilder()
              .setOperator(operator.name())
              .setFunction(function == null ? -1 : function(function)));
      return this;
    }

    /** Another source and operators; the functions are those of this builder. */
    PipelineBuilder root(SourceSpec.Builder given, List<OperatorSpec> operators) {
      source.clear().mergeFrom(given.build());
      template.clearOperators().addAllOperators(operators);
      return this;
    }

    SourceSpec.Builder source() {
      return source;
    }

    SinkSpec.Builder sink() {
      return sink;
    }

    PipelineBuilder sink(SinkKind kind, Object function) {
      sink.setKind(kind).setFunction(function == null ? -1 : function(function));
      return this;
    }

    Pipe build() {
      Template whole = template.setSource(source).setSink(sink).build();
      byte[] content = FunctionCodec.encode(functions.toArray()).content();
      return new Pipe(
          whole.toBuilder().setId(sha256(whole.toByteArray())).build(),
          FunctionSet.newBuilder()
              .setId(ByteString.copyFrom(FunctionCodec.functionSetId(ByteBuffer.wrap(content))))
              .setContent(ByteString.copyFrom(content))
              .build());
    }
  }

  /** A template with one function set. */
  record Pipe(Template template, FunctionSet functions) {
    TaskSpec.Builder task(int stage, int partition) {
      return TaskSpec.newBuilder()
          .setStage(stage)
          .setPartition(partition)
          .setTemplateId(template.getId())
          .setFunctionSetId(functions.getId());
    }

    TaskSpec.Builder task(int stage, int partition, TaskInput.Builder input) {
      return task(stage, partition).setInput(input);
    }
  }

  static PipelineBuilder from(SourceKind kind) {
    PipelineBuilder builder = new PipelineBuilder();
    builder.source().setKind(kind);
    return builder;
  }

  static RunTasks.Builder job(long jobId, Pipe... pipes) {
    RunTasks.Builder job =
        RunTasks.newBuilder().setJobId(jobId).setPlacementVersion(1).setBatchTimeMs(-1);
    for (Pipe pipe : pipes) {
      job.addTemplates(pipe.template()).addFunctionSets(pipe.functions());
    }
    return job;
  }

  static ShuffleSpec.Builder shuffle(int shuffleId, int maps, Integer... reducers) {
    return ShuffleSpec.newBuilder()
        .setShuffleId(shuffleId)
        .setMapCount(maps)
        .addAllReducers(List.of(reducers));
  }

  private static ByteString sha256(byte[] bytes) {
    try {
      return ByteString.copyFrom(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
