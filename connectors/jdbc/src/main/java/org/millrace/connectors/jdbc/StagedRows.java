package org.millrace.connectors.jdbc;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What an attempt has staged: its message to the committer.
 *
 * <pre>
 *   0  int8    version, 1
 *   1  int64   number of rows
 *   9  UTF-8   name of the attempt
 * </pre>
 */
record StagedRows(String attempt, long rows) {
  private static final byte VERSION = 1;

  byte[] encode() {
    byte[] name = attempt.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(1 + Long.BYTES + name.length)
        .put(VERSION)
        .putLong(rows)
        .put(name)
        .array();
  }

  static StagedRows decode(byte[] message) {
    ByteBuffer bytes = ByteBuffer.wrap(message);
    byte version = bytes.get();
    if (version != VERSION) {
      throw new IllegalArgumentException(
          "staged rows of version "
              + version
              + ", this connector knows "
              + VERSION
              + "; use the connector that wrote them, or a later one");
    }
    long rows = bytes.getLong();
    byte[] name = new byte[bytes.remaining()];
    bytes.get(name);
    return new StagedRows(new String(name, StandardCharsets.UTF_8), rows);
  }
}
