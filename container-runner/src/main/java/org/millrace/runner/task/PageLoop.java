package org.millrace.runner.task;

import java.util.Iterator;
import org.millrace.runner.codec.RecordReader;

/** Pushes the records of a page into a pipeline. */
interface PageLoop {
  /** Pushes {@code records[from, to)}. */
  void push(Object[] records, int from, int to, RecordConsumer head) throws Exception;

  /** Pushes at most {@code limit} records and returns how many. */
  int push(RecordReader reader, int limit, RecordConsumer head) throws Exception;

  /** Pushes at most {@code limit} records; false when the iterator is at its end. */
  boolean push(Iterator<?> records, int limit, RecordConsumer head) throws Exception;

  /**
   * Pushes the lines that end with a newline in {@code [from, to)} and begin before {@code stopAt},
   * without the newline and a carriage return before it.
   *
   * @return the number of lines in the high half, the position after the last of them in the low
   *     half
   */
  long pushLines(byte[] bytes, int from, int to, int stopAt, RecordConsumer head) throws Exception;

  /** {@link #pushLines} in bytes. */
  long pushTexts(byte[] bytes, int from, int to, int stopAt, TextConsumer head) throws Exception;

  /** Pushes at most {@code limit} records, pairs of text and number in bytes. */
  int pushPairs(RecordReader reader, int limit, TextPairConsumer pairs, RecordConsumer others)
      throws Exception;
}
