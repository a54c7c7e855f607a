package org.millrace.am.receive;

import java.util.Objects;

/**
 * A receiver as the page shows it. Immutable.
 *
 * @param executorId where it runs, -1 for nowhere
 * @param state such as {@code starting}, {@code active}, {@code restarting}, {@code stopped}
 * @param records stored since the start of the application, all its streams together
 * @param mostRecordsPerSecond what it may store now; 0 for no limit
 * @param lostRecords records in blocks that no executor holds any more and no batch took
 * @param throttled it waits for memory: its source is slowed down
 */
public record ReceiverStatus(
    int inputId,
    String name,
    int executorId,
    String host,
    String state,
    long records,
    long bytes,
    long recordsPerSecond,
    long mostRecordsPerSecond,
    long lostRecords,
    boolean throttled,
    int restarts,
    int replicas,
    int replicasWanted,
    String lastError,
    long lastErrorTimeMs) {
  public ReceiverStatus {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(host, "host");
    Objects.requireNonNull(state, "state");
    Objects.requireNonNull(lastError, "lastError");
  }
}
