package org.millrace.api;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import org.millrace.api.function.Function;

/**
 * The {@code count} smallest records of a partition, in order; of equal ones the earlier ones.
 * Holds at most twice as many.
 */
@SuppressWarnings("serial") // whether the comparator can be sent is found out when it is sent
record Smallest<T>(int count, Comparator<? super T> order)
    implements Function<Iterator<T>, List<T>> {
  @Override
  public List<T> call(Iterator<T> records) {
    List<T> kept = new ArrayList<>();
    long room = 2L * count;
    while (records.hasNext()) {
      kept.add(records.next());
      if (kept.size() >= room) {
        cut(kept);
      }
    }
    cut(kept);
    return kept;
  }

  private void cut(List<T> kept) {
    kept.sort(order);
    if (kept.size() > count) {
      kept.subList(count, kept.size()).clear();
    }
  }

  /** The smallest of several partitions' smallest. */
  List<T> merge(List<List<T>> partitions) {
    List<T> all = new ArrayList<>();
    partitions.forEach(all::addAll);
    cut(all);
    return all;
  }
}
