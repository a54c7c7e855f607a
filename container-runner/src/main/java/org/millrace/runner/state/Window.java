package org.millrace.runner.state;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** The panes of a window, the oldest first, and what is to be looked at when one is complete. */
final class Window {
  private final ArrayDeque<Pane> panes = new ArrayDeque<>();
  private long valueCount;

  /** Keys whose value changed since a pane was complete. */
  private List<Entry> changed = new ArrayList<>();

  /** Keys that were not there when values of theirs left, since a pane was complete. */
  private List<Entry> missing = new ArrayList<>();

  /** Keys in panes, each once for each pane or batch. */
  long valueCount() {
    return valueCount;
  }

  /** The oldest pane; null when there is none. */
  Pane oldest() {
    return panes.peekFirst();
  }

  /** Where a window is: what comes later is after it. */
  record Mark(
      Pane oldest,
      Pane newest,
      int newestSize,
      List<Entry> changed,
      int changes,
      List<Entry> missing,
      int misses) {}

  Mark mark() {
    Pane newest = panes.peekLast();
    return new Mark(
        panes.peekFirst(),
        newest,
        newest == null ? 0 : newest.size(),
        changed,
        changed.size(),
        missing,
        missing.size());
  }

  /** Puts a pane behind all others; only while the window is restored. */
  void restore(Pane pane) {
    if (!panes.isEmpty()) {
      panes.getLast().next = pane;
    }
    panes.addLast(pane);
    valueCount += pane.size();
  }

  /** Takes the oldest pane out. */
  void removeOldest(ChangeLog log) {
    Pane pane = panes.removeFirst();
    valueCount -= pane.size();
    log.onUndo(
        () -> {
          panes.addFirst(pane);
          valueCount += pane.size();
        });
  }

  /** The pane of the batch, which is the newest; to be called once for a batch. */
  Pane open(long number, boolean keepsValues, ChangeLog log) {
    Pane newest = panes.peekLast();
    if (newest == null || newest.number != number) {
      Pane pane = new Pane(number, keepsValues);
      if (newest != null) {
        newest.next = pane;
      }
      panes.addLast(pane);
      log.onUndo(
          () -> {
            panes.removeLast();
            valueCount -= pane.size();
          });
      return pane;
    }
    int size = newest.size();
    log.onUndo(
        () -> {
          valueCount -= newest.size() - size;
          newest.truncate(size);
        });
    return newest;
  }

  void add(Pane pane, Entry entry, Object value) {
    pane.add(entry, value);
    valueCount++;
  }

  List<Entry> changed() {
    return changed;
  }

  List<Entry> missing() {
    return missing;
  }

  /** To be called once for a batch, before keys are added to the lists. */
  void beginBatch(ChangeLog log) {
    List<Entry> changedBefore = changed;
    List<Entry> missingBefore = missing;
    int changedSize = changed.size();
    int missingSize = missing.size();
    log.onUndo(
        () -> {
          changed = changedBefore;
          missing = missingBefore;
          changed.subList(changedSize, changed.size()).clear();
          missing.subList(missingSize, missing.size()).clear();
        });
  }

  /** All that changed was looked at. */
  void paneIsComplete() {
    changed = new ArrayList<>();
    missing = new ArrayList<>();
  }
}
