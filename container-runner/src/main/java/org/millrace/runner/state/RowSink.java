package org.millrace.runner.state;

/** Where the items of a captured partition go. */
public interface RowSink {
  void writeLong(long value);

  /** A key or a value of the program; may be null. */
  void writeValue(Object value);

  /** An item ends here: what follows can be read without what was written. */
  void endItem();
}
