package org.millrace.runner.receive;

import java.nio.ByteBuffer;
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
  private final long arrivalTimeMs;
  private long reservedBytes;

  /** An empty block; {@code reservedBytes} have been reserved for it. */
  RecordBlock(BlockMemory memory, RecordWriter writer, long reservedBytes, long arrivalTimeMs) {
    this.memory = memory;
    this.writer = writer;
    this.reservedBytes = reservedBytes;
    this.arrivalTimeMs = arrivalTimeMs;
  }

  @Override
  public int recordCount() {
    return writer.recordCount();
  }

  @Override
  public int usedBytes() {
    return BlockLayout.HEADER_BYTES + writer.sizeBytes();
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
    ByteBuffer payload = writer.takeBytes(BlockLayout.HEADER_BYTES);
    BlockHeader header =
        new BlockHeader(id, BlockCodec.RECORDS, count, arrivalTimeMs, ByteBuffer.allocate(0));
    ByteBuffer encoded = BlockLayout.encodeInPlace(header, payload);
    memory.releaseReceived(reservedBytes - encoded.remaining());
    return new StoredBlock(id, count, encoded, encoded.remaining());
  }

  @Override
  public void discard() {
    memory.releaseReceived(reservedBytes);
  }
}
