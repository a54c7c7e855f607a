package org.millrace.api.streaming;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import org.millrace.api.RDD;
import org.millrace.api.graph.DatasetQueue;
import org.millrace.api.graph.EmptyNode;
import org.millrace.api.graph.RddNode;
import org.millrace.api.graph.UnionNode;
import org.millrace.api.spi.RecoverableQueue;

/** Takes what is due for a batch out of a program's queue of datasets. */
final class QueueReader<T> implements DatasetQueue {
  private final Queue<RDD<T>> queue;
  private final boolean oneAtATime;
  private final RDD<T> defaultRdd;

  /** Reads a queue; {@code defaultRdd} may be null. */
  QueueReader(Queue<RDD<T>> queue, boolean oneAtATime, RDD<T> defaultRdd) {
    this.queue = Objects.requireNonNull(queue, "queue");
    this.oneAtATime = oneAtATime;
    this.defaultRdd = defaultRdd;
  }

  @Override
  public RddNode take(Time batchTime) {
    List<RddNode> due = new ArrayList<>();
    // Synchronized because the program may add to a plain queue while batches run.
    synchronized (queue) {
      RDD<T> next =
          queue instanceof RecoverableQueue<T> known ? known.take(batchTime) : queue.poll();
      while (next != null) {
        due.add(next.node());
        next = oneAtATime || queue instanceof RecoverableQueue ? null : queue.poll();
      }
    }
    if (due.isEmpty()) {
      return defaultRdd == null ? new EmptyNode() : defaultRdd.node();
    }
    return due.size() == 1 ? due.get(0) : new UnionNode(due, "queue");
  }

  @Override
  public Optional<RddNode> again(Time batchTime) {
    if (queue instanceof RecoverableQueue<T> known) {
      synchronized (queue) {
        return known.again(batchTime).map(RDD::node);
      }
    }
    return Optional.empty();
  }

  @Override
  public void goOnAfter(Time lastBatch) {
    if (queue instanceof RecoverableQueue<T> known) {
      synchronized (queue) {
        known.goOnAfter(lastBatch);
      }
    }
  }
}
