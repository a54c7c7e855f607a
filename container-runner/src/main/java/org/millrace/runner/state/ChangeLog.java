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

  private final StateTable table;
  private final boolean isKept;
  private Entry[] entries = new Entry[LEAST_CAPACITY];
  private Object[] before = new Object[LEAST_CAPACITY];
  private int size;
  private int kept;

  private ChangeLog(int serial, StateTable table, boolean isKept) {
    this.serial = serial;
    this.table = table;
    this.isKept = isKept;
  }

  static ChangeLog of(int serial, StateTable table) {
    return new ChangeLog(serial, table, true);
  }

  /** For a first version, which is undone by dropping the table: keeps nothing. */
  static ChangeLog ofFirst(int serial, StateTable table) {
    return new ChangeLog(serial, table, false);
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
      add(entry, entry.value);
    }
  }

  void entered(Entry entry) {
    entry.loggedBy = serial;
    add(entry, ENTERED);
  }

  void left(Entry entry) {
    add(entry, LEFT);
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
