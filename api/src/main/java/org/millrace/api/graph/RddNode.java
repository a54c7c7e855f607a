package org.millrace.api.graph;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.millrace.api.Partitioner;

/**
 * One dataset of the logical graph: how its partitions follow from those of its parents.
 *
 * <p>Immutable but for the name that people see. Two nodes are equal only when they are the same
 * object. A node is never serialized; the functions inside it are. The order of records within a
 * partition, and of partitions, is part of a dataset's meaning.
 */
public abstract sealed class RddNode
    permits SourceNode,
        NarrowNode,
        UnionNode,
        ConcatNode,
        ZipNode,
        ShuffleNode,
        StateNode,
        StateViewNode {
  private static final AtomicLong NEXT_ID = new AtomicLong();

  private final long id = NEXT_ID.getAndIncrement();
  private final List<RddNode> parents;
  private final String description;

  /** Null for none. Volatile: a program names a dataset while the driver shows it. */
  private volatile String name;

  RddNode(List<RddNode> parents, String description) {
    this.parents = List.copyOf(parents);
    this.description = Objects.requireNonNull(description, "description");
  }

  /** A number that no other node of this process has; grows in order of construction. */
  public final long id() {
    return id;
  }

  /** How many partitions the dataset has; zero is allowed. */
  public abstract int partitionCount();

  /** By what the records are placed in their partitions, when they are pairs placed by key. */
  public abstract Optional<Partitioner> partitioner();

  /** The datasets that this one is computed from, in order; empty for a source. */
  public final List<RddNode> parents() {
    return parents;
  }

  /** The operation and the place in the program: {@code "map at WordCount.java:31"}. */
  public final String description() {
    return description;
  }

  /** How the program calls the dataset, for people; null when it has given no name. */
  public final String name() {
    return name;
  }

  /** Names the dataset; null takes its name away. */
  public final void name(String given) {
    name = given;
  }

  @Override
  public final String toString() {
    return getClass().getSimpleName() + "#" + id + "(" + description + ")";
  }
}
