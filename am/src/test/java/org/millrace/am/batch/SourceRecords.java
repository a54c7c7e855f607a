package org.millrace.am.batch;

import java.util.ArrayList;
import java.util.List;
import org.millrace.api.graph.CollectionNode;
import org.millrace.api.graph.RddNode;

/** Reads the numbers that a dataset is made from. */
final class SourceRecords {
  private SourceRecords() {}

  static List<Long> of(RddNode dataset) {
    List<Long> found = new ArrayList<>();
    collect(dataset, found);
    return found;
  }

  private static void collect(RddNode dataset, List<Long> found) {
    if (dataset instanceof CollectionNode collection) {
      collection.partitions().forEach(records -> records.forEach(one -> found.add((Long) one)));
    }
    dataset.parents().forEach(parent -> collect(parent, found));
  }
}
