package org.millrace.benchmarks.loop;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ObjLongConsumer;

/**
 * Counts per word of ASCII: open addressing, a word of up to 16 bytes is two longs, padded with
 * zeros; longer ones are in a map. Owned by one thread.
 */
final class WordTable {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long SPACES = 0x2020202020202020L;
  private static final long LOW = 0x0101010101010101L;
  private static final long HIGH = 0x8080808080808080L;
  private static final int FIRST_SLOTS = 1 << 18;

  private final Map<String, int[]> longer = new HashMap<>();
  // Two longs of key, one of count.
  private long[] slots = new long[FIRST_SLOTS * 4];
  private int mask = FIRST_SLOTS - 1;
  private int used;

  /** What is done with each word. */
  interface Each {
    void word(long first, long second, long count);
  }

  /** Counts the words of a line; up to 15 bytes behind it are read. */
  void countLine(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to) {
      at = countWord(bytes, at, to) + 1;
    }
  }

  /** Returns where the word ends. */
  private int countWord(byte[] bytes, int at, int to) {
    long first = (long) LONGS.get(bytes, at);
    long space = spaces(first);
    int length = Math.min(to - at, space == 0 ? 8 : Long.numberOfTrailingZeros(space) >>> 3);
    if (length < 8) {
      add(first & ((1L << (length << 3)) - 1), 0, 1);
      return at + length;
    }
    if (to - at == 8) {
      add(first, 0, 1);
      return to;
    }
    long second = (long) LONGS.get(bytes, at + 8);
    space = spaces(second);
    length = Math.min(to - at - 8, space == 0 ? 8 : Long.numberOfTrailingZeros(space) >>> 3);
    if (length < 8) {
      add(first, second & ((1L << (length << 3)) - 1), 1);
      return at + 8 + length;
    }
    return countLong(bytes, at, to, first, second);
  }

  private int countLong(byte[] bytes, int at, int to, long first, long second) {
    int end = at + 16;
    while (end < to && bytes[end] != ' ') {
      end++;
    }
    if (end == at + 16) {
      add(first, second, 1);
    } else {
      String word = new String(bytes, at, end - at, StandardCharsets.US_ASCII);
      longer.computeIfAbsent(word, key -> new int[1])[0]++;
    }
    return end;
  }

  private static long spaces(long bytes) {
    long x = bytes ^ SPACES;
    return (x - LOW) & ~x & HIGH;
  }

  /** Adds to a word's count, which may be negative. */
  void add(long first, long second, long count) {
    long hash = (first ^ second * 0x9E3779B97F4A7C15L) * 0xD6E8FEB86659FD93L;
    int slot = (int) (hash >>> 40) & mask;
    long[] table = slots;
    while (true) {
      int base = slot << 2;
      if (table[base] == first && table[base + 1] == second) {
        table[base + 2] += count;
        return;
      }
      if (table[base] == 0) {
        table[base] = first;
        table[base + 1] = second;
        table[base + 2] = count;
        if (++used > mask >>> 1) {
          resize();
        }
        return;
      }
      slot = slot + 1 & mask;
    }
  }

  private void resize() {
    WordTable larger = new WordTable();
    int live = 0;
    for (int base = 0; base < slots.length; base += 4) {
      live += slots[base + 2] == 0 ? 0 : 1;
    }
    int size = Integer.highestOneBit(Math.max(live, FIRST_SLOTS >>> 2)) << 2;
    larger.slots = new long[size * 4];
    larger.mask = size - 1;
    for (int base = 0; base < slots.length; base += 4) {
      if (slots[base + 2] != 0) {
        larger.add(slots[base], slots[base + 1], slots[base + 2]);
      }
    }
    slots = larger.slots;
    mask = larger.mask;
    used = larger.used;
  }

  /** Adds all of another one with a sign, 1 or -1. */
  void addAll(WordTable other, int sign) {
    other.each((first, second, count) -> add(first, second, sign * count));
    other.longer.forEach(
        (word, count) -> {
          int[] sum = longer.computeIfAbsent(word, key -> new int[1]);
          sum[0] += sign * count[0];
          if (sum[0] == 0) {
            longer.remove(word);
          }
        });
  }

  private void each(Each each) {
    long[] table = slots;
    for (int base = 0; base < table.length; base += 4) {
      if (table[base + 2] != 0) {
        each.word(table[base], table[base + 1], table[base + 2]);
      }
    }
  }

  /** Sum of all counts. */
  long total() {
    long total = 0;
    for (int base = 2; base < slots.length; base += 4) {
      total += slots[base];
    }
    for (int[] count : longer.values()) {
      total += count[0];
    }
    return total;
  }

  /** All words whose count is not 0. */
  void forEach(ObjLongConsumer<String> action) {
    byte[] bytes = new byte[16];
    each(
        (first, second, count) -> {
          LONGS.set(bytes, 0, first);
          LONGS.set(bytes, 8, second);
          int length = 0;
          while (length < bytes.length && bytes[length] != 0) {
            length++;
          }
          action.accept(new String(bytes, 0, length, StandardCharsets.US_ASCII), count);
        });
    longer.forEach((word, count) -> action.accept(word, count[0]));
  }

  /** A table of its own with the words that are there, no larger than needed to be read. */
  WordTable packed() {
    WordTable packed = new WordTable();
    int live = 0;
    for (int base = 0; base < slots.length; base += 4) {
      live += slots[base + 2] == 0 ? 0 : 1;
    }
    packed.slots = new long[live * 4];
    int to = 0;
    for (int base = 0; base < slots.length; base += 4) {
      if (slots[base + 2] != 0) {
        System.arraycopy(slots, base, packed.slots, to, 4);
        to += 4;
      }
    }
    packed.mask = -1;
    packed.used = live;
    packed.longer.putAll(longer);
    return packed;
  }

  void clear() {
    Arrays.fill(slots, 0);
    longer.clear();
    used = 0;
  }
}
