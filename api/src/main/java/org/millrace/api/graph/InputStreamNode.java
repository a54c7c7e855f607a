package org.millrace.api.graph;

import java.util.List;

/** A stream that comes from outside. */
public abstract sealed class InputStreamNode extends StreamNode
    permits ReceiverStreamNode, FileStreamNode, QueueStreamNode {
  private final int inputId;

  InputStreamNode(NodeLabel label, int inputId) {
    super(label, List.of());
    this.inputId = inputId;
  }

  /** Position among the inputs of the program, from 0. */
  public final int inputId() {
    return inputId;
  }
}
