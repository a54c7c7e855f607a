package org.millrace.runner.state;

import java.util.Arrays;

/**
 * The keys that got values in one pane of a window, in that order, each with what must be known
 * when the pane leaves. Appended to while the pane is the newest.
 */
final class Pane {
  private static final int LEAST_CAPACITY = 16;

  final long number;

  /** The pane after it; the newest may have one that was taken back. */
  Pane next;

  private Entry[] entries = new Entry[LEAST_CAPACITY];
  private Object[] values;
  private int size;

  /**
   * @param keepsValues false: the keys are enough
   */
  Pane(long number, boolean keepsValues) {
    this.number = number;
    this.values = keepsValues ? new Object[LEAST_CAPACITY] : null;
  }

  int size() {
    return size;
  }

  Entry entry(int position) {
    return entries[position];
  }

  Object value(int position) {
    return values[position];
  }

  void add(Entry entry, Object value) {
    if (size == entries.length) {
      entries = Arrays.copyOf(entries, 2 * size);
      values = values == null ? null : Arrays.copyOf(values, 2 * size);
    }
    entries[size] = entry;
    if (values != null) {
      values[size] = value;
    }
    size++;
  }

  /** The keys and values of a range, which never change again. */
  record Slice(long number, int from, int until, Entry[] entries, Object[] values) {}

  Slice slice(int from, int until) {
    return new Slice(number, from, until, entries, values);
  }

  void truncate(int newSize) {
    Arrays.fill(entries, newSize, size, null);
    if (values != null) {
      Arrays.fill(values, newSize, size, null);
    }
    size = newSize;
  }
}
