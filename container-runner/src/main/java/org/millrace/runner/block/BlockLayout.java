package org.millrace.runner.block;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.streaming.receiver.SourcePosition;

/**
 * The bytes of a block: the same in memory, on the replica, in the log and on the wire. All numbers
 * are big-endian.
 *
 * <pre>
 *   0              4              8    9    10        12             16
 *  +--------------+--------------+----+----+---------+--------------+
 *  | magic "MLBK" | CRC-32C of   |ver-|co- | source  | record count |
 *  |              | all from 8   |sion|dec | pos len |              |
 *  +--------------+--------------+----+----+---------+--------------+
 *  16             20             24                                32
 *  +--------------+--------------+-------------------------------+
 *  | payload len  | 0            | stream id                     |
 *  +--------------+--------------+-------------------------------+
 *  32                            40                              48
 *  +-----------------------------+-------------------------------+
 *  | sequence                    | arrival time, ms since 1970   |
 *  +-----------------------------+-------------------------------+
 *  48
 *  +--------------------------+----------------------------------+
 *  | source position          | payload                          |
 *  | 0 to 4096 bytes          | 0 to 48 MiB                      |
 *  +--------------------------+----------------------------------+
 * </pre>
 *
 * The source position stands before the payload, so that a buffer which left room in front of its
 * records becomes a block in place. Specified in {@code docs/format/block.md}.
 */
public final class BlockLayout {
  /** Bytes before the source position. */
  public static final int HEADER_BYTES = 48;

  public static final int MAX_SOURCE_POSITION_BYTES = 4096;
  public static final int MAX_PAYLOAD_BYTES = 48 << 20;

  static final int MAGIC = 0x4D4C424B;
  static final byte VERSION = 1;

  private static final int CRC_AT = 4;
  private static final int CHECKED_FROM = 8;
  private static final int VERSION_AT = 8;
  private static final int CODEC_AT = 9;
  private static final int SOURCE_POSITION_LENGTH_AT = 10;
  private static final int RECORD_COUNT_AT = 12;
  private static final int PAYLOAD_LENGTH_AT = 16;
  private static final int RESERVED_AT = 20;
  private static final int STREAM_AT = 24;
  private static final int SEQUENCE_AT = 32;
  private static final int ARRIVAL_AT = 40;

  private BlockLayout() {}

  /** Bytes that {@link #encodeInPlace} needs in front of the payload. */
  public static int roomFor(BlockHeader header) {
    return HEADER_BYTES + header.sourcePosition().remaining();
  }

  /**
   * Writes the header in front of the payload, without moving the payload.
   *
   * @param area the payload from position to limit, with {@link #roomFor} bytes before the position
   *     that nobody uses
   * @return the block, from position to limit, in the memory of {@code area}
   */
  public static ByteBuffer encodeInPlace(BlockHeader header, ByteBuffer area) {
    int payloadLength = area.remaining();
    int start = area.position() - roomFor(header);
    if (start < 0) {
      throw new IllegalArgumentException(
          "%d bytes in front of the payload of %s, expected at least %d"
              .formatted(area.position(), header.id(), roomFor(header)));
    }
    if (payloadLength > MAX_PAYLOAD_BYTES) {
      throw new IllegalArgumentException(
          "the payload of %s has %d bytes, expected at most %d"
              .formatted(header.id(), payloadLength, MAX_PAYLOAD_BYTES));
    }
    ByteBuffer block = area.duplicate().order(ByteOrder.BIG_ENDIAN).position(start).slice();
    ByteBuffer sourcePosition = header.sourcePosition();
    block.putInt(0, MAGIC);
    block.put(VERSION_AT, VERSION);
    block.put(CODEC_AT, (byte) header.codec().number());
    block.putShort(SOURCE_POSITION_LENGTH_AT, (short) sourcePosition.remaining());
    block.putInt(RECORD_COUNT_AT, header.recordCount());
    block.putInt(PAYLOAD_LENGTH_AT, payloadLength);
    block.putInt(RESERVED_AT, 0);
    block.putLong(STREAM_AT, header.id().streamId());
    block.putLong(SEQUENCE_AT, header.id().sequence());
    block.putLong(ARRIVAL_AT, header.arrivalTimeMs());
    block.position(HEADER_BYTES).put(sourcePosition).position(0);
    block.putInt(CRC_AT, checksum(block));
    return block;
  }

