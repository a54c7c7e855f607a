package org.millrace.api.graph;

import java.util.List;
import java.util.Objects;
import org.millrace.api.streaming.Duration;

/**
 * One stream of the logical graph: a sequence of datasets, one for each slide.
 *
 * <p>Immutable. Two nodes are equal only when they are the same object.
 */
public abstract sealed class StreamNode
    permits InputStreamNode, DerivedStreamNode, WindowStreamNode, StatefulStreamNode {
  private final NodeLabel label;
  private final List<StreamNode> parents;

  StreamNode(NodeLabel label, List<StreamNode> parents) {
    this.label = Objects.requireNonNull(label, "label");
    this.parents = List.copyOf(parents);
  }

  /** Position in the order in which the program defined its streams, from 0. */
  public final int id() {
    return label.id();
  }

  /** Time between two datasets of the stream; a multiple of the batch interval. */
  public final Duration slide() {
    return label.slide();
  }

  /** The operation: {@code "map"}. */
  public final String name() {
    return label.name();
  }

  /** The operation and its place in the program: {@code "map at WordCount.java:31"}. */
  public final String description() {
    return label.description();
  }

  /** The streams that this one is computed from, in order; empty for an input. */
  public final List<StreamNode> parents() {
    return parents;
  }

  @Override
  public final String toString() {
    return getClass().getSimpleName() + "#" + id() + "(" + description() + ")";
  }
}
