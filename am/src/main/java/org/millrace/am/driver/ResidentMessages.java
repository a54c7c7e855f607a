package org.millrace.am.driver;

import java.util.List;
import org.millrace.am.dataset.DatasetRegistry.Release;
import org.millrace.am.dataset.Residents;
import org.millrace.am.dataset.StateRegistry.Stale;
import org.millrace.am.schedule.ExecutorPool;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.ReleaseDatasets;
import org.millrace.runner.wire.proto.ReleaseStates;
import org.millrace.runner.wire.proto.TaskFinished;

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

  /** Releases the datasets that nothing refers to any more. */
  void releaseUnreachable() {
    release(residents.datasets().unreachable());
  }

  void release(List<Release> releases) {
    for (Release release : releases) {
      for (int executorId : release.executors()) {
        pool.send(
            executorId,
            Envelope.newBuilder()
                .setReleaseDatasets(
                    ReleaseDatasets.newBuilder().addDatasetIds(release.datasetId())));
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
