package org.millrace.runner.task;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Texts and a number for each, in first-seen order; no object for either. Open addressing; texts of
 * up to 16 bytes are compared in their entry, longer ones in the arena too. Owned by a slot loop.
 *
 * <pre>
 *   entry: bytes 0..7 | bytes 8..15 | place in the arena, length | number      (32 bytes)
 * </pre>
 *
 * <p>Texts that mean the same string are the same key: what is no valid UTF-8 is put in as the
 * UTF-8 of the string that it means.
 */
final class TextTable {
  /** The arena holds no more; see {@link #isFullFor}. */
  private static final int MAX_ARENA_BYTES = 1 << 30;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int LEAST_CAPACITY = 64;
  private static final int LEAST_ARENA = 1 << 10;
  private static final int WORDS = 4;
  private static final long MIX = 0x9E3779B97F4A7C15L;
  private static final long MIX_SECOND = 0xC2B2AE3D27D4EB4FL;

  private long[] entries = new long[WORDS * LEAST_CAPACITY];
  private int[] hashes = new int[LEAST_CAPACITY];
  private int[] index = new int[2 * LEAST_CAPACITY];
  private byte[] arena = new byte[LEAST_ARENA];
  private int arenaSize;
  private int shift = 64 - 7;
  private int size;

  int size() {
    return size;
  }

  /** The entry of a text; -1 when it has none, or none under these bytes. */
  int find(byte[] bytes, int from, int to) {
    int length = to - from;
    long first = word(bytes, from, length);
    if (length <= Long.BYTES) {
      return findShort(first, length);
    }
    long second = word(bytes, from + Long.BYTES, length - Long.BYTES);
    return length <= 2 * Long.BYTES
        ? findMiddle(first, second, length)
        : findLong(bytes, from, length, first, second);
  }

  /** The entry of a text under whatever bytes; -1 when it has none. */
  int findMeant(byte[] bytes, int from, int to) {
    int entry = find(bytes, from, to);
    if (entry >= 0 || isAscii(bytes, from, to)) {
      return entry;
    }
    String text = new String(bytes, from, to - from, StandardCharsets.UTF_8);
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    return find(utf8, 0, utf8.length);
  }

  private int findShort(long first, int length) {
    int[] places = index;
    long[] known = entries;
    int mask = places.length - 1;
    int place = (int) (mixed(first) >>> shift);
    while (true) {
      int entry = places[place] - 1;
      if (entry < 0) {
        return -1;
      }
      int at = entry * WORDS;
      if (known[at] == first && (int) known[at + 2] == length) {
        return entry;
      }
      place = (place + 1) & mask;
    }
  }

  private int findMiddle(long first, long second, int length) {
    int[] places = index;
    long[] known = entries;
    int mask = places.length - 1;
    int place = (int) (mixed(first, second) >>> shift);
    while (true) {
      int entry = places[place] - 1;
      if (entry < 0) {
        return -1;
      }
      int at = entry * WORDS;
      if (known[at] == first && known[at + 1] == second && (int) known[at + 2] == length) {
        return entry;
      }
      place = (place + 1) & mask;
    }
  }

  private int findLong(byte[] bytes, int from, int length, long first, long second) {
    int mask = index.length - 1;
    int place = (int) (mixed(first, second, bytes, from, length) >>> shift);
    while (true) {
      int entry = index[place] - 1;
      if (entry < 0) {
        return -1;
      }
      int at = entry * WORDS;
      if (entries[at] == first
          && entries[at + 1] == second
          && (int) entries[at + 2] == length
          && isInArena(entry, bytes, from, length)) {
        return entry;
      }
      place = (place + 1) & mask;
    }
  }

  private boolean isInArena(int entry, byte[] bytes, int from, int length) {
    int start = keyFrom(entry);
    return Arrays.equals(arena, start, start + length, bytes, from, from + length);
  }

  private static long mixed(long first) {
    return (first * MIX ^ (first >>> 29)) * MIX_SECOND;
  }

  private static long mixed(long first, long second) {
    return (first * MIX ^ second ^ (second >>> 31)) * MIX_SECOND;
  }

  private static long mixed(long first, long second, byte[] bytes, int from, int length) {
    long mix = mixed(first, second);
    for (int i = 2 * Long.BYTES; i < length; i += Long.BYTES) {
      mix = mixed(mix ^ (mix >>> 32), word(bytes, from + i, length - i));
    }
    return mix;
  }

  /** The next eight bytes; zeros for those from {@code left} on. */
  private static long word(byte[] bytes, int at, int left) {
    if (left >= Long.BYTES) {
      return (long) LONGS.get(bytes, at);
    }
    if (at <= bytes.length - Long.BYTES) {
      return (long) LONGS.get(bytes, at) & ((1L << (left << 3)) - 1);
    }
    return lastWord(bytes, at, left);
  }

