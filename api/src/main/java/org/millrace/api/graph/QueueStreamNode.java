package org.millrace.api.graph;

import java.util.Objects;
import java.util.function.Supplier;

/** A stream of datasets that the program puts into a queue. */
public final class QueueStreamNode extends InputStreamNode {
  private final Supplier<RddNode> queue;

  /**
   * The stream of a queue.
   *
   * @param queue takes what is due for a batch out of the program's queue and gives it as one
   *     dataset, an empty or the default one when the queue is empty; never null
   */
  public QueueStreamNode(NodeLabel label, int inputId, Supplier<RddNode> queue) {
    super(label, inputId);
    this.queue = Objects.requireNonNull(queue, "queue");
  }

  /**
   * Takes the dataset of the next batch out of the program's queue.
   *
   * <p>Called exactly once for each batch, in the order of batches, on the driver's user thread.
   */
  public RddNode poll() {
    return queue.get();
  }
}
