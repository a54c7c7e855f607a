package org.millrace.runner.task;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.millrace.runner.wire.proto.FinishedGroup;
import org.millrace.runner.wire.proto.FinishedStates;
import org.millrace.runner.wire.proto.StateVersion;
import org.millrace.runner.wire.proto.TaskFinished;
import org.millrace.runner.wire.proto.TasksFinished;

/**
 * Tasks of one placement of a job that have finished and are not reported yet. Guarded by the lock
 * of its {@link TaskReports}.
 */
final class FinishedTasks {
  private final long jobId;
  private final int placementVersion;
  private final List<FinishedGroup.Builder> groups = new ArrayList<>(2);
  private final List<FinishedStates.Builder> states = new ArrayList<>(1);
  private final List<TaskFinished> tasks = new ArrayList<>(2);
  private final List<Object> payloads = new ArrayList<>(2);
  private int waitingBytes;

  /** How many tasks of the job are here that have not ended. */
  int awaited;

  FinishedTasks(long jobId, int placementVersion) {
    this.jobId = jobId;
    this.placementVersion = placementVersion;
  }

  long jobId() {
    return jobId;
  }

  int placementVersion() {
    return placementVersion;
  }

  boolean isEmpty() {
    return groups.isEmpty() && tasks.isEmpty();
  }

  /** Bytes of payloads that wait. */
  int waitingBytes() {
    return waitingBytes;
  }

  void add(TaskFinished task, Object payloadOrNull) {
    if (isPlain(task) && payloadOrNull == null) {
      group(task.getStage()).addPartitions(task.getPartition());
      for (StateVersion state : task.getStatesList()) {
        states(state).addPartitions(state.getPartition());
      }
      return;
    }
    int bytes = payloadOrNull instanceof ByteBuffer buffer ? buffer.remaining() : 0;
    waitingBytes += bytes;
    tasks.add(bytes == 0 ? task : task.toBuilder().setPayloadBytes(bytes).build());
    payloads.add(payloadOrNull);
  }

  /** Nothing that the driver looks at, but states. */
  private static boolean isPlain(TaskFinished task) {
    return task.getAttempt() == 0
        && task.getResultCount() == 0
        && task.getOutputFile().isEmpty()
        && task.getOutputBytes() == 0
        && task.getStoredCount() == 0
        && task.getAccumulators().isEmpty()
        && task.getSplitRecordsCount() == 0;
  }

  private FinishedGroup.Builder group(int stage) {
    for (FinishedGroup.Builder group : groups) {
      if (group.getStage() == stage) {
        return group;
      }
    }
    FinishedGroup.Builder made = FinishedGroup.newBuilder().setStage(stage);
    groups.add(made);
    return made;
  }

  private FinishedStates.Builder states(StateVersion state) {
    for (FinishedStates.Builder known : states) {
      if (known.getStateId() == state.getStateId()
          && known.getVersionMs() == state.getVersionMs()) {
        return known;
      }
    }
    FinishedStates.Builder made =
        FinishedStates.newBuilder()
            .setStateId(state.getStateId())
            .setVersionMs(state.getVersionMs());
    states.add(made);
    return made;
  }

  /** What goes beside {@link #take}, which comes after it. */
  Object payloadOrNull() {
    if (payloads.stream().anyMatch(part -> part != null && !(part instanceof ByteBuffer))) {
      return new ArrayList<>(payloads);
    }
    if (waitingBytes == 0) {
      return null;
    }
    ByteBuffer all = ByteBuffer.allocate(waitingBytes);
    for (Object payload : payloads) {
      if (payload instanceof ByteBuffer bytes) {
        all.put(bytes.duplicate());
      }
    }
    return all.flip();
  }

  /** The report of what waited; nothing waits any more. */
  TasksFinished take() {
    TasksFinished.Builder report =
        TasksFinished.newBuilder()
            .setJobId(jobId)
            .setPlacementVersion(placementVersion)
            .addAllTasks(tasks);
    groups.forEach(report::addGroups);
    states.forEach(report::addStates);
    groups.clear();
    states.clear();
    tasks.clear();
    payloads.clear();
    waitingBytes = 0;
    return report.build();
  }
}
