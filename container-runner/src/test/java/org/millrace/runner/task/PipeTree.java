package org.millrace.runner.task;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.millrace.api.graph.Operator;
import org.millrace.runner.task.JobBuilder.PipelineBuilder;
import org.millrace.runner.wire.proto.ConcatInput;
import org.millrace.runner.wire.proto.ConcatPiece;
import org.millrace.runner.wire.proto.FoldInput;
import org.millrace.runner.wire.proto.OperatorSpec;
import org.millrace.runner.wire.proto.Pipe;
import org.millrace.runner.wire.proto.ShuffleInput;
import org.millrace.runner.wire.proto.SourceKind;
import org.millrace.runner.wire.proto.SourceSpec;
import org.millrace.runner.wire.proto.StateSpec;
import org.millrace.runner.wire.proto.TaskInput;
import org.millrace.runner.wire.proto.ZipInput;

/** A pipe with its children, as a driver would describe it; its functions go to one builder. */
final class PipeTree {
  private final PipelineBuilder functions;
  private final SourceSpec.Builder source;
  private final List<OperatorSpec> operators = new ArrayList<>();

  private PipeTree(PipelineBuilder functions, SourceKind kind) {
    this.functions = functions;
    this.source =
        SourceSpec.newBuilder()
            .setKind(kind)
            .setMergeCombiners(-1)
            .setCreateCombiner(-1)
            .setMergeValue(-1)
            .setFunction(-1);
  }

  static PipeTree of(PipelineBuilder functions, SourceKind kind, PipeTree... children) {
    PipeTree tree = new PipeTree(functions, kind);
    for (PipeTree child : children) {
      tree.source.addChildren(child.build());
    }
    return tree;
  }

  static PipeTree fold(PipelineBuilder functions, Object merge, PipeTree child) {
    PipeTree tree = of(functions, SourceKind.FOLD, child);
    tree.source.setMergeValue(functions.function(merge));
    return tree;
  }

  static PipeTree zip(PipelineBuilder functions, Object function, PipeTree... children) {
    PipeTree tree = of(functions, SourceKind.ZIP, children);
    tree.source.setFunction(functions.function(function));
    return tree;
  }

  static PipeTree state(PipelineBuilder functions, StateSpec spec, PipeTree... children) {
    PipeTree tree = of(functions, SourceKind.STATE, children);
    tree.source.setState(spec);
    return tree;
  }

  PipeTree apply(Operator operator, Object function) {
    return apply(operator.name(), function);
  }

  PipeTree apply(String operator, Object function) {
    operators.add(
        OperatorSpec.newBuilder()
            .setOperator(operator)
            .setFunction(function == null ? -1 : functions.function(function))
            .build());
    return this;
  }

  private Pipe build() {
    return Pipe.newBuilder().setSource(source).addAllOperators(operators).build();
  }

  /** The builder of a pipeline that begins with this. */
  PipelineBuilder root() {
    return functions.root(source, operators);
  }

  static ConcatPiece piece(int child, TaskInput.Builder input) {
    return ConcatPiece.newBuilder().setChild(child).setInput(input).build();
  }

  static TaskInput.Builder concat(ConcatPiece... pieces) {
    return TaskInput.newBuilder()
        .setConcat(ConcatInput.newBuilder().addAllPieces(Arrays.asList(pieces)));
  }

  static TaskInput.Builder zipped(TaskInput.Builder... children) {
    ZipInput.Builder zip = ZipInput.newBuilder();
    for (TaskInput.Builder child : children) {
      zip.addChildren(child);
    }
    return TaskInput.newBuilder().setZip(zip);
  }

  static TaskInput.Builder folded(TaskInput.Builder child) {
    return TaskInput.newBuilder().setFold(FoldInput.newBuilder().setChild(child));
  }

  static TaskInput.Builder shuffle(int shuffleId, int partition) {
    return TaskInput.newBuilder()
        .setShuffle(ShuffleInput.newBuilder().setShuffleId(shuffleId).setPartition(partition));
  }
}
