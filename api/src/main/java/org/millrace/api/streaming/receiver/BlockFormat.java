package org.millrace.api.streaming.receiver;

/** What the blocks of a receiver hold. */
public enum BlockFormat {
  /** Serialized objects, one for each stored record. */
  OBJECTS,
  /**
   * Lines of UTF-8 text, each ended by a line feed; the records are Strings without the line end
   * ({@code \n} or {@code \r\n}).
   */
  TEXT_LINES
}
