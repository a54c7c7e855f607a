package org.millrace.api.streaming.scheduler;

import java.util.Objects;
import org.millrace.api.Optional;
import org.millrace.api.streaming.Time;

/**
 * An output of a batch. Times are milliseconds since the beginning of 1970, UTC.
 *
 * @param batchTime the time of the batch
 * @param id the number of the output among the outputs of the program, from 0
 * @param name the operation and its place: {@code "print at WordCount.java:34"}
 * @param description more about it, for people
 * @param startTime when it began; absent before
 * @param endTime when it ended; absent before
 * @param failureReason why it failed; absent when it did not
 */
public record OutputOperationInfo(
    Time batchTime,
    int id,
    String name,
    String description,
    Optional<Long> startTime,
    Optional<Long> endTime,
    Optional<String> failureReason) {
  /** Checks that everything is given. */
  public OutputOperationInfo {
    Objects.requireNonNull(batchTime, "batchTime");
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(description, "description");
    Objects.requireNonNull(startTime, "startTime");
    Objects.requireNonNull(endTime, "endTime");
    Objects.requireNonNull(failureReason, "failureReason");
  }

  /** How long it took, in milliseconds; absent until it has ended. */
  public Optional<Long> duration() {
    return startTime.isPresent() && endTime.isPresent()
        ? Optional.of(endTime.get() - startTime.get())
        : Optional.empty();
  }
}
