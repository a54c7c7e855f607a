package org.millrace.runner.state;

import java.util.Arrays;

/**
 * What one version changed, in order, so that it can be undone from the end: the entries that
 * entered and left, and the value of before of each entry that changed.
 */
final class ChangeLog {
  /** What a change takes beside the value of before. */
  static final int BYTES_A_CHANGE = 16;

  private static final int LEAST_CAPACITY = 16;
  private static final Object ENTERED = new Object();
  private static final Object LEFT = new Object();

  /** Differs from that of all other logs of the partition; not 0. */
  final int serial;

  /** What was there before. */
  final StateTable table;

  /** Where the window was before; null without one. */
  final Window.Mark window;

  private final ChangeNotes notes;
  private final boolean isKept;
  private Entry[] entries = new Entry[LEAST_CAPACITY];
  private Object[] before = new Object[LEAST_CAPACITY];
  private int size;
  private int kept;

  private ChangeLog(
      int serial, StateTable table, Window.Mark window, ChangeNotes notes, boolean isKept) {
    this.serial = serial;
    this.table = table;
    this.window = window;
    this.notes = notes;
    this.isKept = isKept;
  }

  static ChangeLog of(int serial, StateTable table, Window.Mark window, ChangeNotes notes) {
    return new ChangeLog(serial, table, window, notes, true);
  }

  /** For a first version, which is undone by dropping the table: keeps nothing. */
  static ChangeLog ofFirst(int serial, StateTable table) {
    return new ChangeLog(serial, table, null, new ChangeNotes(), false);
  }

  /** Roughly how many changes' memory it holds. */
  int weight() {
    return size + kept;
  }

  /** What was logged holds the memory of so many keys. */
  void keeps(int keys) {
    kept += keys;
  }

  /** To be called before the value changes; the first call for an entry counts. */
  void changes(Entry entry) {
    if (entry.loggedBy != serial) {
      entry.loggedBy = serial;
      notes.changes(entry);
      add(entry, entry.value);
    }
  }

  /** To be called before the time of the last pair changes. */
  void touches(Entry entry) {
    notes.changes(entry);
  }

  /** To be called after it entered. */
  void entered(Entry entry) {
    entry.loggedBy = serial;
    notes.entered(entry);
    add(entry, ENTERED);
  }

  /** To be called before it leaves. */
  void left(Entry entry) {
    notes.changes(entry);
    add(entry, LEFT);
  }

  /** Another table took the place of {@link #table}. */
  void replaced() {
    notes.drop();
  }

  /** A change of something else than the table. */
  void onUndo(Undo undo) {
    add(null, undo);
  }

  private void add(Entry entry, Object old) {
    if (!isKept) {
      return;
    }
    if (size == entries.length) {
      entries = Arrays.copyOf(entries, 2 * size);
      before = Arrays.copyOf(before, 2 * size);
    }
    entries[size] = entry;
    before[size] = old;
    size++;
  }

  /** Tells what was there before each change, the last one first. */
  void tell(Before before) {
    for (int i = size - 1; i >= 0; i--) {
      Object old = this.before[i];
      if (old == ENTERED) {
        before.wasAbsent(entries[i]);
      } else if (old == LEFT) {
        before.wasPresent(entries[i]);
      } else if (entries[i] != null) {
        before.hadValue(entries[i], old);
      } else if (old instanceof TouchOrder.Touched touched) {
        before.wasTouched(touched.entry(), touched.touchedMs());
      }
    }
  }

  /** Hears of each change what was there before it. */
  interface Before {
    void wasAbsent(Entry entry);

    void wasPresent(Entry entry);

    void hadValue(Entry entry, Object value);

    void wasTouched(TimedEntry entry, long touchedMs);
  }

  /**
   * Undoes the last {@code limit} changes.
   *
   * @return whether nothing is left to undo
   */
  boolean undo(int limit) {
    int until = Math.max(0, size - limit);
    while (size > until) {
      size--;
      Entry entry = entries[size];
      Object old = before[size];
      entries[size] = null;
      before[size] = null;
      if (old == ENTERED) {
        table.takeBack(entry);
      } else if (old == LEFT) {
        table.bringBack(entry);
      } else if (entry == null) {
        ((Undo) old).undo();
      } else {
        entry.value = old;
      }
    }
    if (size == 0) {
      kept = 0;
    }
    return size == 0;
  }
}
