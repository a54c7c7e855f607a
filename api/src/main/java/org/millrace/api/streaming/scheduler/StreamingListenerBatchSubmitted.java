package org.millrace.api.streaming.scheduler;

import java.util.Objects;

/**
 * A batch was cut and waits for its turn.
 *
 * @param batchInfo the batch, not started
 */
public record StreamingListenerBatchSubmitted(BatchInfo batchInfo)
    implements StreamingListenerEvent {
  /** Checks that it is given. */
  public StreamingListenerBatchSubmitted {
    Objects.requireNonNull(batchInfo, "batchInfo");
  }

  @Override
  public void tell(StreamingListener listener) {
    listener.onBatchSubmitted(this);
  }
}
