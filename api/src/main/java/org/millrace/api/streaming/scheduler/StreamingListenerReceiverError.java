package org.millrace.api.streaming.scheduler;

import java.util.Objects;

/**
 * A receiver has reported an error or is being restarted because of one.
 *
 * @param receiverInfo the receiver as it is now, with the error
 */
public record StreamingListenerReceiverError(ReceiverInfo receiverInfo)
    implements StreamingListenerEvent {
  /** Checks that it is given. */
  public StreamingListenerReceiverError {
    Objects.requireNonNull(receiverInfo, "receiverInfo");
  }

  @Override
  public void tell(StreamingListener listener) {
    listener.onReceiverError(this);
  }
}
