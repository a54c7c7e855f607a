package org.millrace.runner.receive;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.millrace.runner.block.BlockCodec;
import org.millrace.runner.block.BlockHeader;
import org.millrace.runner.block.BlockId;
import org.millrace.runner.block.BlockLayout;
import org.millrace.runner.block.BlockMemory;
import org.millrace.runner.block.StoredBlock;

/** A block of text lines: the bytes come in as they are, behind room for the header. */
final class LineBlock implements OpenBlock {
  private final BlockMemory memory;
  private final BlockPosition position;
  private final int payloadStart;
  private final long arrivalTimeMs;
  private byte[] bytes;
  private int size;
  private int lineCount;

  /** An empty block; {@code arrayBytes} have been reserved for it. */
  LineBlock(BlockMemory memory, int arrayBytes, BlockPosition position, long arrivalTimeMs) {
    this.memory = memory;
    this.position = position;
    this.payloadStart = BlockLayout.HEADER_BYTES + position.roomBytes();
    this.size = payloadStart;
    this.arrivalTimeMs = arrivalTimeMs;
    this.bytes = new byte[arrayBytes];
  }

  @Override
  public int recordCount() {
    return lineCount;
  }

  @Override
  public int usedBytes() {
    return size;
  }

  @Override
  public BlockPosition position() {
    return position;
  }

  int capacityBytes() {
    return bytes.length;
  }

  int roomBytes() {
    return bytes.length - size;
  }

  /** Appends whole lines; the caller has made sure that there is room. */
  void append(ByteBuffer lines, int length) {
    int start = size;
    lines.get(bytes, start, length);
    size = start + length;
    lineCount += LineFeeds.count(bytes, start, size);
  }

  /** Makes more room if memory can be had without waiting. */
  boolean tryGrow(int arrayBytes) {
    if (!memory.tryReserveReceived(arrayBytes)) {
      return false;
    }
    int before = bytes.length;
    byte[] larger = new byte[arrayBytes];
    System.arraycopy(bytes, 0, larger, 0, size);
    bytes = larger;
    memory.releaseReceived(before);
    return true;
  }

  @Override
  public StoredBlock seal(BlockId id) {
    int reserved = bytes.length;
    if (size < reserved / 2) {
      bytes = Arrays.copyOf(bytes, size);
      memory.releaseReceived(reserved - bytes.length);
    }
    BlockHeader header =
        new BlockHeader(id, BlockCodec.TEXT_LINES, lineCount, arrivalTimeMs, position.encoded());
    ByteBuffer payload = ByteBuffer.wrap(bytes).position(payloadStart).limit(size);
    return new StoredBlock(id, lineCount, BlockLayout.encodeInPlace(header, payload), bytes.length);
  }

  @Override
  public void discard() {
    memory.releaseReceived(bytes.length);
  }
}
