package org.millrace.api.graph;

import java.util.List;
import java.util.Objects;

/**
 * A part of a file.
 *
 * @param path the file, as a path or URI that the engine's file system understands
 * @param offset first byte of the part
 * @param lengthBytes how many bytes the part has
 * @param modificationTimeMs when the file was last changed as it was listed, in milliseconds since
 *     1970; a reader that finds another time fails
 * @param hosts where the bytes are, best first; may be empty
 */
public record FileSplit(
    String path, long offset, long lengthBytes, long modificationTimeMs, List<String> hosts) {
  /** Checks the bounds and copies the hosts. */
  public FileSplit {
    Objects.requireNonNull(path, "path");
    hosts = List.copyOf(hosts);
    if (offset < 0 || lengthBytes < 0) {
      throw new IllegalArgumentException(
          "offset " + offset + " and length " + lengthBytes + " of " + path + " are no split");
    }
  }
}
