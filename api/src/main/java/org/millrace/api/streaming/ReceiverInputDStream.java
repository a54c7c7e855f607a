package org.millrace.api.streaming;

import org.millrace.api.graph.StreamNode;

/**
 * A stream of what a receiver stores.
 *
 * @param <T> type of the records
 */
public class ReceiverInputDStream<T> extends InputDStream<T> {
  ReceiverInputDStream(StreamingContext context, StreamNode node) {
    super(context, node);
  }

  /** This stream; there is no other one behind it. */
  public ReceiverInputDStream<T> receiverInputDStream() {
    return this;
  }
}
