package org.millrace.api.graph;

import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import org.millrace.api.Partitioner;

/** A dataset whose partition i follows from partition i of its parent alone. */
public final class NarrowNode extends RddNode {
  private final Operator operator;
  private final Serializable function;
  private final boolean keepsPartitioning;

  /**
   * Applies an operator.
   *
   * @param function the function that the operator is documented with; null when it has none
   * @param keepsPartitioning whether pairs stay where their keys put them
   */
  public NarrowNode(
      RddNode parent,
      Operator operator,
      Serializable function,
      boolean keepsPartitioning,
      String description) {
    super(List.of(parent), description);
    if (operator.hasFunction() != (function != null)) {
      throw new IllegalArgumentException(operator + " with function " + function);
    }
    this.operator = operator;
    this.function = function;
    this.keepsPartitioning = keepsPartitioning;
  }

  /** The only parent. */
  public RddNode parent() {
    return parents().get(0);
  }

  /** What is done with the records. */
  public Operator operator() {
    return operator;
  }

  /** The function the operator is documented with; null when it has none. */
  public Serializable function() {
    return function;
  }

  /** Whether the pairs are placed as those of the parent are. */
  public boolean keepsPartitioning() {
    return keepsPartitioning;
  }

  @Override
  public int partitionCount() {
    return parent().partitionCount();
  }

  @Override
  public Optional<Partitioner> partitioner() {
    return keepsPartitioning ? parent().partitioner() : Optional.empty();
  }
}
