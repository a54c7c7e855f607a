package org.millrace.runner.receive;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Finds line feeds in bytes, eight at a time. */
final class LineFeeds {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long LOW_SEVEN = 0x7F7F7F7F7F7F7F7FL;
  private static final long FEEDS = ONES * '\n';

  private LineFeeds() {}

  /** Line feeds in {@code [from, until)}. */
  static int count(byte[] bytes, int from, int until) {
    int count = 0;
    int at = from;
    for (; at <= until - Long.BYTES; at += Long.BYTES) {
      count += Long.bitCount(matches((long) LONGS.get(bytes, at)));
    }
    for (; at < until; at++) {
      if (bytes[at] == '\n') {
        count++;
      }
    }
    return count;
  }

  /** Index of the first line feed in {@code [from, until)}, -1 when there is none. */
  static int first(byte[] bytes, int from, int until) {
    int at = from;
    for (; at <= until - Long.BYTES; at += Long.BYTES) {
      long matches = matches((long) LONGS.get(bytes, at));
      if (matches != 0) {
        return at + Long.numberOfTrailingZeros(matches) / Byte.SIZE;
      }
    }
    for (; at < until; at++) {
      if (bytes[at] == '\n') {
        return at;
      }
    }
    return -1;
  }

  /** Index of the last line feed in {@code [from, until)}, -1 when there is none. */
  static int last(byte[] bytes, int from, int until) {
    for (int at = until - 1; at >= from; at--) {
      if (bytes[at] == '\n') {
        return at;
      }
    }
    return -1;
  }

  /** The highest bit of each byte that is a line feed; exact, no carry leaves a byte. */
  private static long matches(long eight) {
    long zeroWhereFeed = eight ^ FEEDS;
    return ~(((zeroWhereFeed & LOW_SEVEN) + LOW_SEVEN) | zeroWhereFeed | LOW_SEVEN);
  }
}
