package org.millrace.runner.block;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.streaming.receiver.SourcePosition;

/**
 * The position of a source in the header of a block. Numbers are big-endian.
 *
 * <pre>
 *   0          2                 2 + n
 *  +----------+-----------------+--------------------+
 *  | length n | name, UTF-8     | offset             |
 *  +----------+-----------------+--------------------+
 * </pre>
 */
public final class PositionLayout {
  private static final int NAME_LENGTH_BYTES = Short.BYTES;

  private PositionLayout() {}

  public static ByteBuffer encode(SourcePosition position) {
    byte[] name = position.source().getBytes(StandardCharsets.UTF_8);
    byte[] offset = position.offsetBytes();
    return ByteBuffer.allocate(NAME_LENGTH_BYTES + name.length + offset.length)
        .putShort((short) name.length)
        .put(name)
        .put(offset)
        .flip();
  }

  /**
   * Empty when there is no position.
   *
   * @throws MillraceException PROTOCOL_VIOLATION for bytes that are no position
   */
  public static Optional<SourcePosition> decode(ByteBuffer encoded) {
    ByteBuffer bytes = encoded.slice();
    if (!bytes.hasRemaining()) {
      return Optional.empty();
    }
    int length = bytes.remaining() < NAME_LENGTH_BYTES ? -1 : bytes.getShort();
    if (length < 0 || length > bytes.remaining()) {
      throw new MillraceException(
          ErrorCode.PROTOCOL_VIOLATION,
          "a source position of %d bytes has a name of %d bytes"
              .formatted(encoded.remaining(), length));
    }
    byte[] name = new byte[length];
    bytes.get(name);
    byte[] offset = new byte[bytes.remaining()];
    bytes.get(offset);
    return Optional.of(SourcePosition.of(new String(name, StandardCharsets.UTF_8), offset));
  }
}
