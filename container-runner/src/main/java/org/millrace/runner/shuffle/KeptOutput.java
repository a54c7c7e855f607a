package org.millrace.runner.shuffle;

import java.util.ArrayList;
import java.util.List;

/**
 * The pages of one map attempt, kept so that they can be pushed again. Guarded by the lock of its
 * {@link ShuffleStore}.
 */
final class KeptOutput {
  private final int mapPartition;
  private final int attempt;
  private final List<List<Page>> pages;
  private boolean ended;

  KeptOutput(int mapPartition, int attempt, int reducePartitions) {
    this.mapPartition = mapPartition;
    this.attempt = attempt;
    this.pages = new ArrayList<>(reducePartitions);
    for (int i = 0; i < reducePartitions; i++) {
      pages.add(new ArrayList<>(1));
    }
  }

  int mapPartition() {
    return mapPartition;
  }

  int attempt() {
    return attempt;
  }

  void add(int reducePartition, Page page) {
    pages.get(reducePartition).add(page);
  }

  List<Page> pages(int reducePartition) {
    return pages.get(reducePartition);
  }

  boolean hasEnded() {
    return ended;
  }

  void end() {
    ended = true;
  }
}
