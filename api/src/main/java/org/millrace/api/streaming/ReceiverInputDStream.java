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
}
