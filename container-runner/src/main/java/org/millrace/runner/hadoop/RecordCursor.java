package org.millrace.runner.hadoop;

import java.io.Closeable;

/**
 * The records of a split, one after the other; each is an object of its own. All methods may block.
 * Used by one thread at a time.
 */
public interface RecordCursor extends Closeable {
  /**
   * Goes on to the next record; false at the end.
   *
   * @throws Exception what the format throws
   */
  boolean next() throws Exception;

  /** The record that {@link #next} went to. */
  Object record();

  /** About how much memory that record takes; a guess for classes that do not say. */
  long sizeBytes();
}
