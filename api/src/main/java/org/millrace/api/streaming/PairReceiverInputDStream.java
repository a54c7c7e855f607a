package org.millrace.api.streaming;

import org.millrace.api.Tuple2;
import org.millrace.api.graph.StreamNode;

/**
 * A stream of the pairs that a receiver stores.
 *
 * @param <K> type of the keys
 * @param <V> type of the values
 */
public class PairReceiverInputDStream<K, V> extends PairInputDStream<K, V> {
  PairReceiverInputDStream(StreamingContext context, StreamNode node) {
    super(context, node);
  }

  /** The input of pairs as one whose records have a key and a value. */
  public static <K, V> PairReceiverInputDStream<K, V> fromReceiverInputDStream(
      ReceiverInputDStream<Tuple2<K, V>> input) {
    return new PairReceiverInputDStream<>(input.context(), input.node());
  }

  /** The same input with pairs as plain records. */
  public ReceiverInputDStream<Tuple2<K, V>> receiverInputDStream() {
    return new ReceiverInputDStream<>(context(), node());
  }
}
