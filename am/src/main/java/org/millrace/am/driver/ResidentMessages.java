package org.millrace.am.driver;

import java.util.Collection;
import java.util.List;
import org.millrace.am.dataset.Residents;
import org.millrace.am.dataset.StateRegistry.Stale;
import org.millrace.am.schedule.ExecutorPool;
import org.millrace.am.schedule.LiveExecutor;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.FinishedStates;
import org.millrace.runner.wire.proto.ReleaseDatasets;
import org.millrace.runner.wire.proto.ReleaseStates;
import org.millrace.runner.wire.proto.StateVersion;
import org.millrace.runner.wire.proto.TaskFinished;
import org.millrace.runner.wire.proto.TasksFinished;

/**
 * Hears what executors keep, and tells them what is not needed any more. Owned by the driver loop.
 */
final class ResidentMessages {
  private final Residents residents;
  private final ExecutorPool pool;

  ResidentMessages(Residents residents, ExecutorPool pool) {
    this.residents = residents;
    this.pool = pool;
  }

  Residents residents() {
    return residents;
  }

  /** Whatever has become of the task's job: what it left is there. */
  void onTaskFinished(int executorId, TaskFinished message) {
    if (message.getStoredCount() > 0) {
      release(residents.datasets().onStored(executorId, message.getStoredList()));
    }
    if (message.getStatesCount() > 0) {
      residents.states().onApplied(executorId, message.getStatesList()).forEach(this::release);
    }
  }

  /** The same of several tasks. */
  void onTasksFinished(int executorId, TasksFinished message) {
    for (FinishedStates states : message.getStatesList()) {
      residents.states().onApplied(executorId, states).forEach(this::release);
    }
    message.getTasksList().forEach(task -> onTaskFinished(executorId, task));
  }

  /** The executor has kept these states while there was no driver, or has restored them. */
  void onTakenOver(int executorId, List<StateVersion> states) {
    residents.states().onApplied(executorId, states).forEach(this::release);
  }

  /** Releases the datasets that nothing refers to any more. */
  void releaseUnreachable() {
    release(residents.datasets().unreachable());
  }

  /** All executors are told: an attempt that failed may have kept something too. */
  void release(Collection<Long> datasetIds) {
    if (!datasetIds.isEmpty()) {
      ReleaseDatasets message = ReleaseDatasets.newBuilder().addAllDatasetIds(datasetIds).build();
      for (LiveExecutor executor : pool.all()) {
        pool.sendSoon(executor.id(), Envelope.newBuilder().setReleaseDatasets(message));
      }
    }
  }

  private void release(Stale stale) {
    pool.send(
        stale.executorId(),
        Envelope.newBuilder()
            .setReleaseStates(ReleaseStates.newBuilder().addStates(stale.state())));
  }
}
