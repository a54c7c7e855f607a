package org.millrace.runner.block;

import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * What is known of a block besides its records. Immutable.
 *
 * @param arrivalTimeMs wall time of its first record
 * @param sourcePosition where the source is to be resumed after this block, in the receiver's own
 *     layout; empty when the source has no positions
 */
public record BlockHeader(
    BlockId id, BlockCodec codec, int recordCount, long arrivalTimeMs, ByteBuffer sourcePosition) {

  public BlockHeader {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(codec, "codec");
    if (recordCount < 0) {
      throw new IllegalArgumentException("recordCount is " + recordCount + ", expected 0 or more");
    }
    if (sourcePosition.remaining() > BlockLayout.MAX_SOURCE_POSITION_BYTES) {
      throw new IllegalArgumentException(
          "the source position of %s has %d bytes, expected at most %d"
              .formatted(id, sourcePosition.remaining(), BlockLayout.MAX_SOURCE_POSITION_BYTES));
    }
    sourcePosition = sourcePosition.slice().asReadOnlyBuffer();
  }

  /** An independent view of the source position. */
  @Override
  public ByteBuffer sourcePosition() {
    return sourcePosition.duplicate();
  }
}
