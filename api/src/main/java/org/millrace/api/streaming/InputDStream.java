package org.millrace.api.streaming;

import org.millrace.api.graph.StreamNode;

/**
 * A stream that comes from outside.
 *
 * @param <T> type of the records
 */
public class InputDStream<T> extends DStream<T> {
  InputDStream(StreamingContext context, StreamNode node) {
    super(context, node);
  }

  /** This stream; there is no other one behind it. */
  public InputDStream<T> inputDStream() {
    return this;
  }
}
