package org.millrace.api.graph;

import java.util.List;
import java.util.Objects;
import org.millrace.api.streaming.Duration;

/**
 * A stream whose dataset at t has the partitions of its parent's datasets later than {@code t -
 * windowDuration} and not later than t, the earliest first. When they all have one equal
 * partitioner the partitions are put together by index instead, and the partitioner is kept.
 */
public final class WindowStreamNode extends StreamNode {
  private final Duration windowDuration;

  /** A window over a stream; {@code label} has the window's slide. */
  public WindowStreamNode(NodeLabel label, StreamNode parent, Duration windowDuration) {
    super(label, List.of(parent));
    this.windowDuration = Objects.requireNonNull(windowDuration, "windowDuration");
  }

  /** How far the window reaches back; a multiple of the parent's slide. */
  public Duration windowDuration() {
    return windowDuration;
  }

  /** The stream whose datasets it shows. */
  public StreamNode parent() {
    return parents().get(0);
  }

  /**
   * The window's dataset.
   *
   * @param datasets those of the parent that lie in the window, the earliest first; may be empty
   */
  public RddNode over(List<RddNode> datasets) {
    return UnionComposition.of(datasets, description());
  }
}
