package org.millrace.runner.task;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Texts and a number for each, in first-seen order; no object for either. Open addressing: an entry
 * is where its text is looked for, so that a text of up to 16 bytes costs one place in memory;
 * longer ones are compared in the arena too. Owned by a slot loop.
 *
 * <pre>
 *   entry: bytes 0..7 | bytes 8..15 | place in the arena, length + 1 | number      (32 bytes)
 * </pre>
 *
 * <p>Texts that mean the same string are the same key: what is no valid UTF-8 is put in as the
 * UTF-8 of the string that it means.
 */
final class TextTable {
  /** The arena holds no more; see {@link #isFullFor}. */
  private static final int MAX_ARENA_BYTES = 1 << 30;

  /** And {@link #entries} no more. */
  private static final int MAX_SIZE = (1 << 27) - 1;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int LEAST_CAPACITY = 64;
  private static final int LEAST_ARENA = 1 << 10;
  private static final int WORDS = 4;
  private static final long MIX = 0x9E3779B97F4A7C15L;
  private static final long MIX_SECOND = 0xC2B2AE3D27D4EB4FL;

  /** Entries where they are looked for; twice as many as the table may have. */
  private long[] entries;

  /** Where in {@link #entries} they are, in first-seen order. */
  private int[] order;

  /** {@link String#hashCode} of them, in first-seen order. */
  private int[] hashes;

  private byte[] arena;
  private int arenaSize;
  private int shift;
  private int size;

  TextTable() {
    makeSmall();
  }

  private void makeSmall() {
    entries = new long[2 * LEAST_CAPACITY * WORDS];
    order = new int[LEAST_CAPACITY];
    hashes = new int[LEAST_CAPACITY];
    arena = new byte[LEAST_ARENA];
    shift = 64 - 7;
  }

  int size() {
    return size;
  }

  /** Where a text is; -1 when it is not there, or not under these bytes. */
  int find(byte[] bytes, int from, int to) {
    int length = to - from;
    long first = word(bytes, from, length);
    long second = length <= Long.BYTES ? 0 : word(bytes, from + Long.BYTES, length - Long.BYTES);
    return find(bytes, from, to, first, second);
  }

  /**
   * The same, when the first bytes were read already.
   *
   * @param first the first eight bytes, little endian, with zeros for those that are not there
   * @param second the next eight
   */
  int find(byte[] bytes, int from, int to, long first, long second) {
    int length = to - from;
    return length <= 2 * Long.BYTES
        ? findShort(first, second, length)
        : findLong(bytes, from, length, first, second);
  }

  /** Where a text is under whatever bytes; -1 when it is not there. */
  int findMeant(byte[] bytes, int from, int to) {
    int at = find(bytes, from, to);
    if (at >= 0 || isAscii(bytes, from, to)) {
      return at;
    }
    String text = new String(bytes, from, to - from, StandardCharsets.UTF_8);
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    return find(utf8, 0, utf8.length);
  }

  private int findShort(long first, long second, int length) {
    long[] known = entries;
    int mask = known.length - 1;
    int at = (int) (mixed(first, second) >>> shift) * WORDS;
    while (true) {
      if (known[at] == first && known[at + 1] == second && (int) known[at + 2] == length + 1) {
        return at;
      }
      if (known[at + 2] == 0) {
        return -1;
      }
      at = (at + WORDS) & mask;
    }
  }

  private int findLong(byte[] bytes, int from, int length, long first, long second) {
    int mask = entries.length - 1;
    int at = (int) (mixed(first, second, bytes, from, length) >>> shift) * WORDS;
    while (entries[at + 2] != 0) {
      if (entries[at] == first
          && entries[at + 1] == second
          && (int) entries[at + 2] == length + 1
          && isInArena(at, bytes, from, length)) {
        return at;
      }
      at = (at + WORDS) & mask;
    }
    return -1;
  }

  private boolean isInArena(int at, byte[] bytes, int from, int length) {
    int start = (int) (entries[at + 2] >>> 32);
    return Arrays.equals(arena, start, start + length, bytes, from, from + length);
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
    return arenaSize > MAX_ARENA_BYTES - 3 * length || size >= MAX_SIZE;
  }

