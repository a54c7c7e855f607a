package org.millrace.am.snapshot;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.millrace.am.dataset.StateRecovery.LostState;
import org.millrace.am.schedule.JobRunner;
import org.millrace.am.snapshot.SnapshotCoordinator.Services;
import org.millrace.am.snapshot.SnapshotCoordinator.Settings;
import org.millrace.api.Partitioner;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.log.DriverEvent.SnapshotTaken;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.runner.wire.proto.SnapshotWritten;
import org.millrace.runner.wire.proto.StandbyHeld;
import org.millrace.runner.wire.proto.StateRestored;
import org.millrace.runner.wire.proto.StateVersion;

/**
 * Keeps the states of an application beyond the life of executors and drivers: takes snapshots, and
 * brings state back from them. Owned by the driver loop, but for {@link #bringBack}.
 */
public final class StateKeeper {
  private final StateLineage lineage;
  private final SnapshotCoordinator snapshots;
  private final Standbys standbys;
  private final StateRestorer restorer;
  private final StateReplay replay;
  private final boolean standsBy;

  /**
   * A keeper that takes its first snapshot after the first commit.
   *
   * @param onApplied is told which executor has which states
   * @param onFailure ends the application: a value can never be stored
   */
  public StateKeeper(
      Services services,
      Settings settings,
      Loop loop,
      JobRunner jobs,
      JobRunner.Waiting waiting,
      BiConsumer<Integer, List<StateVersion>> onApplied,
      Consumer<MillraceException> onFailure) {
    this.lineage = services.lineage();
    this.snapshots = new SnapshotCoordinator(services, settings, onFailure);
    this.standbys = new Standbys(services.pool(), services.states(), settings.codecs());
    this.standsBy = settings.standsBy();
    if (standsBy) {
      snapshots.whenTaken(standbys::onTaken);
    }
    this.restorer =
        new StateRestorer(services.pool(), onApplied, snapshots, standbys, settings.codecs());
    this.replay =
        new StateReplay(
            services.lineage(),
            services.states(),
            services.datasets(),
            snapshots,
            restorer,
            jobs,
            waiting,
            loop,
            services.clock());
  }

  /** How versions are computed; batches tell it. */
  public StateLineage lineage() {
    return lineage;
  }

  /** A snapshot of an earlier driver, which this one may go on from; before the first batch. */
  public void known(SnapshotTaken snapshot) {
    snapshots.known(snapshot);
  }

  /**
   * Restores all partitions of states from a snapshot.
   *
   * @param partitioners today's, by the number of the state; states that it has not are left out
   * @return waits for an executor while there is none; fails with STATE_VERSION_LOST when one is
   *     lost meanwhile: call it again then
   */
  public CompletableFuture<Void> restore(
      SnapshotTaken snapshot, Map<Integer, Partitioner> partitioners) {
    return restorer.restore(snapshot, partitioners);
  }

  /** A batch that was not skipped is durably committed, with all before it. */
  public void onCommitted(long batchMs) {
    snapshots.onCommitted(batchMs);
  }

  public void onWritten(int executorId, SnapshotWritten message) {
    snapshots.onWritten(executorId, message);
  }

  public void onRestored(int executorId, StateRestored message) {
    restorer.onRestored(executorId, message);
  }

  /** An executor says of which partitions it has images. */
  public void onStandbyHeld(int executorId, StandbyHeld message) {
    standbys.onHeld(executorId, message);
  }

  /** State that waits for an executor is restored there. */
  public void onExecutorJoined() {
    restorer.onExecutorJoined();
  }

  public void onExecutorLost(int executorId) {
    standbys.onExecutorLost(executorId);
    snapshots.onExecutorLost(executorId);
    restorer.onExecutorLost(executorId);
  }

  /** Nothing is restored any more; who waits for an executor fails. */
  public void stop() {
    restorer.stop();
  }

  /** Runs, on the driver loop, whenever {@link #recoveryPointMs} has moved. */
  public void whenMoved(Runnable action) {
    snapshots.whenMoved(action);
  }

  /** The batch up to which nothing will ever be computed again; -1 when the first one may be. */
  public long recoveryPointMs() {
    return snapshots.recoveryPointMs();
  }

  /** The newest snapshot; empty when there is none. */
  public Optional<SnapshotTaken> newest() {
    return snapshots.newest();
  }

  /** Paths of state files that a snapshot may be restored from. */
  public Set<String> files() {
    return snapshots.named();
  }

  public SnapshotStatus status() {
    return snapshots.status();
  }

  /** The images of state on second executors; empty when none are wanted. */
  public Optional<StandbyStatus> standbyStatus() {
    return standsBy ? Optional.of(restorer.standbyStatus()) : Optional.empty();
  }

  /** Waits until a state is somewhere; called by threads that plan jobs. */
  public void bringBack(LostState lost) {
    replay.bringBack(lost);
  }
}
