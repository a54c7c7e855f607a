package org.millrace.runner.state;

import java.util.Collections;
import java.util.List;
import org.millrace.api.Tuple2;

/** The values of a batch by key, in arrival order. */
final class BatchValues {
  private final StateTable table = StateTable.plain();
  private final ChangeLog noLog = ChangeLog.ofFirst(1, table);

  /** A key, which comes once, and the list of its values. */
  void add(Tuple2<?, ?> pair) {
    table.enter(pair._1(), StateTable.hash(pair._1()), pair._2(), 0, noLog);
  }

  /** Takes out the values of a key that has state; empty when it has none in the batch. */
  List<Object> take(Entry key) {
    Entry found = table.find(key.key, key.hash);
    if (found == null) {
      return Collections.emptyList();
    }
    table.leave(found, noLog);
    return values(found);
  }

  boolean isEmpty() {
    return table.size() == 0;
  }

  /** Takes out the next key; null when all were taken. */
  Entry takeFirst() {
    Entry first = table.first();
    if (first != null) {
      table.leave(first, noLog);
    }
    return first;
  }

  @SuppressWarnings("unchecked") // what a group by key gives
  static List<Object> values(Entry entry) {
    return (List<Object>) entry.value;
  }
}
