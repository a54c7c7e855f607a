package org.millrace.runner.task;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import org.millrace.runner.codec.NumberForm;
import org.millrace.runner.codec.RecordReader;

/** The loops that push the records of a page into a pipeline; a hidden class like the operators. */
final class SourceKernel implements PageLoop {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long NEWLINES = 0x0a0a0a0a0a0a0a0aL;
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGHS = 0x8080808080808080L;

  @Override
  public void push(Object[] records, int from, int to, RecordConsumer head) throws Exception {
    for (int i = from; i < to; i++) {
      head.accept(records[i]);
    }
  }

  @Override
  public int push(RecordReader reader, int limit, RecordConsumer head) throws Exception {
    int pushed = 0;
    while (pushed < limit && reader.hasNext()) {
      head.accept(reader.next());
      pushed++;
    }
    return pushed;
  }

  @Override
  public boolean push(Iterator<?> records, int limit, RecordConsumer head) throws Exception {
    for (int pushed = 0; pushed < limit; pushed++) {
      if (!records.hasNext()) {
        return false;
      }
      head.accept(records.next());
    }
    return records.hasNext();
  }

  @Override
  public long pushLines(byte[] bytes, int from, int to, int stopAt, RecordConsumer head)
      throws Exception {
    int start = from;
    int lines = 0;
    while (start < stopAt) {
      int end = newline(bytes, start, to);
      if (end < 0) {
        break;
      }
      head.accept(line(bytes, start, end));
      lines++;
      start = end + 1;
    }
    return ((long) lines << 32) | start;
  }

  @Override
  public long pushTexts(byte[] bytes, int from, int to, int stopAt, TextConsumer head)
      throws Exception {
    int start = from;
    int lines = 0;
    while (start < stopAt) {
      int end = newline(bytes, start, to);
      if (end < 0) {
        break;
      }
      head.accept(bytes, start, end > start && bytes[end - 1] == '\r' ? end - 1 : end);
      lines++;
      start = end + 1;
    }
    return ((long) lines << 32) | start;
  }

  @Override
  public int pushPairs(
      RecordReader reader, int limit, TextPairConsumer pairs, RecordConsumer others)
      throws Exception {
    int pushed = 0;
    while (pushed < limit && reader.hasNext()) {
      NumberForm form = reader.nextPairOrNull();
      if (form != null) {
        pairs.accept(
            reader.keyBytes(), reader.keyFrom(), reader.keyTo(), form, reader.numberBits());
      } else {
        others.accept(reader.next());
      }
      pushed++;
    }
    return pushed;
  }

  private static String line(byte[] bytes, int start, int newline) {
    int end = newline > start && bytes[newline - 1] == '\r' ? newline - 1 : newline;
    // The constructor copies bytes that are all ASCII without decoding them.
    return new String(bytes, start, end - start, StandardCharsets.UTF_8);
  }

  /** Position of the first newline in [from, to), or -1; eight bytes at a time. */
  private static int newline(byte[] bytes, int from, int to) {
    int i = from;
    for (; i <= to - Long.BYTES; i += Long.BYTES) {
      long word = (long) LONGS.get(bytes, i) ^ NEWLINES;
      long zeros = (word - ONES) & ~word & HIGHS;
      if (zeros != 0) {
        return i + (Long.numberOfTrailingZeros(zeros) >>> 3);
      }
    }
    for (; i < to; i++) {
      if (bytes[i] == '\n') {
        return i;
      }
    }
    return -1;
  }
}
