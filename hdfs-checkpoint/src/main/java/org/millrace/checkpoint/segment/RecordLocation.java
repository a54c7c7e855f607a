package org.millrace.checkpoint.segment;

import java.util.Objects;

/**
 * Where the payload of a durable record is. Immutable. It stays true when the directory of the log
 * gets another name.
 *
 * @param segment the name of the file in the directory of the log
 * @param offset of the first byte of the payload
 * @param length of the payload in bytes
 */
public record RecordLocation(String segment, long offset, int length) {

  public RecordLocation {
    Objects.requireNonNull(segment, "segment");
    if (offset < 0 || length < 0) {
      throw new IllegalArgumentException("offset is " + offset + ", length is " + length);
    }
  }

  /** The file, when the log is in this directory. */
  public String pathIn(String directory) {
    return directory + "/" + segment;
  }
}
