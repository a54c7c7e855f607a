package org.millrace.runner.state;

import java.util.ArrayList;
import java.util.List;

/** A window that keeps all values. */
final class GroupWindowOperation extends WindowOperation {
  /** Keys that had no value left when panes had left. */
  private final List<Entry> emptied = new ArrayList<>();

  private int lookedAt;

  GroupWindowOperation(StatePartition state, Place place) {
    super(state, place, null, GroupWindowOperation::shown, false);
  }

  @Override
  void leave(Entry entry, Pane pane, int position) {
    PaneQueue rest = ((PaneQueue) entry.value).without(place.lastLeft());
    if (entry.value != rest) {
      change(entry, rest);
      if (rest.isEmpty()) {
        emptied.add(entry);
      }
    }
  }

  @Override
  void enter(Pane pane, Entry entryOrNull, Object key, int hash, Object value) {
    Entry entry = entryOrNull;
    if (entry == null) {
      entry = add(key, hash, PaneQueue.empty());
    }
    PaneQueue queue = (PaneQueue) entry.value;
    if (!queue.has(pane.number)) {
      window.add(pane, entry, null);
    }
    change(entry, queue.with(pane.number, (List<?>) value));
  }

  @Override
  boolean finish(int limit) throws Exception {
    if (lookedAt == emptied.size()) {
      return super.finish(limit);
    }
    int until = Math.min(emptied.size(), lookedAt + limit);
    for (; lookedAt < until; lookedAt++) {
      Entry entry = emptied.get(lookedAt);
      if (((PaneQueue) entry.value).isEmpty()) {
        table.leave(entry, log);
      }
    }
    return false;
  }

  static Object shown(Object kept) {
    return ((PaneQueue) kept).values();
  }
}
