package org.millrace.am.plan;

import java.util.Optional;
import org.millrace.api.graph.Combining;
import org.millrace.api.graph.ConcatNode;
import org.millrace.api.graph.NarrowNode;
import org.millrace.api.graph.RddNode;
import org.millrace.api.graph.ShuffleNode;
import org.millrace.api.graph.UnionNode;

/** A partition of a dataset. Immutable. */
record Part(RddNode node, int index) {

  /**
   * The partition that this one follows from record by record; null when the node is where the
   * records of a pipe come from.
   */
  Part before() {
    if (node instanceof NarrowNode narrow) {
      return new Part(narrow.parent(), index);
    } else if (node instanceof UnionNode union) {
      int parent = union.parentOf(index);
      return new Part(union.parents().get(parent), index - union.firstPartition(parent));
    } else if (node instanceof ConcatNode concat && concat.partitions().get(index).size() == 1) {
      return of(concat, concat.partitions().get(index).get(0));
    } else if (node instanceof ShuffleNode shuffle
        && shuffle.combining() instanceof Combining.None
        && isInPlace(shuffle)) {
      return new Part(shuffle.parent(), index);
    }
    return null;
  }

  static Part of(ConcatNode concat, ConcatNode.Piece piece) {
    return new Part(concat.parents().get(piece.parent()), piece.partition());
  }

  /** Whether each record is in the partition already that the shuffle would bring it to. */
  static boolean isInPlace(ShuffleNode shuffle) {
    return !(shuffle.combining() instanceof Combining.RoundRobin)
        && shuffle.parent().partitioner().equals(Optional.of(shuffle.routing()));
  }
}
