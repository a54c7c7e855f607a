package org.millrace.api.streaming.scheduler;

import java.util.Map;
import java.util.Objects;
import org.millrace.api.Optional;
import org.millrace.api.streaming.Time;

/**
 * A batch and how far it has come. Times are milliseconds since the beginning of 1970, UTC; delays
 * are milliseconds.
 *
 * @param batchTime the time of the batch
 * @param streamIdToInputInfo what each input that has records gave, by the input's number
 * @param submissionTime when it was ready to run
 * @param processingStartTime when its first output began; absent before
 * @param processingEndTime when its last output ended; absent before
 * @param outputOperationInfos its outputs by their number; those that have not begun may be missing
 */
public record BatchInfo(
    Time batchTime,
    Map<Integer, StreamInputInfo> streamIdToInputInfo,
    long submissionTime,
    Optional<Long> processingStartTime,
    Optional<Long> processingEndTime,
    Map<Integer, OutputOperationInfo> outputOperationInfos) {
  /** Checks that everything is given, and copies the maps. */
  public BatchInfo {
    Objects.requireNonNull(batchTime, "batchTime");
    streamIdToInputInfo = Map.copyOf(streamIdToInputInfo);
    Objects.requireNonNull(processingStartTime, "processingStartTime");
    Objects.requireNonNull(processingEndTime, "processingEndTime");
    outputOperationInfos = Map.copyOf(outputOperationInfos);
  }

  /** How long it waited for its turn; absent while it waits. */
  public Optional<Long> schedulingDelay() {
    return difference(Optional.of(submissionTime), processingStartTime);
  }

  /** How long its outputs took; absent until they have ended. */
  public Optional<Long> processingDelay() {
    return difference(processingStartTime, processingEndTime);
  }

  /** From the submission to the end of its outputs; absent until they have ended. */
  public Optional<Long> totalDelay() {
    return difference(Optional.of(submissionTime), processingEndTime);
  }

  /** How many records all inputs gave. */
  public long numRecords() {
    return streamIdToInputInfo.values().stream().mapToLong(StreamInputInfo::numRecords).sum();
  }

  private static Optional<Long> difference(Optional<Long> from, Optional<Long> until) {
    return from.isPresent() && until.isPresent()
        ? Optional.of(until.get() - from.get())
        : Optional.empty();
  }
}
