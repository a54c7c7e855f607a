package org.millrace.checkpoint.log;

import java.util.Objects;

/**
 * Bytes of one file as it was at its modification time. Immutable.
 *
 * @param modificationTimeMs in milliseconds since the epoch; a file with another time is not the
 *     one that was cut
 */
public record FileRange(String path, long offset, long lengthBytes, long modificationTimeMs) {

  public FileRange {
    Objects.requireNonNull(path, "path");
    if (offset < 0 || lengthBytes < 0) {
      throw new IllegalArgumentException(
          "Range of %s is at %d with %d bytes".formatted(path, offset, lengthBytes));
    }
  }
}