  /**
   * Puts a text in that {@link #find} did not find. It is one long method on purpose: more than 325
   * bytecodes are not compiled into the loop that finds, which would lose a tenth by it.
   *
   * @return -1; or where it is under other bytes, which is left as it is
   */
  int insert(byte[] given, int givenFrom, int givenTo, long number) {
    byte[] bytes = given;
    int from = givenFrom;
    int length = givenTo - givenFrom;
    int hash = 0;
    int seen = 0;
    for (int i = givenFrom; i < givenTo; i++) {
      seen |= given[i];
      hash = 31 * hash + given[i];
    }
    if (seen < 0) {
      String text = new String(given, givenFrom, length, StandardCharsets.UTF_8);
      hash = text.hashCode();
      bytes = text.getBytes(StandardCharsets.UTF_8);
      from = 0;
      length = bytes.length;
      int known = find(bytes, 0, length);
      if (known >= 0) {
        return known;
      }
    }
    if (arena.length - arenaSize < length) {
      arena = Arrays.copyOf(arena, Math.max(2 * arena.length, arenaSize + length));
    }
    System.arraycopy(bytes, from, arena, arenaSize, length);
    long first = word(bytes, from, length);
    long second = length <= Long.BYTES ? 0 : word(bytes, from + Long.BYTES, length - Long.BYTES);
    int at = free(mixOf(first, second, arena, arenaSize, length));
    entries[at] = first;
    entries[at + 1] = second;
    entries[at + 2] = ((long) arenaSize << 32) | (length + 1);
    entries[at + 3] = number;
    order[size] = at;
    hashes[size] = hash;
    arenaSize += length;
    size++;
    if (size == order.length) {
      grow();
    }
    return -1;
  }

  private static boolean isAscii(byte[] bytes, int from, int to) {
    int seen = 0;
    for (int i = from; i < to; i++) {
      seen |= bytes[i];
    }
    return seen >= 0;
  }

  private static long mixOf(long first, long second, byte[] bytes, int from, int length) {
    return length <= 2 * Long.BYTES
        ? mixed(first, second)
        : mixed(first, second, bytes, from, length);
  }

  /** The free place for a new entry. */
  private int free(long mix) {
    int mask = entries.length - 1;
    int at = (int) (mix >>> shift) * WORDS;
    while (entries[at + 2] != 0) {
      at = (at + WORDS) & mask;
    }
    return at;
  }

  private void grow() {
    long[] old = entries;
    entries = new long[2 * old.length];
    shift--;
    for (int entry = 0; entry < size; entry++) {
      int from = order[entry];
      int start = (int) (old[from + 2] >>> 32);
      int length = (int) old[from + 2] - 1;
      int at = free(mixOf(old[from], old[from + 1], arena, start, length));
      System.arraycopy(old, from, entries, at, WORDS);
      order[entry] = at;
    }
    order = Arrays.copyOf(order, 2 * order.length);
    hashes = Arrays.copyOf(hashes, order.length);
  }

  /**
   * @param at from {@link #find}
   */
  long numberAt(int at) {
    return entries[at + 3];
  }

  /**
   * @param at from {@link #find}
   */
  void setNumberAt(int at, long number) {
    entries[at + 3] = number;
  }

  long number(int entry) {
    return entries[order[entry] + 3];
  }

  /** {@link String#hashCode} of the text. */
  int hash(int entry) {
    return hashes[entry];
  }

  byte[] keyBytes() {
    return arena;
  }

  int keyFrom(int entry) {
    return (int) (entries[order[entry] + 2] >>> 32);
  }

  int keyTo(int entry) {
    return keyFrom(entry) + (int) entries[order[entry] + 2] - 1;
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
    if (order.length > 16 * LEAST_CAPACITY && size < order.length / 8) {
      makeSmall();
    } else {
      Arrays.fill(entries, 0);
    }
    arenaSize = 0;
    size = 0;
  }
}
