package org.millrace.api.graph;

import java.util.Objects;

/** A stream of datasets that the program puts into a queue. */
public final class QueueStreamNode extends InputStreamNode {
  private final DatasetQueue queue;

  /** The stream of a queue. */
  public QueueStreamNode(NodeLabel label, int inputId, DatasetQueue queue) {
    super(label, inputId);
    this.queue = Objects.requireNonNull(queue, "queue");
  }

  /** Where batches take their datasets from. */
  public DatasetQueue queue() {
    return queue;
  }
}
