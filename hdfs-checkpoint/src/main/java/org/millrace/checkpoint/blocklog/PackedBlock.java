package org.millrace.checkpoint.blocklog;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A block with its bytes as they are to stand in the log. Immutable, as long as nobody changes the
 * bytes. Made before it comes to the loop of the log, because compression takes time.
 */
public final class PackedBlock {
  private final ReceivedBlock block;
  private final BlockCompression compression;
  private final ByteBuffer stored;

  private PackedBlock(ReceivedBlock block, BlockCompression compression, ByteBuffer stored) {
    this.block = block;
    this.compression = compression;
    this.stored = stored;
  }

  /** Compresses a block; leaves it as it is when that saves little. May be called on any thread. */
  public static PackedBlock of(ReceivedBlock block, BlockCompression compression) {
    Optional<ByteBuffer> compressed = compression.compress(block.bytes());
    return compressed.isPresent()
        ? new PackedBlock(block, compression, compressed.get())
        : new PackedBlock(block, BlockCompression.NONE, block.bytes());
  }

  ReceivedBlock block() {
    return block;
  }

  BlockCompression compression() {
    return compression;
  }

  /** What stands in the log. */
  ByteBuffer stored() {
    return stored;
  }
}