  private static long lastWord(byte[] bytes, int at, int left) {
    long word = 0;
    for (int i = 0; i < left; i++) {
      word |= (bytes[at + i] & 0xffL) << (i << 3);
    }
    return word;
  }

  /** Whether a text that is new has no room. */
  boolean isFullFor(int length) {
    return arenaSize > MAX_ARENA_BYTES - 3 * length;
  }

  /**
   * Puts a text in that {@link #find} did not find.
   *
   * @return -1; or the entry that it has under other bytes, which is left as it is
   */
  int insert(byte[] bytes, int from, int to, long number) {
    if (isAscii(bytes, from, to)) {
      put(bytes, from, to, number, asciiHash(bytes, from, to));
      return -1;
    }
    String text = new String(bytes, from, to - from, StandardCharsets.UTF_8);
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    int known = find(utf8, 0, utf8.length);
    if (known < 0) {
      put(utf8, 0, utf8.length, number, text.hashCode());
    }
    return known;
  }

  private static boolean isAscii(byte[] bytes, int from, int to) {
    int seen = 0;
    for (int i = from; i < to; i++) {
      seen |= bytes[i];
    }
    return seen >= 0;
  }

  private static int asciiHash(byte[] bytes, int from, int to) {
    int hash = 0;
    for (int i = from; i < to; i++) {
      hash = 31 * hash + bytes[i];
    }
    return hash;
  }

  private void put(byte[] bytes, int from, int to, long number, int hash) {
    int length = to - from;
    int entry = size;
    if (arena.length - arenaSize < length) {
      arena = Arrays.copyOf(arena, Math.max(2 * arena.length, arenaSize + length));
    }
    System.arraycopy(bytes, from, arena, arenaSize, length);
    int at = entry * WORDS;
    entries[at] = word(bytes, from, length);
    entries[at + 1] =
        length <= Long.BYTES ? 0 : word(bytes, from + Long.BYTES, length - Long.BYTES);
    entries[at + 2] = ((long) arenaSize << 32) | length;
    entries[at + 3] = number;
    hashes[entry] = hash;
    arenaSize += length;
    size = entry + 1;
    place(entry);
    if (size == hashes.length) {
      grow();
    }
  }

  private void place(int entry) {
    int mask = index.length - 1;
    int place = (int) (mixOf(entry) >>> shift);
    while (index[place] != 0) {
      place = (place + 1) & mask;
    }
    index[place] = entry + 1;
  }

  private long mixOf(int entry) {
    int at = entry * WORDS;
    int length = (int) entries[at + 2];
    if (length <= Long.BYTES) {
      return mixed(entries[at]);
    }
    return length <= 2 * Long.BYTES
        ? mixed(entries[at], entries[at + 1])
        : mixed(entries[at], entries[at + 1], arena, keyFrom(entry), length);
  }

  private void grow() {
    int capacity = 2 * hashes.length;
    entries = Arrays.copyOf(entries, WORDS * capacity);
    hashes = Arrays.copyOf(hashes, capacity);
    index = new int[2 * capacity];
    shift--;
    for (int entry = 0; entry < size; entry++) {
      place(entry);
    }
  }

  long number(int entry) {
    return entries[entry * WORDS + 3];
  }

  void setNumber(int entry, long number) {
    entries[entry * WORDS + 3] = number;
  }

  /** {@link String#hashCode} of the text. */
  int hash(int entry) {
    return hashes[entry];
  }

  byte[] keyBytes() {
    return arena;
  }

  int keyFrom(int entry) {
    return (int) (entries[entry * WORDS + 2] >>> 32);
  }

  int keyTo(int entry) {
    return keyFrom(entry) + (int) entries[entry * WORDS + 2];
  }

  boolean isAscii(int entry) {
    return isAscii(arena, keyFrom(entry), keyTo(entry));
  }

  String text(int entry) {
    int from = keyFrom(entry);
    return new String(arena, from, keyTo(entry) - from, StandardCharsets.UTF_8);
  }

  /** A table that was large once is not cleared in full for each small batch after it. */
  void clear() {
    if (hashes.length > 16 * LEAST_CAPACITY && size < hashes.length / 8) {
      entries = new long[WORDS * LEAST_CAPACITY];
      hashes = new int[LEAST_CAPACITY];
      index = new int[2 * LEAST_CAPACITY];
      shift = 64 - 7;
      arena = new byte[LEAST_ARENA];
    } else {
      Arrays.fill(index, 0);
    }
    arenaSize = 0;
    size = 0;
  }
}
