package org.millrace.runner.state;

/** The items of a captured partition as a {@link RowSink} got them. */
public interface RowSource {
  /** Whether there is another item. */
  boolean hasItem();

  long readLong();

  Object readValue();
}
