package org.millrace.api.streaming.receiver;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/**
 * Where a source is to be resumed after some records: all before it has been stored. Immutable;
 * equal when source and offset are.
 *
 * <p>A receiver that reads several sources, such as partitions or connections, names each of them.
 * The engine keeps the newest position of each name and never looks into an offset.
 */
public final class SourcePosition implements Serializable {
  private static final long serialVersionUID = 1L;

  /** What the name of the source and the offset may have together, in bytes. */
  public static final int MAX_BYTES = 1_024;

  private static final int NAME_BYTES_A_CHAR = 3;

  private final String source;
  private final byte[] offset;

  private SourcePosition(String source, byte[] offset) {
    this.source = Objects.requireNonNull(source, "source");
    this.offset = offset;
    if (source.isEmpty()) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE, "the source of a position has an empty name; give it any other");
    }
    if (source.length() * NAME_BYTES_A_CHAR + offset.length > MAX_BYTES) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          "a position has a source name of %d characters and an offset of %d bytes, expected at most %d bytes together (%d for each character); store a shorter one"
              .formatted(source.length(), offset.length, MAX_BYTES, NAME_BYTES_A_CHAR));
    }
  }

  /**
   * A position that is a number, such as the number of the next record.
   *
   * @param source name of the source within its receiver; not empty
   */
  public static SourcePosition of(String source, long offset) {
    return new SourcePosition(source, ByteBuffer.allocate(Long.BYTES).putLong(offset).array());
  }

  /**
   * A position in the source's own layout.
   *
   * @param source name of the source within its receiver; not empty
   * @param offset is copied
   */
  public static SourcePosition of(String source, byte[] offset) {
    return new SourcePosition(source, offset.clone());
  }

  /** Name of the source within its receiver. */
  public String source() {
    return source;
  }

  /**
   * The offset as a number.
   *
   * @throws MillraceException ILLEGAL_USE when it was not made of a number
   */
  public long offset() {
    if (offset.length != Long.BYTES) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          "the offset of source '%s' has %d bytes and is no number; ask for offsetBytes()"
              .formatted(source, offset.length));
    }
    return ByteBuffer.wrap(offset).getLong();
  }

  /** A copy of the offset's bytes; of a number the eight bytes, big-endian. */
  public byte[] offsetBytes() {
    return offset.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SourcePosition position
        && source.equals(position.source)
        && Arrays.equals(offset, position.offset);
  }

  @Override
  public int hashCode() {
    return 31 * source.hashCode() + Arrays.hashCode(offset);
  }

  @Override
  public String toString() {
    String where =
        offset.length == Long.BYTES ? Long.toString(offset()) : HexFormat.of().formatHex(offset);
    return "'" + source + "' at " + where;
  }
}
