package org.millrace.api.streaming;

import org.millrace.api.RDD;
import org.millrace.api.graph.RddNode;
import org.millrace.api.graph.StreamNode;

/**
 * A stream: a sequence of datasets, one for each batch.
 *
 * @param <T> type of the records
 */
public class DStream<T> extends DStreamLike<T, DStream<T>, RDD<T>> {
  DStream(StreamingContext context, StreamNode node) {
    super(context, node);
  }

  @Override
  DStream<T> wrap(StreamNode newNode) {
    return new DStream<>(context(), newNode);
  }

  @Override
  public RDD<T> wrapRDD(RddNode rdd) {
    return new RDD<>(context().sparkContext(), rdd);
  }
}
