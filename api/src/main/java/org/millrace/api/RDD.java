package org.millrace.api;

import org.millrace.api.graph.RddNode;

/**
 * An immutable, partitioned and ordered dataset.
 *
 * @param <T> type of the records
 */
public final class RDD<T> extends RDDLike<T, RDD<T>> {
  /** The dataset that a node of the logical graph describes; for engines. */
  public RDD(BatchContext context, RddNode node) {
    super(context, node);
  }

  @Override
  RDD<T> wrap(RddNode newNode) {
    return new RDD<>(context(), newNode);
  }
}
