package org.millrace.api.streaming.scheduler;

import java.util.Objects;

/**
 * The outputs of a batch begin to run.
 *
 * @param batchInfo the batch, started
 */
public record StreamingListenerBatchStarted(BatchInfo batchInfo) implements StreamingListenerEvent {
  /** Checks that it is given. */
  public StreamingListenerBatchStarted {
    Objects.requireNonNull(batchInfo, "batchInfo");
  }

  @Override
  public void tell(StreamingListener listener) {
    listener.onBatchStarted(this);
  }
}
