package org.millrace.api.graph;

import java.util.List;

/** The received blocks of one input in one batch; made by the engine. */
public final class BlocksNode extends SourceNode {
  private final int inputId;
  private final List<List<BlockRange>> partitions;

  /** The blocks of an input, each partition a list of ranges that are read in order. */
  public BlocksNode(int inputId, List<List<BlockRange>> partitions) {
    super("receiver input " + inputId);
    this.inputId = inputId;
    this.partitions = partitions.stream().map(List::copyOf).toList();
  }

  /** The {@link InputStreamNode#inputId()} that the blocks belong to. */
  public int inputId() {
    return inputId;
  }

  /** The ranges of each partition, in the order in which they are read. */
  public List<List<BlockRange>> partitions() {
    return partitions;
  }

  @Override
  public int partitionCount() {
    return partitions.size();
  }
}
