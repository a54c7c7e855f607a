package org.millrace.runner.task;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.millrace.api.transparent.Words;

/**
 * The words of a text, to {@link #next}. A word's end is found in its first sixteen bytes at once,
 * and they go on with it: a table needs them.
 */
final class WordsOperator extends TextOperator {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  @Override
  public void accept(byte[] bytes, int from, int to) throws Exception {
    int start = from;
    while (start < to) {
      start = word(bytes, start, to) + 1;
    }
  }

  /** Hands on the word that begins here, if one does, and returns the white space behind it. */
  private int word(byte[] bytes, int start, int to) throws Exception {
    if (start > bytes.length - 2 * Long.BYTES) {
      return other(bytes, start, to);
    }
    long first = (long) LONGS.get(bytes, start);
    long second = 0;
    long low = ByteSearch.upToSpace(first);
    int length = Long.numberOfTrailingZeros(low) >>> 3;
    if (low != 0 || to - start <= Long.BYTES) {
      length = Math.min(to - start, length);
      first = upTo(length, first);
    } else {
      second = (long) LONGS.get(bytes, start + Long.BYTES);
      int more = Long.numberOfTrailingZeros(ByteSearch.upToSpace(second)) >>> 3;
      length = Math.min(to - start, Long.BYTES + more);
      second = upTo(length - Long.BYTES, second);
    }
    int end = start + length;
    if (end < to && !Words.isSpace(bytes[end])) {
      return other(bytes, start, to);
    }
    if (length > 0) {
      next.accept(bytes, start, end, first, second);
    }
    return end;
  }

  /** The first bytes of a word, eight at most; zeros for the others. */
  private static long upTo(int length, long word) {
    return length == Long.BYTES ? word : word & ((1L << (length << 3)) - 1);
  }

  /** Words of more than sixteen bytes, with control characters or at the end of the array. */
  private int other(byte[] bytes, int start, int to) throws Exception {
    if (Words.isSpace(bytes[start])) {
      return start;
    }
    int end = ByteSearch.wordEnd(bytes, start, to);
    next.accept(bytes, start, end);
    return end;
  }
}
