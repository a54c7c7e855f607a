package org.millrace.api.graph;

import java.util.List;
import java.util.Optional;
import org.millrace.api.Partitioner;

/** A dataset that is read, not computed from others. */
public abstract sealed class SourceNode extends RddNode
    permits CollectionNode, BlocksNode, TextFilesNode, HadoopInputNode, EmptyNode {
  SourceNode(String description) {
    super(List.of(), description);
  }

  @Override
  public final Optional<Partitioner> partitioner() {
    return Optional.empty();
  }
}
