package org.millrace.checkpoint.files;

import java.util.Objects;

/**
 * What a directory says about one of its entries. Immutable.
 *
 * @param path the full path with its scheme, fit for every method of {@link DurableFiles}
 * @param lengthBytes the length at the last block or close; a file that is still being written may
 *     already read further; 0 for a directory
 * @param modificationTimeMs when the content last changed, in milliseconds since the epoch; of a
 *     directory when an entry last came or went, 0 where the file system does not keep that
 */
public record FileStatus(
    String path, long lengthBytes, long modificationTimeMs, boolean directory) {

  public FileStatus {
    Objects.requireNonNull(path, "path");
    if (lengthBytes < 0) {
      throw new IllegalArgumentException("lengthBytes of " + path + " is " + lengthBytes);
    }
  }

  /** The last part of the path. */
  public String name() {
    return path.substring(path.lastIndexOf('/') + 1);
  }
}