  /**
   * Reads a block that came from elsewhere and checks all of it. The payload is a view.
   *
   * @throws MillraceException PROTOCOL_VIOLATION when the bytes are not exactly one whole block
   */
  public static Block decode(ByteBuffer encoded) {
    Block block = view(encoded);
    ByteBuffer bytes = encoded.slice();
    int expected = bytes.getInt(CRC_AT);
    int actual = checksum(bytes);
    if (expected != actual) {
      throw malformed(
          "%s has the CRC-32C %08x, expected %08x: it was damaged on its way"
              .formatted(block.id(), actual, expected));
    }
    return block;
  }

  /** Like {@link #decode}, for bytes that were checked before: the checksum is not computed. */
  static Block view(ByteBuffer encoded) {
    ByteBuffer bytes = encoded.slice();
    BlockHeader header = header(bytes);
    ByteBuffer payload = bytes.position(roomFor(header)).slice();
    return new Block(
        header.id(), header.codec(), header.recordCount(), header.arrivalTimeMs(), payload);
  }

  /** Where the source of the block's records is to be resumed behind them; may have none. */
  public static Optional<SourcePosition> position(ByteBuffer encoded) {
    return PositionLayout.decode(header(encoded).sourcePosition());
  }

  /**
   * Reads the header; all lengths are checked against the bytes that are there.
   *
   * @throws MillraceException PROTOCOL_VIOLATION when they do not fit
   */
  public static BlockHeader header(ByteBuffer encoded) {
    ByteBuffer bytes = encoded.slice();
    int length = bytes.remaining();
    if (length < HEADER_BYTES) {
      throw malformed("a block of %d bytes, expected at least %d".formatted(length, HEADER_BYTES));
    }
    if (bytes.getInt(0) != MAGIC || bytes.get(VERSION_AT) != VERSION) {
      throw malformed(
          "a block begins with %08x and version %d, expected %08x and version %d"
              .formatted(bytes.getInt(0), bytes.get(VERSION_AT), MAGIC, VERSION));
    }
    int positionLength = Short.toUnsignedInt(bytes.getShort(SOURCE_POSITION_LENGTH_AT));
    int payloadLength = bytes.getInt(PAYLOAD_LENGTH_AT);
    if (positionLength > MAX_SOURCE_POSITION_BYTES
        || payloadLength < 0
        || payloadLength > MAX_PAYLOAD_BYTES
        || HEADER_BYTES + positionLength + payloadLength != length) {
      throw malformed(
          "a block of %d bytes says that it has a source position of %d and a payload of %d bytes"
              .formatted(length, positionLength, payloadLength));
    }
    int recordCount = bytes.getInt(RECORD_COUNT_AT);
    long sequence = bytes.getLong(SEQUENCE_AT);
    if (recordCount < 0 || sequence < 0 || bytes.getInt(RESERVED_AT) != 0) {
      throw malformed(
          "a block says that it has the sequence %d and %d records, expected 0 or more"
              .formatted(sequence, recordCount));
    }
    return new BlockHeader(
        new BlockId(bytes.getLong(STREAM_AT), sequence),
        codec(bytes.get(CODEC_AT)),
        recordCount,
        bytes.getLong(ARRIVAL_AT),
        bytes.slice(HEADER_BYTES, positionLength));
  }

  private static BlockCodec codec(int number) {
    for (BlockCodec codec : BlockCodec.values()) {
      if (codec.number() == number) {
        return codec;
      }
    }
    throw malformed("a block has the codec " + number + ", which this version does not know");
  }

  private static int checksum(ByteBuffer block) {
    CRC32C crc = new CRC32C();
    crc.update(block.duplicate().position(CHECKED_FROM));
    return (int) crc.getValue();
  }

  private static MillraceException malformed(String message) {
    return new MillraceException(ErrorCode.PROTOCOL_VIOLATION, message);
  }
}
