package org.millrace.api.graph;

/** A dataset without partitions. */
public final class EmptyNode extends SourceNode {
  /** A dataset without partitions. */
  public EmptyNode() {
    super("empty");
  }

  @Override
  public int partitionCount() {
    return 0;
  }
}
