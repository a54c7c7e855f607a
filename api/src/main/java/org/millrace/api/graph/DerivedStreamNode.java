package org.millrace.api.graph;

import java.util.List;
import java.util.Objects;

/** A stream whose dataset at a time follows from those of its parents at that time. */
public final class DerivedStreamNode extends StreamNode {
  private final BatchFunction function;
  private final List<Object> shippedFunctions;

  /**
   * A stream computed from others.
   *
   * @param function makes the dataset of a batch; stays in the driver
   * @param shippedFunctions the program's functions inside it that go to executors
   */
  public DerivedStreamNode(
      NodeLabel label,
      List<StreamNode> parents,
      BatchFunction function,
      List<Object> shippedFunctions) {
    super(label, parents);
    this.function = Objects.requireNonNull(function, "function");
    this.shippedFunctions = List.copyOf(shippedFunctions);
  }

  /** Makes the dataset of a batch; runs on the driver's user thread. */
  public BatchFunction function() {
    return function;
  }

  /** The program's functions that go to executors, so that they can be checked at the start. */
  public List<Object> shippedFunctions() {
    return shippedFunctions;
  }
}
