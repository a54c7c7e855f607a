package org.millrace.runner.receive;

import java.nio.ByteBuffer;
import java.util.List;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.runner.block.BlockCodec;
import org.millrace.runner.block.BlockHeader;
import org.millrace.runner.block.BlockId;
import org.millrace.runner.block.BlockLayout;
import org.millrace.runner.block.BlockMemory;
import org.millrace.runner.block.StoredBlock;
import org.millrace.runner.codec.RecordWriter;

/** A block of objects, encoded when they are stored. */
final class RecordBlock implements OpenBlock {
  /** A growing page is at most twice as large as its content. */
  private static final int PAGE_FACTOR = 2;

  private final BlockMemory memory;
  private final RecordWriter writer;
  private final BlockPosition position;
  private final long arrivalTimeMs;
  private long reservedBytes;

  /** An empty block; {@code reservedBytes} have been reserved for it. */
  RecordBlock(
      BlockMemory memory,
      RecordWriter writer,
      long reservedBytes,
      BlockPosition position,
      long arrivalTimeMs) {
    this.memory = memory;
    this.writer = writer;
    this.position = position;
    this.reservedBytes = reservedBytes;
    this.arrivalTimeMs = arrivalTimeMs;
  }

  @Override
  public int recordCount() {
    return writer.recordCount();
  }

  @Override
  public int usedBytes() {
    return BlockLayout.HEADER_BYTES + position.roomBytes() + writer.sizeBytes();
  }

  @Override
  public BlockPosition position() {
    return position;
  }

  /**
   * Appends records that belong together; when one cannot be encoded the block is as it was.
   *
   * @return false when there is no memory to append more, or no room: the block should be cut
   */
  boolean appendAll(List<?> records) {
    RecordWriter.Mark before = writer.mark();
    try {
      boolean room = true;
      for (Object record : records) {
        room &= append(record);
        requireRoom();
      }
      return room;
    } catch (RuntimeException | Error e) {
      writer.rollBack(before);
      throw e;
    }
  }

  private void requireRoom() {
    if (writer.sizeBytes() > BlockLayout.MAX_PAYLOAD_BYTES) {
      throw new MillraceException(
          ErrorCode.RECORD_TOO_LARGE,
          "records with one position have more than %d bytes; store fewer of them with each position"
              .formatted(BlockLayout.MAX_PAYLOAD_BYTES));
    }
  }

  /**
   * Appends a record.
   *
   * @return false when there is no memory to append more: the block should be cut
   */
  boolean append(Object record) {
    writer.write(record);
    long missing = (long) usedBytes() * PAGE_FACTOR - reservedBytes;
    if (missing <= 0) {
      return true;
    }
    long more = Math.max(missing, reservedBytes);
    if (memory.tryReserveReceived(more)) {
      reservedBytes += more;
      return true;
    }
    memory.overdrawReceived(missing);
    reservedBytes += missing;
    return false;
  }

  @Override
  public StoredBlock seal(BlockId id) {
    int count = writer.recordCount();
    ByteBuffer encodedPosition = position.encoded();
    ByteBuffer payload = writer.takeBytes(BlockLayout.HEADER_BYTES + encodedPosition.remaining());
    BlockHeader header =
        new BlockHeader(id, BlockCodec.RECORDS, count, arrivalTimeMs, encodedPosition);
    ByteBuffer encoded = BlockLayout.encodeInPlace(header, payload);
    memory.releaseReceived(reservedBytes - encoded.remaining());
    return new StoredBlock(id, count, encoded, encoded.remaining());
  }

  @Override
  public void discard() {
    memory.releaseReceived(reservedBytes);
  }
}
