package org.millrace.api.graph;

import java.io.Serializable;
import java.util.List;
import java.util.Objects;

/** What a Hadoop input format gives, one partition for each split; made by the engine. */
public final class HadoopInputNode extends SourceNode {
  private final Serializable reader;
  private final List<HadoopSplit> splits;

  /**
   * The records of these splits, in order.
   *
   * @param reader reads a split on an executor; nodes with the same reader share their pipelines
   */
  public HadoopInputNode(Serializable reader, List<HadoopSplit> splits, String description) {
    super(description);
    this.reader = Objects.requireNonNull(reader, "reader");
    this.splits = List.copyOf(splits);
  }

  /** Reads a split on an executor; of a type of the engine. */
  public Serializable reader() {
    return reader;
  }

  /** The parts, each one a partition. */
  public List<HadoopSplit> splits() {
    return splits;
  }

  @Override
  public int partitionCount() {
    return splits.size();
  }
}
