package org.millrace.api.graph;

import java.util.ArrayList;
import java.util.List;
import org.millrace.api.Partitioner;

/** What state operations share. */
final class StateArrangement {
  private StateArrangement() {}

  /** The pairs where the partitioner puts their keys; the parent itself when they are there. */
  static RddNode placed(RddNode parent, Partitioner partitioner, String description) {
    return partitioner.equals(parent.partitioner().orElse(null))
        ? parent
        : new ShuffleNode(parent, partitioner, new Combining.None(), description);
  }

  static List<Object> given(Object... functions) {
    List<Object> given = new ArrayList<>();
    for (Object function : functions) {
      if (function != null) {
        given.add(function);
      }
    }
    return List.copyOf(given);
  }

  static void requireWindow(long paneMs, int panes) {
    if (paneMs < 1 || panes < 1) {
      throw new IllegalArgumentException("a window of " + panes + " panes of " + paneMs + " ms");
    }
  }
}
