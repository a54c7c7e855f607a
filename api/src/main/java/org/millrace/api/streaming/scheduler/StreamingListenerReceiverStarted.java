package org.millrace.api.streaming.scheduler;

import java.util.Objects;

/**
 * A receiver has started.
 *
 * @param receiverInfo the receiver as it is now
 */
public record StreamingListenerReceiverStarted(ReceiverInfo receiverInfo)
    implements StreamingListenerEvent {
  /** Checks that it is given. */
  public StreamingListenerReceiverStarted {
    Objects.requireNonNull(receiverInfo, "receiverInfo");
  }

  @Override
  public void tell(StreamingListener listener) {
    listener.onReceiverStarted(this);
  }
}
