package org.millrace.api.graph;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Writes what a dataset is computed from, for people. */
public final class Lineage {
  private final StringBuilder text = new StringBuilder();
  private final Set<RddNode> written = new HashSet<>();
  private final Function<RddNode, String> remarks;

  private Lineage(Function<RddNode, String> remarks) {
    this.remarks = remarks;
  }

  /**
   * One line for each dataset: its number of partitions, its operation and place in the program,
   * and its id. What it is computed from stands below it; {@code +-} marks where records are moved
   * between partitions. A dataset that was written before is not unfolded again.
   *
   * @param remarks what else to say of a dataset; empty for nothing
   */
  public static String of(RddNode node, Function<RddNode, String> remarks) {
    Lineage lineage = new Lineage(remarks);
    lineage.write(node, "", "");
    return lineage.text.toString();
  }

  private void write(RddNode node, String head, String indent) {
    boolean known = !written.add(node);
    text.append(head)
        .append('(')
        .append(node.partitionCount())
        .append(") ")
        .append(node.description())
        .append(" [")
        .append(node.id())
        .append(']')
        .append(remarks.apply(node))
        .append(known && !node.parents().isEmpty() ? " (see above)" : "")
        .append('\n');
    if (!known) {
      boolean moves = movesRecords(node);
      for (RddNode parent : node.parents()) {
        write(parent, indent + (moves ? " +-" : " |  "), indent + (moves ? "    " : " |  "));
      }
    }
  }

  private static boolean movesRecords(RddNode node) {
    return node instanceof ShuffleNode shuffle
        && !shuffle.parent().partitioner().equals(Optional.of(shuffle.routing()));
  }
}
