package org.millrace.am.batch;

import java.util.List;
import java.util.Objects;

/**
 * A batch as listeners and the page see it. Immutable.
 *
 * @param records of all inputs of which the number is known
 * @param startedAtMs -1 while it waits
 * @param endedAtMs -1 until it ended
 */
public record BatchStatus(
    long batchTimeMs,
    State state,
    long records,
    List<InputStatus> inputs,
    long submittedAtMs,
    long startedAtMs,
    long endedAtMs,
    int outputsDone,
    int outputsTotal,
    String error) {
  /** Life of a batch: waiting, running, then one of the others. */
  public enum State {
    WAITING,
    RUNNING,
    COMPLETED,
    FAILED,
    SKIPPED
  }

  public BatchStatus {
    Objects.requireNonNull(state, "state");
    inputs = List.copyOf(inputs);
    Objects.requireNonNull(error, "error");
  }

  /** From submission to start; -1 while it waits. */
  public long schedulingDelayMs() {
    return startedAtMs < 0 ? -1 : startedAtMs - submittedAtMs;
  }

  /** From start to end; -1 until it ended. */
  public long processingMs() {
    return endedAtMs < 0 ? -1 : endedAtMs - startedAtMs;
  }

  /** From submission to end; -1 until it ended. */
  public long totalDelayMs() {
    return endedAtMs < 0 ? -1 : endedAtMs - submittedAtMs;
  }

  /**
   * What a batch took of one input. Immutable.
   *
   * @param records -1 for unknown: of files until tasks have read all of them to the end
   * @param bytes of files; 0 for other inputs
   */
  public record InputStatus(int inputId, long records, long bytes, String description) {
    public InputStatus {
      Objects.requireNonNull(description, "description");
    }
  }
}
