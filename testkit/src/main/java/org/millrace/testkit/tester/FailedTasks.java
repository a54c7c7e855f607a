package org.millrace.testkit.tester;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.millrace.api.error.ErrorCode;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.TaskFailed;
import org.millrace.runner.wire.proto.TaskFinished;
import org.millrace.testkit.sim.Machine;

/** Each task is taken as failed once, when it has come to its end. */
final class FailedTasks extends Disturbance {
  private final Set<Task> failed = new HashSet<>();

  private record Task(long jobId, int stage, int partition) {}

  @Override
  Optional<Envelope> onSend(TestedApplication application, Machine sender, Envelope message) {
    if (!message.hasTaskFinished()) {
      return Optional.empty();
    }
    TaskFinished end = message.getTaskFinished();
    if (!failed.add(new Task(end.getJobId(), end.getStage(), end.getPartition()))) {
      return Optional.empty();
    }
    return Optional.of(
        message.toBuilder()
            .setTaskFailed(
                TaskFailed.newBuilder()
                    .setJobId(end.getJobId())
                    .setPlacementVersion(end.getPlacementVersion())
                    .setStage(end.getStage())
                    .setPartition(end.getPartition())
                    .setAttempt(end.getAttempt())
                    .setErrorCode(ErrorCode.TASK_FAILED.number())
                    .setErrorClass(getClass().getName())
                    .setMessage("the first attempt of each task fails"))
            .build());
  }

  @Override
  boolean happened() {
    return !failed.isEmpty();
  }

  @Override
  public String toString() {
    return "failed tasks";
  }
}
