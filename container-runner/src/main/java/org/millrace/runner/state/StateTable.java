package org.millrace.runner.state;

import org.millrace.api.HashPartitioner;

/**
 * The keys of a state partition in the order in which they entered, with their values. Owned by
 * whoever holds the partition.
 *
 * <p>The order is a list of the entries themselves; an entry that leaves keeps its neighbours, so
 * that changes undone in reverse order put it back where it was (Knuth, "Dancing Links", 2000). So
 * a removed key leaves no gap to be compacted, and a large table is not copied as it grows. The
 * index is open addressing with linear probing in shards that grow on their own: no insertion moves
 * more than one of them.
 */
final class StateTable {
  /** What an entry and its places in the index take, without key and value. */
  static final int BYTES_A_KEY = 64;

  private static final int SHARD_BITS = 6;
  private static final int LEAST_CAPACITY = 8;
  private static final int GOLDEN = 0x9e3779b9;

  private final Entry end = new Entry(null, 0, null, -1);
  private final Entry[][] shards = new Entry[1 << SHARD_BITS][];
  private final int[] counts = new int[1 << SHARD_BITS];
  private final TouchOrder touches;
  private long nextNumber;
  private int size;

  /** Where a walk over the entries goes on; null when there is none. */
  private Entry cursor;

  private StateTable(TouchOrder touches) {
    this.touches = touches;
    end.before = end;
    end.after = end;
  }

  static StateTable plain() {
    return new StateTable(null);
  }

  /** A table whose keys time out. */
  static StateTable timed() {
    return new StateTable(new TouchOrder());
  }

  /** The hash code that places a key: stable in all processes. */
  static int hash(Object key) {
    if (key instanceof String || key instanceof Integer) {
      return key.hashCode();
    }
    return key == null ? 0 : HashPartitioner.stableHashCode(key);
  }

  int size() {
    return size;
  }

  /** Null for a table whose keys never time out. */
  TouchOrder touches() {
    return touches;
  }

  /** Null when there is none. */
  Entry first() {
    return end.after == end ? null : end.after;
  }

  /** Null after the last. */
  Entry next(Entry entry) {
    return entry.after == end ? null : entry.after;
  }

  /** Null when the key is not there. */
  Entry find(Object key, int hash) {
    int mixed = hash * GOLDEN;
    Entry[] shard = shards[mixed >>> (32 - SHARD_BITS)];
    if (shard == null) {
      return null;
    }
    int place = home(mixed, shard);
    while (true) {
      Entry entry = shard[place];
      if (entry == null || (entry.hash == hash && same(entry.key, key))) {
        return entry;
      }
      place = (place + 1) & (shard.length - 1);
    }
  }

  private static boolean same(Object a, Object b) {
    return a == b || (a != null && a.equals(b));
  }

  /**
   * Reads the memory that {@link #find} and a change of the value will read for each hash code.
   *
   * @param candidates overwritten
   * @return a value that depends on all that was read
   */
  int readAhead(int[] hashes, int count, Entry[] candidates) {
    for (int i = 0; i < count; i++) {
      int mixed = hashes[i] * GOLDEN;
      Entry[] shard = shards[mixed >>> (32 - SHARD_BITS)];
      candidates[i] = shard == null ? null : shard[home(mixed, shard)];
    }
    int read = 0;
    for (int i = 0; i < count; i++) {
      Entry candidate = candidates[i];
      read += candidate == null ? 0 : candidate.hash;
    }
    for (int i = 0; i < count; i++) {
      Entry candidate = candidates[i];
      if (candidate != null && candidate.hash == hashes[i]) {
        read += candidate.key instanceof String key ? key.length() : 0;
        read += candidate.value instanceof Number ? 1 : 0;
      }
    }
    return read;
  }

  /** Adds a key that is not there, at the end. */
  Entry enter(Object key, int hash, Object value, long timeMs, ChangeLog log) {
    Entry entry;
    if (touches == null) {
      entry = new Entry(key, hash, value, nextNumber++);
    } else {
      TimedEntry timed = new TimedEntry(key, hash, value, nextNumber++);
      touches.enter(timed, timeMs);
      entry = timed;
    }
    append(entry);
    log.entered(entry);
    return entry;
  }

  private void append(Entry entry) {
    entry.before = end.before;
    entry.after = end;
    link(entry);
  }

