package org.millrace.api.streaming.scheduler;

import java.util.Objects;

/**
 * All outputs of a batch have ended, with success or not.
 *
 * @param batchInfo the batch, ended
 */
public record StreamingListenerBatchCompleted(BatchInfo batchInfo)
    implements StreamingListenerEvent {
  /** Checks that it is given. */
  public StreamingListenerBatchCompleted {
    Objects.requireNonNull(batchInfo, "batchInfo");
  }

  @Override
  public void tell(StreamingListener listener) {
    listener.onBatchCompleted(this);
  }
}
