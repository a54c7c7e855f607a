package org.millrace.api.streaming.scheduler;

import java.util.Objects;

/**
 * A receiver and how it is.
 *
 * @param streamId the number of the input among the inputs of the program, from 0
 * @param name what it is called on the application's page
 * @param active whether it is running
 * @param location the host on which it runs or ran last; empty before it was placed
 * @param executorId the executor on which it runs or ran last; empty before it was placed
 * @param lastErrorMessage what it reported last; empty when it reported nothing
 * @param lastError the failure behind the last report as text; empty when there was none
 * @param lastErrorTime when it reported last, in milliseconds since the beginning of 1970, UTC; -1
 *     when it reported nothing
 */
public record ReceiverInfo(
    int streamId,
    String name,
    boolean active,
    String location,
    String executorId,
    String lastErrorMessage,
    String lastError,
    long lastErrorTime) {
  /** Checks that everything is given. */
  public ReceiverInfo {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(location, "location");
    Objects.requireNonNull(executorId, "executorId");
    Objects.requireNonNull(lastErrorMessage, "lastErrorMessage");
    Objects.requireNonNull(lastError, "lastError");
  }

  /** A receiver that has reported no error. */
  public ReceiverInfo(
      int streamId, String name, boolean active, String location, String executorId) {
    this(streamId, name, active, location, executorId, "", "", -1);
  }
}