  /** Adds a key that is not there, at the end, under the number that it had; touches apart. */
  Entry restore(Object key, Object value, long number) {
    int hash = hash(key);
    Entry entry =
        touches == null
            ? new Entry(key, hash, value, number)
            : new TimedEntry(key, hash, value, number);
    nextNumber = Math.max(nextNumber, number + 1);
    append(entry);
    return entry;
  }

  /** Entries that come have this number or higher ones. */
  long nextNumber() {
    return nextNumber;
  }

  /** Entries that come have this number or higher ones, which were given already. */
  void numbersFrom(long number) {
    nextNumber = Math.max(nextNumber, number);
  }

  /** Begins a walk over all entries; changes of the table between its steps do not disturb it. */
  void beginWalk() {
    cursor = end.after;
  }

  /** The next entry of the walk; null at its end. */
  Entry walk() {
    if (cursor == null || cursor == end) {
      return null;
    }
    Entry entry = cursor;
    cursor = entry.after;
    return entry;
  }

  void endWalk() {
    cursor = null;
  }

  /** Changes the value of a key that is there. */
  void set(Entry entry, Object value, ChangeLog log) {
    if (entry.value != value) {
      log.changes(entry);
      entry.value = value;
    }
  }

  /** Takes a key out that is there. */
  void leave(Entry entry, ChangeLog log) {
    log.left(entry);
    if (touches != null) {
      touches.unlink((TimedEntry) entry);
    }
    unlink(entry);
  }

  /** Undoes {@link #enter}, when it is the last change. */
  void takeBack(Entry entry) {
    if (touches != null) {
      touches.unlink((TimedEntry) entry);
    }
    unlink(entry);
  }

  /** Undoes {@link #leave}, when it is the last change. */
  void bringBack(Entry entry) {
    if (touches != null) {
      touches.relink((TimedEntry) entry);
    }
    link(entry);
  }

  private void link(Entry entry) {
    entry.before.after = entry;
    entry.after.before = entry;
    entry.isPresent = true;
    addToIndex(entry);
    size++;
  }

  private void unlink(Entry entry) {
    if (entry == cursor) {
      cursor = entry.after;
    }
    entry.before.after = entry.after;
    entry.after.before = entry.before;
    entry.isPresent = false;
    removeFromIndex(entry);
    size--;
  }

  private static int home(int mixed, Entry[] shard) {
    return (mixed << SHARD_BITS) >>> (Integer.numberOfLeadingZeros(shard.length - 1));
  }

  private void addToIndex(Entry entry) {
    int mixed = entry.hash * GOLDEN;
    int number = mixed >>> (32 - SHARD_BITS);
    Entry[] shard = shards[number];
    if (shard == null) {
      shard = new Entry[LEAST_CAPACITY];
      shards[number] = shard;
    } else if (3 * (counts[number] + 1) > 2 * shard.length) {
      shard = resized(shard, 2 * shard.length);
      shards[number] = shard;
    }
    counts[number]++;
    put(shard, mixed, entry);
  }

  private static void put(Entry[] shard, int mixed, Entry entry) {
    int place = home(mixed, shard);
    while (shard[place] != null) {
      place = (place + 1) & (shard.length - 1);
    }
    shard[place] = entry;
  }

  private static Entry[] resized(Entry[] shard, int capacity) {
    Entry[] resized = new Entry[capacity];
    for (Entry entry : shard) {
      if (entry != null) {
        put(resized, entry.hash * GOLDEN, entry);
      }
    }
    return resized;
  }

  /** Closes the gap with those behind it that may stand there, so that probing needs no marks. */
  private void removeFromIndex(Entry entry) {
    int mixed = entry.hash * GOLDEN;
    int number = mixed >>> (32 - SHARD_BITS);
    Entry[] shard = shards[number];
    int mask = shard.length - 1;
    int gap = home(mixed, shard);
    while (shard[gap] != entry) {
      gap = (gap + 1) & mask;
    }
    int place = gap;
    while (true) {
      place = (place + 1) & mask;
      Entry next = shard[place];
      if (next == null) {
        break;
      }
      int home = home(next.hash * GOLDEN, shard);
      if (((place - home) & mask) >= ((place - gap) & mask)) {
        shard[gap] = next;
        gap = place;
      }
    }
    shard[gap] = null;
    counts[number]--;
    if (shard.length > LEAST_CAPACITY && 8 * counts[number] < shard.length) {
      shards[number] = resized(shard, shard.length / 2);
    }
  }
}
