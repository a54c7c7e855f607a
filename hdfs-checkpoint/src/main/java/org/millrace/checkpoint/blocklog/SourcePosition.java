package org.millrace.checkpoint.blocklog;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * Where a source is to be resumed. Immutable, as long as nobody changes the bytes.
 *
 * @param source which source, 1 to 1024 bytes in UTF-8
 * @param position in the source's own layout, at most 64 KiB
 */
public record SourcePosition(String source, ByteBuffer position) {

  static final int MAX_SOURCE_BYTES = 1024;
  static final int MAX_POSITION_BYTES = 64 << 10;

  public SourcePosition {
    Objects.requireNonNull(source, "source");
    position = position.slice().asReadOnlyBuffer();
    int sourceBytes = source.getBytes(StandardCharsets.UTF_8).length;
    if (sourceBytes < 1 || sourceBytes > MAX_SOURCE_BYTES) {
      throw new IllegalArgumentException(
          "the id of a source has %d bytes, expected 1 to %d"
              .formatted(sourceBytes, MAX_SOURCE_BYTES));
    }
    if (position.remaining() > MAX_POSITION_BYTES) {
      throw new IllegalArgumentException(
          "the position of source %s has %d bytes, at most %d"
              .formatted(source, position.remaining(), MAX_POSITION_BYTES));
    }
  }
}
