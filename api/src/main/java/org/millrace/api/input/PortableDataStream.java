package org.millrace.api.input;

import java.io.DataInputStream;

/**
 * A file that is opened where it is used: on an executor, or in the driver after a collect.
 * Immutable and thread-safe; only the path travels, so the file must stay until it was read.
 */
public interface PortableDataStream {
  /**
   * Opens the file from its beginning, each time anew; the caller closes it.
   *
   * @throws org.millrace.api.error.MillraceException INPUT_UNAVAILABLE when it cannot be opened
   */
  DataInputStream open();

  /**
   * All bytes of the file.
   *
   * @throws org.millrace.api.error.MillraceException INPUT_UNAVAILABLE when it cannot be read,
   *     RECORD_TOO_LARGE when it does not fit into an array
   */
  byte[] toArray();

  /** The file as a URI. */
  String getPath();
}
