package org.millrace.runner.conf;

/** What happens when a batch failed after all attempts of its tasks. */
public enum OnBatchFailure {
  /** The application stops with the batch's cause. */
  STOP,
  /**
   * The batch is run again, from the start, as often as {@code millrace.batch.retries} says; then
   * the application stops.
   */
  RETRY,
  /** The batch is given up, counted and shown; its input is released. */
  SKIP
}
