package org.millrace.am.driver;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.millrace.am.batch.BatchStatus;
import org.millrace.am.dataset.DatasetStatus;
import org.millrace.am.files.FileSourceStatus;
import org.millrace.am.receive.ReceiverStatus;
import org.millrace.am.snapshot.SnapshotStatus;
import org.millrace.am.snapshot.StandbyStatus;

/**
 * The application at one moment, as its page shows it. Immutable.
 *
 * @param state {@code starting}, {@code running}, {@code draining}, {@code stopping} or {@code
 *     stopped}
 * @param batches waiting, running and the last ended ones, newest first
 * @param datasets that the program keeps, or a stream of it, ordered by id
 * @param checkpoint empty without a checkpoint directory, and before streaming starts
 * @param warnings sentences that a person should read
 */
public record ApplicationStatus(
    String name,
    String applicationId,
    String user,
    String master,
    String state,
    long epoch,
    long startedAtMs,
    long nowMs,
    long batchIntervalMs,
    Totals totals,
    List<BatchStatus> batches,
    List<ReceiverStatus> receivers,
    List<FileSourceStatus> files,
    List<DatasetStatus> datasets,
    List<ExecutorStatus> executors,
    Optional<CheckpointStatus> checkpoint,
    Map<String, String> configuration,
    List<String> warnings,
    String failure) {
  public ApplicationStatus {
    Objects.requireNonNull(name, "name");
    batches = List.copyOf(batches);
    receivers = List.copyOf(receivers);
    files = List.copyOf(files);
    datasets = List.copyOf(datasets);
    executors = List.copyOf(executors);
    Objects.requireNonNull(checkpoint, "checkpoint");
    configuration = Map.copyOf(configuration);
    warnings = List.copyOf(warnings);
    Objects.requireNonNull(failure, "failure");
  }

  /**
   * Counts since the start.
   *
   * @param refusedConnections to the driver and to all living executors
   * @param genericBytes that tasks wrote by generic serialization, because the record encoding has
   *     no layout for a class
   */
  public record Totals(
      long completedBatches,
      long skippedBatches,
      long waitingBatches,
      long records,
      long failedTasks,
      long lostExecutors,
      long refusedConnections,
      long lostRecords,
      long genericBytes) {}

  /**
   * What is written to the checkpoint directory.
   *
   * @param snapshot the newest one of keyed state; empty for a program without keyed state
   * @param standby the images of keyed state on second executors; empty when none are wanted
   * @param eventLogBytes that this driver has written to its event log
   * @param longestFlushMs of the event log
   * @param blockLogBytes of received blocks that are kept in the logs of living executors
   */
  public record CheckpointStatus(
      String directory,
      Optional<SnapshotStatus> snapshot,
      Optional<StandbyStatus> standby,
      long eventLogBytes,
      long longestFlushMs,
      long blockLogBytes) {}

  /** An executor that lives. */
  public record ExecutorStatus(
      int id,
      String container,
      String host,
      int cores,
      long registeredAtMs,
      long heardBeforeMs,
      int runningTasks,
      long memoryUsedBytes,
      long memoryLimitBytes,
      long spilledBytes,
      String logUrl) {}
}
