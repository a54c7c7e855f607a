package org.millrace.api.streaming.scheduler;

import java.util.Objects;

/**
 * An output of a batch has ended, with success or not.
 *
 * @param outputOperationInfo the output, ended
 */
public record StreamingListenerOutputOperationCompleted(OutputOperationInfo outputOperationInfo)
    implements StreamingListenerEvent {
  /** Checks that it is given. */
  public StreamingListenerOutputOperationCompleted {
    Objects.requireNonNull(outputOperationInfo, "outputOperationInfo");
  }

  @Override
  public void tell(StreamingListener listener) {
    listener.onOutputOperationCompleted(this);
  }
}
