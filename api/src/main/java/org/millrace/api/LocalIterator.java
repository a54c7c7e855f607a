package org.millrace.api;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.IntFunction;
import org.millrace.api.graph.RddNode;
import org.millrace.api.graph.ShuffleNode;
import org.millrace.api.graph.UnionNode;
import org.millrace.api.spi.Engine;
import org.millrace.api.spi.JobAction;
import org.millrace.api.storage.StorageLevel;

/**
 * Iterates over a dataset, and holds one partition at a time.
 *
 * <p>What several partitions need is computed once: when there is a shuffle behind the dataset that
 * nothing keeps, executors keep all partitions until the last record was given, or until nobody
 * refers to the iterator any more. Not thread-safe.
 */
final class LocalIterator<T> implements Iterator<T> {
  private final Engine engine;
  private final RddNode node;
  private final IntFunction<List<T>> partitionOf;

  /** What is kept for this iterator; null for nothing. */
  private RddNode kept;

  private boolean begun;
  private Iterator<T> records = Collections.emptyIterator();
  private int next;

  /** Gives the records of a partition of a node. */
  @FunctionalInterface
  interface Partitions<T> {
    List<T> of(RddNode node, int index);
  }

  LocalIterator(Engine engine, RddNode node, Partitions<T> partitions) {
    this.engine = engine;
    this.node = node;
    this.partitionOf = index -> partitions.of(kept == null ? node : kept, index);
  }

  @Override
  public boolean hasNext() {
    if (!begun) {
      begun = true;
      if (node.partitionCount() > 1 && repeatsShuffle()) {
        keep();
      }
    }
    while (!records.hasNext() && next < node.partitionCount()) {
      records = partitionOf.apply(next++).iterator();
      if (next == node.partitionCount()) {
        release();
      }
    }
    return records.hasNext();
  }

  /** A dataset of its own: that of the program is not marked as persisted. */
  private void keep() {
    kept = new UnionNode(List.of(node), node.description());
    engine.persist(kept, StorageLevel.MEMORY_AND_DISK_SER);
    try {
      engine.runJob(kept, new JobAction.Materialize(), 0, kept.partitionCount());
    } catch (RuntimeException failure) {
      release();
      throw failure;
    }
  }

  private void release() {
    if (kept != null) {
      engine.unpersist(kept, false);
      kept = null;
    }
  }

  private boolean repeatsShuffle() {
    Deque<RddNode> open = new ArrayDeque<>(List.of(node));
    Set<RddNode> seen = new HashSet<>(open);
    while (!open.isEmpty()) {
      RddNode one = open.pop();
      if (!engine.storageLevel(one).equals(StorageLevel.NONE)) {
        continue;
      }
      if (one instanceof ShuffleNode) {
        return true;
      }
      one.parents().stream().filter(seen::add).forEach(open::push);
    }
    return false;
  }

  @Override
  public T next() {
    if (!hasNext()) {
      throw new NoSuchElementException("the dataset has no more records");
    }
    return records.next();
  }
}
