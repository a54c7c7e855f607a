package org.millrace.runner.task;

import java.util.ArrayList;
import java.util.List;
import org.millrace.runner.wire.proto.ConcatInput;
import org.millrace.runner.wire.proto.ConcatPiece;
import org.millrace.runner.wire.proto.FoldInput;
import org.millrace.runner.wire.proto.RunTasks;
import org.millrace.runner.wire.proto.ShuffleInput;
import org.millrace.runner.wire.proto.StateInput;
import org.millrace.runner.wire.proto.TaskGroup;
import org.millrace.runner.wire.proto.TaskInput;
import org.millrace.runner.wire.proto.TaskSpec;
import org.millrace.runner.wire.proto.ZipInput;

/**
 * Inputs of tasks that read the partitions of their own number and nothing else: those of a stage
 * have one form. The driver writes forms, executors read them.
 */
public final class TaskForms {
  private TaskForms() {}

  /** Whether the input of a task is what the form says for its partition. */
  public static boolean fits(TaskInput form, TaskInput input, int partition) {
    if (form.getKindCase() != input.getKindCase()) {
      return false;
    }
    return switch (input.getKindCase()) {
      case SHUFFLE ->
          input.getShuffle().getPartition() == partition
              && input.getShuffle().getShuffleId() == form.getShuffle().getShuffleId();
      case STATE -> fits(form.getState(), input.getState(), partition);
      case FOLD -> fits(form.getFold().getChild(), input.getFold().getChild(), partition);
      case ZIP -> fit(form.getZip().getChildrenList(), input.getZip().getChildrenList(), partition);
      case CONCAT -> fits(form.getConcat(), input.getConcat(), partition);
      case KIND_NOT_SET -> true;
      case BLOCKS, FILE, RECORDS, STORED, SPLIT -> false;
    };
  }

  private static boolean fits(StateInput form, StateInput input, int partition) {
    return input.getPartition() == partition
        && input.getStateId() == form.getStateId()
        && input.getVersionMs() == form.getVersionMs()
        && input.getPreviousMs() == form.getPreviousMs()
        && input.getZeroMs() == form.getZeroMs()
        && input.getCommittedMs() == form.getCommittedMs()
        && fit(form.getChildrenList(), input.getChildrenList(), partition);
  }

  private static boolean fits(ConcatInput form, ConcatInput input, int partition) {
    if (form.getPiecesCount() != input.getPiecesCount()) {
      return false;
    }
    for (int i = 0; i < form.getPiecesCount(); i++) {
      ConcatPiece piece = input.getPieces(i);
      if (piece.getChild() != form.getPieces(i).getChild()
          || !fits(form.getPieces(i).getInput(), piece.getInput(), partition)) {
        return false;
      }
    }
    return true;
  }

  private static boolean fit(List<TaskInput> forms, List<TaskInput> inputs, int partition) {
    if (forms.size() != inputs.size()) {
      return false;
    }
    for (int i = 0; i < forms.size(); i++) {
      if (!fits(forms.get(i), inputs.get(i), partition)) {
        return false;
      }
    }
    return true;
  }

  /** The form of an input: {@link #fits} says whether it has one. */
  public static TaskInput form(TaskInput input) {
    return withPartition(input, 0);
  }

  /** The input of the task of a partition. */
  static TaskInput withPartition(TaskInput form, int partition) {
    return switch (form.getKindCase()) {
      case SHUFFLE -> shuffle(form.getShuffle().getShuffleId(), partition);
      case STATE -> {
        StateInput.Builder state = form.getState().toBuilder().clearChildren();
        form.getState()
            .getChildrenList()
            .forEach(child -> state.addChildren(withPartition(child, partition)));
        yield TaskInput.newBuilder().setState(state.setPartition(partition)).build();
      }
      case FOLD ->
          TaskInput.newBuilder()
              .setFold(
                  FoldInput.newBuilder()
                      .setChild(withPartition(form.getFold().getChild(), partition)))
              .build();
      case ZIP -> {
        ZipInput.Builder zip = ZipInput.newBuilder();
        form.getZip()
            .getChildrenList()
            .forEach(child -> zip.addChildren(withPartition(child, partition)));
        yield TaskInput.newBuilder().setZip(zip).build();
      }
      case CONCAT -> {
        ConcatInput.Builder concat = ConcatInput.newBuilder();
        for (ConcatPiece piece : form.getConcat().getPiecesList()) {
          concat.addPieces(piece.toBuilder().setInput(withPartition(piece.getInput(), partition)));
        }
        yield TaskInput.newBuilder().setConcat(concat).build();
      }
      case BLOCKS, FILE, RECORDS, STORED, SPLIT, KIND_NOT_SET -> form;
    };
  }

  private static TaskInput shuffle(int shuffleId, int partition) {
    return TaskInput.newBuilder()
        .setShuffle(ShuffleInput.newBuilder().setShuffleId(shuffleId).setPartition(partition))
        .build();
  }

  /** The tasks of a message, each for itself. */
  public static List<TaskSpec> tasks(RunTasks message) {
    if (message.getGroupsCount() == 0) {
      return message.getTasksList();
    }
    List<TaskSpec> tasks = new ArrayList<>();
    for (TaskGroup group : message.getGroupsList()) {
      for (int i = 0; i < group.getPartitionsCount(); i++) {
        int partition = group.getPartitions(i);
        tasks.add(
            TaskSpec.newBuilder()
                .setStage(group.getStage())
                .setPartition(partition)
                .setTemplateId(group.getTemplateId())
                .setFunctionSetId(group.getFunctionSetId())
                .setArgument(group.getArgument())
                .setInput(
                    group.getInputsCount() > 0
                        ? group.getInputs(i)
                        : withPartition(group.getForm(), partition))
                .build());
      }
    }
    tasks.addAll(message.getTasksList());
    return tasks;
  }
}
