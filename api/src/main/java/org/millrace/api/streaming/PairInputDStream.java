package org.millrace.api.streaming;

import org.millrace.api.Tuple2;
import org.millrace.api.graph.StreamNode;

/**
 * A stream of pairs that comes from outside.
 *
 * @param <K> type of the keys
 * @param <V> type of the values
 */
public class PairInputDStream<K, V> extends PairDStream<K, V> {
  PairInputDStream(StreamingContext context, StreamNode node) {
    super(context, node);
  }

  /** The input of pairs as one whose records have a key and a value. */
  public static <K, V> PairInputDStream<K, V> fromInputDStream(InputDStream<Tuple2<K, V>> input) {
    return new PairInputDStream<>(input.context(), input.node());
  }

  /** The same input with pairs as plain records. */
  public InputDStream<Tuple2<K, V>> inputDStream() {
    return new InputDStream<>(context(), node());
  }
}
