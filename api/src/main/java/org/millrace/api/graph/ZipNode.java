package org.millrace.api.graph;

import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.millrace.api.Partitioner;
import org.millrace.api.function.FlatMapFunction;

/**
 * A dataset whose partition i is what a function makes of iterators over partition i of each
 * parent. The function may read them in any order, and not to their ends.
 */
public final class ZipNode extends RddNode {
  private final FlatMapFunction<List<Iterator<Object>>, Object> function;
  private final Optional<Partitioner> partitioner;

  /**
   * Zips datasets that have the same number of partitions.
   *
   * @param function called once for each partition, with an iterator for each parent
   * @param partitioner what the result is placed by; empty when that is not known
   */
  public ZipNode(
      List<RddNode> parents,
      FlatMapFunction<List<Iterator<Object>>, Object> function,
      Optional<Partitioner> partitioner,
      String description) {
    super(parents, description);
    this.function = Objects.requireNonNull(function, "function");
    this.partitioner = Objects.requireNonNull(partitioner, "partitioner");
    for (RddNode parent : parents) {
      if (parent.partitionCount() != parents.get(0).partitionCount()) {
        throw new IllegalArgumentException(
            description
                + " of "
                + parents.get(0).partitionCount()
                + " and "
                + parent.partitionCount()
                + " partitions");
      }
    }
  }

  /** Called once for each partition. */
  public FlatMapFunction<List<Iterator<Object>>, Object> function() {
    return function;
  }

  @Override
  public int partitionCount() {
    return parents().get(0).partitionCount();
  }

  @Override
  public Optional<Partitioner> partitioner() {
    return partitioner;
  }
}
