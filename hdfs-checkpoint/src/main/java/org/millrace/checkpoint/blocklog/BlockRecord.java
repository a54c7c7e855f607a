package org.millrace.checkpoint.blocklog;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.segment.SegmentLabel;

/**
 * The payload of a record, as docs/format/block-log.md draws it.
 *
 * <pre>
 *  stream:8 sequence:8 arrival:8 records:4 compression:1 0:1 S:2 P:4 length:4 source:S position:P block
 * </pre>
 */
final class BlockRecord {

  static final int FIXED_BYTES = 40;

  /** Most bytes of a block before compression: what one record may have. */
  static final int MAX_BLOCK_BYTES = 64 << 20;

  private static final int MAGIC = 0x4d52424c;
  private static final int VERSION = 1;
  private static final int COMPRESSION_AT = 28;
  private static final int SOURCE_BYTES_AT = 30;
  private static final int POSITION_BYTES_AT = 32;
  private static final int BLOCK_BYTES_AT = 36;

  private BlockRecord() {}

  static SegmentLabel label(long executor) {
    return new SegmentLabel(MAGIC, VERSION, executor, new byte[0]);
  }

  /** What goes in front of the block. */
  static ByteBuffer head(PackedBlock packed) {
    ReceivedBlock block = packed.block();
    byte[] source =
        block
            .position()
            .map(at -> at.source().getBytes(StandardCharsets.UTF_8))
            .orElse(new byte[0]);
    ByteBuffer position =
        block.position().map(at -> at.position().duplicate()).orElse(ByteBuffer.allocate(0));
    ByteBuffer head =
        ByteBuffer.allocate(FIXED_BYTES + source.length + position.remaining())
            .putLong(block.stream())
            .putLong(block.sequence())
            .putLong(block.arrivalTimeMs())
            .putInt(block.recordCount())
            .put(packed.compression().id())
            .put((byte) 0)
            .putShort((short) source.length)
            .putInt(position.remaining())
            .putInt(block.bytes().remaining());
    return head.put(source).put(position).flip();
  }

  /** The bytes in front of the block, told by the fixed ones. */
  static int headBytes(ByteBuffer payload, int payloadBytes) {
    if (payloadBytes >= FIXED_BYTES && payload.remaining() >= FIXED_BYTES) {
      int at = payload.position();
      int sourceBytes = Short.toUnsignedInt(payload.getShort(at + SOURCE_BYTES_AT));
      int positionBytes = payload.getInt(at + POSITION_BYTES_AT);
      int blockBytes = payload.getInt(at + BLOCK_BYTES_AT);
      if (sourceBytes <= SourcePosition.MAX_SOURCE_BYTES
          && positionBytes >= 0
          && positionBytes <= SourcePosition.MAX_POSITION_BYTES
          && isStoredIn(
              payloadBytes - FIXED_BYTES - sourceBytes - positionBytes,
              blockBytes,
              payload.getShort(at + COMPRESSION_AT))) {
        return FIXED_BYTES + sourceBytes + positionBytes;
      }
    }
    throw malformed("a record of %d bytes".formatted(payloadBytes));
  }

  /**
   * Whether a block can stand in so many bytes; compression is worth something, else it is none.
   */
  private static boolean isStoredIn(int storedBytes, int blockBytes, short compressionAndZero) {
    if (compressionAndZero == 0) {
      return storedBytes == blockBytes;
    }
    return (compressionAndZero & 0xff) == 0
        && BlockCompression.withId((byte) (compressionAndZero >>> 8)).isPresent()
        && storedBytes > 0
        && storedBytes < blockBytes
        && blockBytes <= MAX_BLOCK_BYTES;
  }

  /** Reads a whole record. */
  static ReceivedBlock read(ByteBuffer payload) {
    ReceivedBlock stored = decode(payload, payload.remaining());
    BlockCompression compression =
        BlockCompression.withId(payload.get(payload.position() + COMPRESSION_AT)).orElseThrow();
    return compression == BlockCompression.NONE
        ? stored
        : new ReceivedBlock(
            stored.stream(),
            stored.sequence(),
            stored.arrivalTimeMs(),
            stored.recordCount(),
            stored.position(),
            compression.decompress(
                stored.bytes(), payload.getInt(payload.position() + BLOCK_BYTES_AT)));
  }

  /**
   * Reads all but the block, whose bytes stay as they are stored.
   *
   * @param payload at least what {@link #headBytes} says; the bytes of the block are what it has
   *     behind that
   */
  static ReceivedBlock decode(ByteBuffer payload, int payloadBytes) {
    int headBytes = headBytes(payload, payloadBytes);
    ByteBuffer bytes = payload.slice();
    long stream = bytes.getLong();
    long sequence = bytes.getLong();
    long arrivalTimeMs = bytes.getLong();
    int recordCount = bytes.getInt();
    byte[] source = new byte[Short.toUnsignedInt(bytes.getShort(SOURCE_BYTES_AT))];
    if (sequence < 0 || recordCount < 0) {
      throw malformed("sequence %d with %d records".formatted(sequence, recordCount));
    }
    bytes.position(FIXED_BYTES).get(source);
    ByteBuffer position = bytes.slice(bytes.position(), headBytes - bytes.position());
    return new ReceivedBlock(
        stream,
        sequence,
        arrivalTimeMs,
        recordCount,
        source.length == 0
            ? Optional.empty()
            : Optional.of(new SourcePosition(new String(source, StandardCharsets.UTF_8), position)),
        bytes.position(headBytes).slice());
  }

  private static MillraceException malformed(String what) {
    return new MillraceException(
        ErrorCode.CORRUPT_LOG,
        "A block log holds what this version does not know, or what is damaged: " + what);
  }
}
