package org.millrace.checkpoint.blocklog;

import io.airlift.compress.Compressor;
import io.airlift.compress.Decompressor;
import io.airlift.compress.MalformedInputException;
import io.airlift.compress.lz4.Lz4Compressor;
import io.airlift.compress.lz4.Lz4Decompressor;
import io.airlift.compress.zstd.ZstdCompressor;
import io.airlift.compress.zstd.ZstdDecompressor;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/** How the bytes of a block stand in the log. Thread-safe: each call has a codec of its own. */
public enum BlockCompression {
  /** As received. */
  NONE(0),
  /** One block of LZ4, without a frame. */
  LZ4(1),
  /** One frame of Zstandard. */
  ZSTD(2);

  private final byte id;

  BlockCompression(int id) {
    this.id = (byte) id;
  }

  /** What stands for it in a record. */
  byte id() {
    return id;
  }

  static Optional<BlockCompression> withId(byte id) {
    for (BlockCompression known : values()) {
      if (known.id == id) {
        return Optional.of(known);
      }
    }
    return Optional.empty();
  }

  /** Empty when that saves less than an eighth: then it is not worth the time of a reader. */
  Optional<ByteBuffer> compress(ByteBuffer block) {
    if (this == NONE || block.remaining() > BlockRecord.MAX_BLOCK_BYTES) {
      return Optional.empty();
    }
    Compressor codec = this == LZ4 ? new Lz4Compressor() : new ZstdCompressor();
    byte[] in = array(block);
    byte[] out = new byte[codec.maxCompressedLength(block.remaining())];
    int bytes = codec.compress(in, arrayOffset(block, in), block.remaining(), out, 0, out.length);
    return bytes > block.remaining() - block.remaining() / 8
        ? Optional.empty()
        : Optional.of(ByteBuffer.wrap(out, 0, bytes).slice());
  }

  /**
   * The bytes as they were received.
   *
   * @param length of them, which the caller has bounded
   * @throws MillraceException {@code CORRUPT_LOG} when they are not exactly that many
   */
  ByteBuffer decompress(ByteBuffer compressed, int length) {
    if (this == NONE) {
      return compressed;
    }
    Decompressor codec = this == LZ4 ? new Lz4Decompressor() : new ZstdDecompressor();
    byte[] in = array(compressed);
    byte[] out = new byte[length];
    int bytes;
    try {
      bytes =
          codec.decompress(in, arrayOffset(compressed, in), compressed.remaining(), out, 0, length);
    } catch (MalformedInputException | IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new MillraceException(
          ErrorCode.CORRUPT_LOG,
          "%d bytes of %s in a block log do not decompress to %d bytes: %s"
              .formatted(compressed.remaining(), this, length, e.getMessage()),
          e);
    }
    if (bytes != length) {
      throw new MillraceException(
          ErrorCode.CORRUPT_LOG,
          "%d bytes of %s in a block log decompress to %d bytes, expected %d"
              .formatted(compressed.remaining(), this, bytes, length));
    }
    return ByteBuffer.wrap(out);
  }

  /** The array behind the bytes, or a copy of them. */
  private static byte[] array(ByteBuffer bytes) {
    if (bytes.hasArray()) {
      return bytes.array();
    }
    byte[] copy = new byte[bytes.remaining()];
    bytes.duplicate().get(copy);
    return copy;
  }

  private static int arrayOffset(ByteBuffer bytes, byte[] array) {
    return bytes.hasArray() && bytes.array() == array ? bytes.arrayOffset() + bytes.position() : 0;
  }
}
