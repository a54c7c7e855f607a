package org.millrace.api.streaming.scheduler;

/**
 * Is told what happens to batches, receivers and outputs. Override what is of interest.
 *
 * <p>The methods are called in the driver, one after the other on one thread that belongs to no
 * batch, in the order of the events; a slow listener delays no batch. An exception that a method
 * throws is logged with its listener, and the other listeners are told all the same.
 *
 * <p>For each batch the order is: submitted, started, each output started and completed, completed.
 */
public interface StreamingListener {
  /** Streaming has started; the first event. */
  default void onStreamingStarted(StreamingListenerStreamingStarted streamingStarted) {}

  /** A receiver has started, also after a restart. */
  default void onReceiverStarted(StreamingListenerReceiverStarted receiverStarted) {}

  /** A receiver has reported an error or is being restarted because of one. */
  default void onReceiverError(StreamingListenerReceiverError receiverError) {}

  /** A receiver has stopped. */
  default void onReceiverStopped(StreamingListenerReceiverStopped receiverStopped) {}

  /** A batch was cut and waits for its turn. */
  default void onBatchSubmitted(StreamingListenerBatchSubmitted batchSubmitted) {}

  /** The outputs of a batch begin to run. */
  default void onBatchStarted(StreamingListenerBatchStarted batchStarted) {}

  /** All outputs of a batch have ended, with success or not. */
  default void onBatchCompleted(StreamingListenerBatchCompleted batchCompleted) {}

  /** An output of a batch begins to run. */
  default void onOutputOperationStarted(
      StreamingListenerOutputOperationStarted outputOperationStarted) {}

  /** An output of a batch has ended, with success or not. */
  default void onOutputOperationCompleted(
      StreamingListenerOutputOperationCompleted outputOperationCompleted) {}
}
