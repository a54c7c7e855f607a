package org.millrace.api.graph;

import java.util.List;
import java.util.Optional;
import org.millrace.api.Partitioner;

/** The partitions of all parents, one parent after the other. */
public final class UnionNode extends RddNode {
  /** The partitions of these datasets; the list may be empty. */
  public UnionNode(List<RddNode> parents, String description) {
    super(parents, description);
  }

  @Override
  public int partitionCount() {
    return parents().stream().mapToInt(RddNode::partitionCount).sum();
  }

  @Override
  public Optional<Partitioner> partitioner() {
    return Optional.empty();
  }
}
