package org.millrace.runner.state;

/**
 * The entries of a table by the batch time of their last pair, the oldest first: a calendar whose
 * days are batch times (R. Brown, "Calendar Queues", CACM 31(10), 1988; G. Varghese, T. Lauck,
 * "Hashed and Hierarchical Timing Wheels", SOSP 1987). All keys of a stream have the same timeout,
 * so the days of the deadlines come in the order of the touches and one list holds them all: what
 * has expired is its beginning, and a batch costs what it touched and what expires.
 *
 * <p>Every change is logged with the neighbour that it needs to be undone; logs are undone in
 * reverse order, which finds the neighbours as they were.
 */
final class TouchOrder {
  private final TimedEntry end = new TimedEntry(null, 0, null, -1);

  TouchOrder() {
    end.older = end;
    end.newer = end;
  }

  /** Null when there is none. */
  TimedEntry oldest() {
    return end.newer == end ? null : end.newer;
  }

  /** Null after the last. */
  TimedEntry newerThan(TimedEntry entry) {
    return entry.newer == end ? null : entry.newer;
  }

  /** A pair for the key: its timeout begins again. */
  void touch(TimedEntry entry, long timeMs, ChangeLog log) {
    if (entry.touchedMs == timeMs) {
      return;
    }
    log.touches(entry);
    log.onUndo(new Touched(this, entry, entry.touchedMs, entry.older));
    unlink(entry);
    entry.touchedMs = timeMs;
    linkAfter(end.older, entry);
  }

  void enter(TimedEntry entry, long timeMs) {
    entry.touchedMs = timeMs;
    linkAfter(end.older, entry);
  }

  /** The entry keeps its neighbours for {@link #relink}. */
  void unlink(TimedEntry entry) {
    entry.older.newer = entry.newer;
    entry.newer.older = entry.older;
  }

  /** Undoes the last change, which was {@link #unlink}. */
  void relink(TimedEntry entry) {
    entry.older.newer = entry;
    entry.newer.older = entry;
  }

  private void linkAfter(TimedEntry older, TimedEntry entry) {
    entry.older = older;
    entry.newer = older.newer;
    relink(entry);
  }

  /** A touch, and the batch time of the one before it. */
  record Touched(TouchOrder order, TimedEntry entry, long touchedMs, TimedEntry older)
      implements Undo {
    @Override
    public void undo() {
      order.unlink(entry);
      entry.touchedMs = touchedMs;
      order.linkAfter(older, entry);
    }
  }
}
