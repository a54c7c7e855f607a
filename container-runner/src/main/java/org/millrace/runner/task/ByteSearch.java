package org.millrace.runner.task;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.millrace.api.transparent.Words;

/**
 * Looks for bytes, eight at a time. Each method is small, so that it is compiled well by itself.
 */
final class ByteSearch {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGHS = 0x8080808080808080L;
  private static final long QUOTES = '"' * ONES;
  private static final long BACKSLASHES = '\\' * ONES;
  private static final long ABOVE_SPACE = (' ' + 1) * ONES;

  private ByteSearch() {}

  /**
   * The first position of {@code value}, which is ASCII, in [from, to); -1 when it is not there.
   */
  static int indexOf(byte[] bytes, int from, int to, byte value) {
    long wanted = value * ONES;
    int i = from;
    for (; i <= to - Long.BYTES; i += Long.BYTES) {
      long word = (long) LONGS.get(bytes, i) ^ wanted;
      long zeros = (word - ONES) & ~word & HIGHS;
      if (zeros != 0) {
        return i + (Long.numberOfTrailingZeros(zeros) >>> 3);
      }
    }
    for (; i < to; i++) {
      if (bytes[i] == value) {
        return i;
      }
    }
    return -1;
  }

  /** Where {@code part}, which is not empty, begins first in [from, to); -1 when it does not. */
  static int indexOf(byte[] bytes, int from, int to, byte[] part) {
    if (part.length == 1 && part[0] >= 0) {
      return indexOf(bytes, from, to, part[0]);
    }
    if (part.length == 1) {
      return part.length <= to - from ? slowIndexOf(bytes, from, to, part) : -1;
    }
    long first = (part[0] & 0xffL) * ONES;
    long second = (part[1] & 0xffL) * ONES;
    int i = from;
    // Nine bytes are read for eight places.
    for (; i < to - Long.BYTES; i += Long.BYTES) {
      long word = ((long) LONGS.get(bytes, i) ^ first) | ((long) LONGS.get(bytes, i + 1) ^ second);
      long zeros = (word - ONES) & ~word & HIGHS;
      if (zeros != 0) {
        int found = firstOf(bytes, i, to, part, zeros);
        if (found >= 0) {
          return found;
        }
      }
    }
    return slowIndexOf(bytes, i, to, part);
  }

  private static int firstOf(byte[] bytes, int from, int to, byte[] part, long places) {
    for (long rest = places; rest != 0; rest &= rest - 1) {
      int at = from + (Long.numberOfTrailingZeros(rest) >>> 3);
      if (isAt(bytes, at, to, part)) {
        return at;
      }
    }
    return -1;
  }

  private static int slowIndexOf(byte[] bytes, int from, int to, byte[] part) {
    for (int at = from; at <= to - part.length; at++) {
      if (isAt(bytes, at, to, part)) {
        return at;
      }
    }
    return -1;
  }

  /** Whether {@code part} is at a place of [.., to). */
  static boolean isAt(byte[] bytes, int at, int to, byte[] part) {
    return part.length <= to - at
        && Arrays.equals(bytes, at, at + part.length, part, 0, part.length);
  }

  /** The first quote or backslash in [from, to); {@code to} when there is none. */
  static int quoteOrBackslash(byte[] bytes, int from, int to) {
    int i = from;
    for (; i <= to - Long.BYTES; i += Long.BYTES) {
      long word = (long) LONGS.get(bytes, i);
      long quote = word ^ QUOTES;
      long backslash = word ^ BACKSLASHES;
      long zeros = (((quote - ONES) & ~quote) | ((backslash - ONES) & ~backslash)) & HIGHS;
      if (zeros != 0) {
        return i + (Long.numberOfTrailingZeros(zeros) >>> 3);
      }
    }
    while (i < to && bytes[i] != '"' && bytes[i] != '\\') {
      i++;
    }
    return i;
  }

  /** The highest bit of the first of eight bytes that is a space or lower; 0 without one. */
  static long upToSpace(long word) {
    return (word - ABOVE_SPACE) & ~word & HIGHS;
  }

  /** The first white space, as {@link Words} has it, in [from, to); {@code to} without one. */
  static int wordEnd(byte[] bytes, int from, int to) {
    int i = from;
    for (; i < to && i <= bytes.length - Long.BYTES; i += Long.BYTES) {
      long word = (long) LONGS.get(bytes, i);
      long low = upToSpace(word);
      while (low != 0) {
        int at = i + (Long.numberOfTrailingZeros(low) >>> 3);
        if (at >= to || Words.isSpace(bytes[at])) {
          return Math.min(at, to);
        }
        low &= low - 1;
      }
    }
    while (i < to && !Words.isSpace(bytes[i])) {
      i++;
    }
    return Math.min(i, to);
  }
}
