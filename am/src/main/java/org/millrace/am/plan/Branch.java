package org.millrace.am.plan;

import java.util.ArrayList;
import java.util.List;
import org.millrace.api.graph.NarrowNode;
import org.millrace.api.graph.RddNode;
import org.millrace.api.graph.UnionNode;

/**
 * The partitions of a dataset that come from one source or shuffle by narrow operators alone; a
 * union has several. Immutable.
 *
 * @param head source or shuffle node
 * @param operators in the order in which records pass them
 */
record Branch(RddNode head, List<NarrowNode> operators) {
  /** The branches of a dataset in the order of its partitions. */
  static List<Branch> of(RddNode node) {
    List<Branch> branches = new ArrayList<>();
    collect(node, List.of(), branches);
    return branches;
  }

  private static void collect(RddNode node, List<NarrowNode> below, List<Branch> branches) {
    RddNode current = node;
    List<NarrowNode> reversed = new ArrayList<>();
    while (current instanceof NarrowNode narrow) {
      reversed.add(narrow);
      current = narrow.parent();
    }
    List<NarrowNode> operators = new ArrayList<>(reversed.size() + below.size());
    for (int i = reversed.size() - 1; i >= 0; i--) {
      operators.add(reversed.get(i));
    }
    operators.addAll(below);
    if (current instanceof UnionNode union) {
      for (RddNode parent : union.parents()) {
        collect(parent, operators, branches);
      }
    } else {
      branches.add(new Branch(current, operators));
    }
  }

  int partitionCount() {
    return head.partitionCount();
  }
}
