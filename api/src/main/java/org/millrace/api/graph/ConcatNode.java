package org.millrace.api.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.millrace.api.Partitioner;

/**
 * A dataset each partition of which is a list of partitions of its parents, one after the other.
 *
 * <p>Nothing is moved by key: this is what coalescing without a shuffle and putting together
 * datasets of one partitioner come to. It may list a partition of a parent more than once, or not
 * at all.
 */
public final class ConcatNode extends RddNode {
  /**
   * A partition of a parent.
   *
   * @param parent index in {@link #parents()}
   * @param partition index in that parent
   */
  public record Piece(int parent, int partition) {
    /** Checks that nothing is negative. */
    public Piece {
      if (parent < 0 || partition < 0) {
        throw new IllegalArgumentException("piece " + partition + " of parent " + parent);
      }
    }
  }

  private final List<List<Piece>> partitions;
  private final Optional<Partitioner> partitioner;

  /**
   * Puts pieces together.
   *
   * @param partitions the pieces of each partition, in order
   * @param partitioner what all parents are placed by when each partition i lists only pieces i;
   *     empty otherwise
   */
  public ConcatNode(
      List<RddNode> parents,
      List<List<Piece>> partitions,
      Optional<Partitioner> partitioner,
      String description) {
    super(parents, description);
    this.partitions = partitions.stream().map(List::copyOf).toList();
    this.partitioner = Objects.requireNonNull(partitioner, "partitioner");
  }

  /** Partition i of every parent, for each i; all parents have the same number of partitions. */
  public static ConcatNode aligned(
      List<RddNode> parents, Optional<Partitioner> partitioner, String description) {
    List<List<Piece>> partitions = new ArrayList<>();
    for (int i = 0; i < parents.get(0).partitionCount(); i++) {
      List<Piece> pieces = new ArrayList<>();
      for (int parent = 0; parent < parents.size(); parent++) {
        pieces.add(new Piece(parent, i));
      }
      partitions.add(pieces);
    }
    return new ConcatNode(parents, partitions, partitioner, description);
  }

  /** The pieces of each partition, in the order in which they are read. */
  public List<List<Piece>> partitions() {
    return partitions;
  }

  @Override
  public int partitionCount() {
    return partitions.size();
  }

  @Override
  public Optional<Partitioner> partitioner() {
    return partitioner;
  }
}
