package org.millrace.runner.task;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.millrace.runner.wire.proto.BlockInput;
import org.millrace.runner.wire.proto.BlockSlice;
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

class TaskFormsTest {
  @Test
  void aFormGivesTheInputOfEachPartition() {
    TaskInput form = TaskForms.form(everyKind(5));
    for (int partition : List.of(0, 5, 7_999)) {
      assertThat(TaskForms.withPartition(form, partition)).isEqualTo(everyKind(partition));
      assertThat(TaskForms.fits(form, everyKind(partition), partition)).isTrue();
      assertThat(TaskForms.fits(form, everyKind(partition), partition + 1)).isFalse();
    }
  }

  @Test
  void whatReadsOtherPartitionsOrVersionsHasAnotherForm() {
    TaskInput form = TaskForms.form(state(4, 2_000, shuffle(1, 4)));

    assertThat(TaskForms.fits(form, state(6, 2_000, shuffle(1, 6)), 6)).isTrue();
    assertThat(TaskForms.fits(form, state(6, 3_000, shuffle(1, 6)), 6)).isFalse();
    assertThat(TaskForms.fits(form, state(6, 2_000, shuffle(2, 6)), 6)).isFalse();
    assertThat(TaskForms.fits(form, state(6, 2_000, shuffle(1, 5)), 6)).isFalse();
    assertThat(TaskForms.fits(form, shuffle(1, 6), 6)).isFalse();
  }

  @Test
  void whatIsDifferentForEachTaskHasNoForm() {
    TaskInput blocks =
        TaskInput.newBuilder()
            .setBlocks(BlockInput.newBuilder().addSlices(BlockSlice.newBuilder().setUntil(3)))
            .build();
    assertThat(TaskForms.fits(TaskForms.form(blocks), blocks, 0)).isFalse();
  }

  @Test
  void expandsGroupsBeforeSingleTasks() {
    TaskGroup.Builder group =
        TaskGroup.newBuilder()
            .setStage(1)
            .setTemplateId(ByteString.copyFromUtf8("template"))
            .setFunctionSetId(ByteString.copyFromUtf8("functions"))
            .setArgument("argument")
            .addPartitions(2)
            .addPartitions(4);
    RunTasks message =
        RunTasks.newBuilder()
            .addGroups(group.clone().setForm(TaskForms.form(shuffle(0, 2))))
            .addGroups(group.clone().addInputs(shuffle(0, 9)).addInputs(shuffle(0, 8)))
            .addTasks(TaskSpec.newBuilder().setStage(2).setAttempt(1))
            .build();

    List<TaskSpec> tasks = TaskForms.tasks(message);
    assertThat(tasks).extracting(TaskSpec::getPartition).containsExactly(2, 4, 2, 4, 0);
    assertThat(tasks)
        .extracting(TaskSpec::getInput)
        .containsExactly(
            shuffle(0, 2),
            shuffle(0, 4),
            shuffle(0, 9),
            shuffle(0, 8),
            TaskInput.getDefaultInstance());
    assertThat(tasks.get(1).getArgument()).isEqualTo("argument");
    assertThat(tasks.get(4).getAttempt()).isEqualTo(1);
  }

  private static TaskInput everyKind(int partition) {
    TaskInput fold =
        TaskInput.newBuilder()
            .setFold(FoldInput.newBuilder().setChild(shuffle(2, partition)))
            .build();
    TaskInput concat =
        TaskInput.newBuilder()
            .setConcat(
                ConcatInput.newBuilder()
                    .addPieces(ConcatPiece.newBuilder().setChild(1).setInput(fold))
                    .addPieces(
                        ConcatPiece.newBuilder()
                            .setInput(state(partition, 1_000, shuffle(3, partition)))))
            .build();
    return TaskInput.newBuilder()
        .setZip(ZipInput.newBuilder().addChildren(concat).addChildren(shuffle(4, partition)))
        .build();
  }

  private static TaskInput state(int partition, long versionMs, TaskInput child) {
    return TaskInput.newBuilder()
        .setState(
            StateInput.newBuilder()
                .setStateId(9)
                .setPartition(partition)
                .setVersionMs(versionMs)
                .setPreviousMs(500)
                .setZeroMs(100)
                .setCommittedMs(-1)
                .addChildren(child))
        .build();
  }

  private static TaskInput shuffle(int shuffleId, int partition) {
    return TaskInput.newBuilder()
        .setShuffle(ShuffleInput.newBuilder().setShuffleId(shuffleId).setPartition(partition))
        .build();
  }
}
