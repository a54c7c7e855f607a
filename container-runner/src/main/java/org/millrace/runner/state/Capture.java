package org.millrace.runner.state;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.millrace.runner.state.ChangeNotes.PanePlace;

/**
 * What a partition held at one committed version, taken bit by bit while later versions are
 * applied: what changes before it was taken is kept here first. Owned by whoever holds the lock of
 * the partition.
 */
final class Capture {
  /** An entry at the version; the key is null in a change of an entry that is known. */
  record Row(Entry entry, Kind kind, Object value, long touchedMs) {}

  /** What a row says. */
  enum Kind {
    ENTERED,
    CHANGED,
    REMOVED
  }

  private final ChangeNotes notes;
  private final StateTable table;
  private final boolean isDelta;
  private final int serial;
  private final int serialBefore;
  private final ChangeNotes.Known before;
  private Entry[] noted;
  private int nextNoted;
  private List<Row> rows = new ArrayList<>();
  private boolean ended;

  /** Panes that are to be written, and what the window had to look at. */
  final WindowCapture window;

  /**
   * Begins at a version of the partition.
   *
   * @param newer what came after the version, the newest first
   */
  Capture(StatePartition partition, List<ChangeLog> newer, long versionMs, boolean wantsDelta) {
    this.notes = partition.notes;
    ChangeLog first = newer.isEmpty() ? null : newer.get(newer.size() - 1);
    this.table = first == null ? partition.table : first.table;
    this.isDelta = wantsDelta && notes.sinceMs() != StatePartition.NONE;
    this.before = notes.known();
    this.serialBefore = notes.serial();
    Entry[] changed = notes.begin(this, versionMs);
    this.serial = notes.serial();
    this.noted = isDelta ? changed : new Entry[0];
    Later later = new Later();
    newer.forEach(log -> log.tell(later));
    later.rows.forEach(
        (entry, row) -> {
          if (row.present && (!isDelta || entry.notedBy == serialBefore)) {
            rows.add(row(entry, row.value, row.touchedMs));
          }
          notes.changedSince(entry);
        });
    Window.Mark mark =
        first != null ? first.window : partition.window == null ? null : partition.window.mark();
    boolean hasPanes = mark != null && partition.form == RowForm.PANES;
    this.window =
        mark == null
            ? null
            : WindowCapture.of(mark, hasPanes, isDelta ? before.panes() : PanePlace.NONE);
    notes.known(
        Math.min(later.leastAbsent, table.nextNumber()),
        !hasPanes || mark.newest() == null
            ? PanePlace.NONE
            : new PanePlace(mark.newest().number, mark.newestSize()));
    if (!isDelta) {
      table.beginWalk();
    }
    if (table != partition.table) {
      // What the partition has now is another table, of which nothing is known.
      notes.drop();
    }
  }

  boolean isDelta() {
    return isDelta;
  }

  /** Rows that were kept and not taken yet. */
  int kept() {
    return rows.size();
  }

  /** An entry that was not changed since the version is about to be. */
  void keep(Entry entry) {
    if (isDelta ? entry.notedBy == serialBefore : entry.notedBy != -serial) {
      rows.add(now(entry));
    }
  }

  /** Looks at some entries. Nobody changes the partition meanwhile. */
  void walk(int limit) {
    for (int i = 0; i < limit && !ended; i++) {
      Entry entry = next();
      if (entry == null) {
        end();
      } else if (isDelta ? entry.notedBy == serialBefore : entry.notedBy != serial) {
        Row row = now(entry);
        if (row != null) {
          rows.add(row);
        }
        entry.notedBy = -serial;
      }
    }
  }

  private Entry next() {
    if (!isDelta) {
      return table.walk();
    }
    return nextNoted < noted.length ? noted[nextNoted++] : null;
  }

  private void end() {
    ended = true;
    table.endWalk();
    notes.captured();
  }

  /** Whether {@link #take} gives the last rows. */
  boolean isComplete() {
    return ended;
  }

  /** The rows so far, which are not here any more then. */
  List<Row> take() {
    List<Row> taken = rows;
    rows = new ArrayList<>();
    return taken;
  }

  /** What was taken is not durable and will not be. */
  void giveUp() {
    if (!ended) {
      ended = true;
      table.endWalk();
    }
    rows.clear();
    notes.giveUp(noted, isDelta, before);
  }

  private Row now(Entry entry) {
    if (!entry.isPresent) {
      return isKnown(entry) ? new Row(entry, Kind.REMOVED, null, 0) : null;
    }
    return row(entry, entry.value, entry instanceof TimedEntry timed ? timed.touchedMs : 0);
  }

  private Row row(Entry entry, Object value, long touchedMs) {
    return new Row(entry, isKnown(entry) ? Kind.CHANGED : Kind.ENTERED, value, touchedMs);
  }

  private boolean isKnown(Entry entry) {
    return isDelta && entry.number < before.numbers();
  }

  /** What entries were at the version that changed after it. */
  private static final class Later implements ChangeLog.Before {
    private final Map<Entry, Past> rows = new HashMap<>();
    private long leastAbsent = Long.MAX_VALUE;

    private static final class Past {
      private boolean present;
      private Object value;
      private long touchedMs;
    }

    private Past past(Entry entry) {
      return rows.computeIfAbsent(
          entry,
          found -> {
            Past past = new Past();
            past.present = found.isPresent;
            past.value = found.value;
            past.touchedMs = found instanceof TimedEntry timed ? timed.touchedMs : 0;
            return past;
          });
    }

    @Override
    public void wasAbsent(Entry entry) {
      past(entry).present = false;
      leastAbsent = Math.min(leastAbsent, entry.number);
    }

    @Override
    public void wasPresent(Entry entry) {
      past(entry).present = true;
    }

    @Override
    public void hadValue(Entry entry, Object value) {
      past(entry).value = value;
    }

    @Override
    public void wasTouched(TimedEntry entry, long touchedMs) {
      past(entry).touchedMs = touchedMs;
    }
  }
}
