package org.millrace.api.streaming.scheduler;

import java.util.Objects;

/**
 * An output of a batch begins to run.
 *
 * @param outputOperationInfo the output, started
 */
public record StreamingListenerOutputOperationStarted(OutputOperationInfo outputOperationInfo)
    implements StreamingListenerEvent {
  /** Checks that it is given. */
  public StreamingListenerOutputOperationStarted {
    Objects.requireNonNull(outputOperationInfo, "outputOperationInfo");
  }

  @Override
  public void tell(StreamingListener listener) {
    listener.onOutputOperationStarted(this);
  }
}
