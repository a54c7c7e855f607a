package org.millrace.runner.state;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Which entries of a partition changed since its last snapshot: each is noted once, whatever
 * changes of it were undone. Nothing is noted before the first snapshot has begun. Owned by whoever
 * holds the partition to change it.
 *
 * <p>An entry's {@code notedBy} is the serial of the notes that have it; the negative serial when
 * the capture that began with these notes has taken it and it did not change since. A capture is of
 * the moment when it began: what changes later is kept for it first (copy on write).
 */
final class ChangeNotes {
  private static final int LEAST_CAPACITY = 16;

  /** More notes than this beside the keys are worth no delta. */
  private static final int FEW = 1_024;

  private int serial = 1;
  private Entry[] entries = new Entry[0];
  private int size;
  private boolean collecting;
  private Capture capture;

  /** Notes of captures that failed, whose entries are to be noted again. */
  private final List<Entry[]> unwritten = new ArrayList<>();

  /** The version since which changes are noted; NONE when they are not. */
  private long sinceMs = StatePartition.NONE;

  /** Entries that the snapshot of {@link #sinceMs} has have lower numbers than this. */
  private long numbersKnown;

  /** Where the window was in that snapshot. */
  private PanePlace panesKnown = PanePlace.NONE;

  /** The newest pane and how many values of it are known. */
  record PanePlace(long number, int size) {
    static final PanePlace NONE = new PanePlace(Long.MIN_VALUE, 0);
  }

  int size() {
    return size;
  }

  long sinceMs() {
    return collecting ? sinceMs : StatePartition.NONE;
  }

  /** To be called before a value, a touch or the presence of an entry changes. */
  void changes(Entry entry) {
    if (entry.notedBy != serial && (collecting || capture != null)) {
      if (capture != null) {
        capture.keep(entry);
      }
      note(entry);
    }
  }

  void entered(Entry entry) {
    if (collecting || capture != null) {
      note(entry);
    }
  }

  private void note(Entry entry) {
    entry.notedBy = serial;
    if (collecting) {
      if (size == entries.length) {
        entries = Arrays.copyOf(entries, Math.max(LEAST_CAPACITY, 2 * size));
      }
      entries[size++] = entry;
    }
  }

  /** An entry has changed after the moment of the capture that begins. */
  void changedSince(Entry entry) {
    if (entry.notedBy != serial) {
      note(entry);
    }
  }

  /** The notes are of no use: the next capture takes everything. */
  void drop() {
    collecting = false;
    entries = new Entry[0];
    size = 0;
    sinceMs = StatePartition.NONE;
    unwritten.clear();
  }

  /** Drops notes of more entries than a delta is worth. */
  void bound(int keys) {
    if (size > FEW + keys / 2 && capture == null) {
      drop();
    }
  }

  /**
   * A capture begins; from here on changes are noted for the one after it.
   *
   * @return the entries that were noted until now, for a delta
   */
  Entry[] begin(Capture began, long versionMs) {
    for (Entry[] again : unwritten) {
      for (Entry entry : again) {
        if (entry != null && entry.notedBy != serial) {
          note(entry);
        }
      }
    }
    unwritten.clear();
    Entry[] noted = Arrays.copyOf(entries, size);
    serial = serial == Integer.MAX_VALUE - 1 ? 2 : serial + 1;
    entries = new Entry[0];
    size = 0;
    collecting = true;
    sinceMs = versionMs;
    capture = began;
    return noted;
  }

  int serial() {
    return serial;
  }

  /** What is known from here on, when the capture gets written. */
  void known(long numbers, PanePlace panes) {
    numbersKnown = numbers;
    panesKnown = panes;
  }

  /** The capture has taken everything. */
  void captured() {
    capture = null;
  }

  /** What the capture took is not durable: it counts as changed since the snapshot before it. */
  void giveUp(Entry[] noted, boolean isDelta, Known before) {
    capture = null;
    if (isDelta && collecting) {
      unwritten.add(noted);
      sinceMs = before.sinceMs();
      numbersKnown = before.numbers();
      panesKnown = before.panes();
    } else {
      drop();
    }
  }

  /** What the last snapshot has. */
  record Known(long sinceMs, long numbers, PanePlace panes) {}

  Known known() {
    return new Known(sinceMs, numbersKnown, panesKnown);
  }

  /** The partition was restored from a snapshot, which later ones may go on from. */
  void restored(long versionMs, long numbers, PanePlace panes) {
    collecting = true;
    sinceMs = versionMs;
    numbersKnown = numbers;
    panesKnown = panes;
  }
}
