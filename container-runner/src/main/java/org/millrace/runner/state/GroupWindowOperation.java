package org.millrace.runner.state;

import java.util.List;

/** A window that keeps all values. */
final class GroupWindowOperation extends WindowOperation {
  GroupWindowOperation(StatePartition state, Place place) {
    super(state, place, null, GroupWindowOperation::shown, false);
  }

  @Override
  void leave(Entry entry, Pane pane, int position) {
    if (!entry.isPresent) {
      return;
    }
    PaneQueue rest = ((PaneQueue) entry.value).without(place.lastLeft());
    if (rest.isEmpty()) {
      table.leave(entry, log);
    } else {
      change(entry, rest);
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

  static Object shown(Object kept) {
    return ((PaneQueue) kept).values();
  }
}
