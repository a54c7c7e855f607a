package org.millrace.api.streaming.scheduler;

/** Something that a {@link StreamingListener} is told. */
public sealed interface StreamingListenerEvent
    permits StreamingListenerStreamingStarted,
        StreamingListenerReceiverStarted,
        StreamingListenerReceiverError,
        StreamingListenerReceiverStopped,
        StreamingListenerBatchSubmitted,
        StreamingListenerBatchStarted,
        StreamingListenerBatchCompleted,
        StreamingListenerOutputOperationStarted,
        StreamingListenerOutputOperationCompleted {

  /** Calls the method of a listener that is for this event. */
  void tell(StreamingListener listener);
}
