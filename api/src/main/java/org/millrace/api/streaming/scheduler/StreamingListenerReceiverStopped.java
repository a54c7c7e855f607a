package org.millrace.api.streaming.scheduler;

import java.util.Objects;

/**
 * A receiver has stopped.
 *
 * @param receiverInfo the receiver as it is now
 */
public record StreamingListenerReceiverStopped(ReceiverInfo receiverInfo)
    implements StreamingListenerEvent {
  /** Checks that it is given. */
  public StreamingListenerReceiverStopped {
    Objects.requireNonNull(receiverInfo, "receiverInfo");
  }

  @Override
  public void tell(StreamingListener listener) {
    listener.onReceiverStopped(this);
  }
}
