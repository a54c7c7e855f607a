package org.millrace.api.sink;

/**
 * Thrown by a {@link SinkWriter} when the system behind it cannot be reached, or takes nothing for
 * now: nothing is wrong with the records. The batch is run again, whatever {@code
 * millrace.batch.onFailure} says, for {@code millrace.output.publishTimeout}; the batches behind it
 * wait, and receivers are slowed down. When the sink is still away then, the batch has failed with
 * code {@code SINK_AWAY} and this message.
 */
public final class SinkAwayException extends Exception {
  private static final long serialVersionUID = 1L;

  /**
   * Says what cannot be reached.
   *
   * @param message which system, where, and what it answered; for people
   * @param cause the failure behind it, or null
   */
  public SinkAwayException(String message, Throwable cause) {
    super(message, cause);
  }
}
