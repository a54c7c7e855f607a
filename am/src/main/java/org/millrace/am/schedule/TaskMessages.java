package org.millrace.am.schedule;

import java.util.List;
import org.millrace.am.plan.PlannedTask;
import org.millrace.am.schedule.Job.TaskPlace;
import org.millrace.runner.conf.Technique;
import org.millrace.runner.task.TaskForms;
import org.millrace.runner.wire.proto.BlockSlice;
import org.millrace.runner.wire.proto.RunTasks;
import org.millrace.runner.wire.proto.TaskGroup;
import org.millrace.runner.wire.proto.TaskInput;
import org.millrace.runner.wire.proto.TaskSpec;

/**
 * Tasks as executors are told of them: several of a stage that are alike as a group. Owned by the
 * driver loop.
 */
final class TaskMessages {
  /** Fewer are as short each for itself. */
  private static final int LEAST_IN_A_GROUP = 4;

  private final ExecutorPool pool;

  TaskMessages(ExecutorPool pool) {
    this.pool = pool;
  }

  /** Adds tasks of one executor, in the order of their stages, in the attempt that counts. */
  void add(RunTasks.Builder message, Job job, List<TaskPlace> places) {
    int from = 0;
    while (from < places.size()) {
      int until = from + 1;
      while (until < places.size() && areAlike(places.get(from), places.get(until))) {
        until++;
      }
      if (until - from >= LEAST_IN_A_GROUP) {
        message.addGroups(group(job, places.subList(from, until)));
      } else {
        for (TaskPlace place : places.subList(from, until)) {
          message.addTasks(spec(place, place.attempt));
        }
      }
      from = until;
    }
  }

  @SuppressWarnings("ReferenceEquality") // alike tasks were planned with one pipeline
  private static boolean areAlike(TaskPlace first, TaskPlace other) {
    return isPlain(first)
        && isPlain(other)
        && first.task.stage() == other.task.stage()
        && first.task.pipeline() == other.task.pipeline()
        && first.task.argument().equals(other.task.argument());
  }

  private static boolean isPlain(TaskPlace place) {
    return Technique.TASK_GROUPS.isUsed()
        && place.attempt == 0
        && place.task.input().stores().isEmpty()
        && place.task.input().operatorPartitions().isEmpty();
  }

  private TaskGroup group(Job job, List<TaskPlace> places) {
    PlannedTask first = places.get(0).task;
    TaskGroup.Builder group =
        TaskGroup.newBuilder()
            .setStage(first.stage())
            .setTemplateId(first.pipeline().template().getId())
            .setFunctionSetId(first.pipeline().functions().getId())
            .setArgument(first.argument());
    TaskInput form =
        job.forms.computeIfAbsent(
            first.pipeline(), pipeline -> TaskForms.form(first.input().tree()));
    boolean haveForm = true;
    for (TaskPlace place : places) {
      int partition = place.task.partition();
      group.addPartitions(partition);
      haveForm = haveForm && TaskForms.fits(form, place.task.input().tree(), partition);
    }
    if (haveForm) {
      return group.setForm(form).build();
    }
    for (TaskPlace place : places) {
      group.addInputs(located(place));
    }
    return group.build();
  }

  /** A task in some attempt. */
  TaskSpec spec(TaskPlace place, int attempt) {
    PlannedTask task = place.task;
    return TaskSpec.newBuilder()
        .setStage(task.stage())
        .setPartition(task.partition())
        .setAttempt(attempt)
        .setTemplateId(task.pipeline().template().getId())
        .setFunctionSetId(task.pipeline().functions().getId())
        .setInput(located(place))
        .setArgument(task.argument())
        .addAllStores(task.input().stores())
        .addAllOperatorPartitions(task.input().operatorPartitions())
        .build();
  }

  /** What it reads, with the places where blocks are now. */
  private TaskInput located(TaskPlace place) {
    TaskInput tree = place.task.input().tree();
    return place.blocks.isEmpty() ? tree : InputTree.mapBlocks(tree, this::located);
  }

  private BlockSlice located(BlockSlice slice) {
    return slice.toBuilder()
        .addAllHolders(pool.holders(slice.getStreamId(), slice.getFrom(), slice.getUntil()))
        .addAllLogged(pool.logged(slice.getStreamId(), slice.getFrom(), slice.getUntil()))
        .build();
  }
}
