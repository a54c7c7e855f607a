package org.millrace.runner.block;

import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * A received block. The bytes never change after it was made, and the same bytes are in memory, on
 * the replica, in the log and on the wire; {@link BlockLayout} draws them.
 *
 * @param arrivalTimeMs wall time of its first record
 * @param payload records in the layout of {@code codec}, from position to limit
 */
public record Block(
    BlockId id, BlockCodec codec, int recordCount, long arrivalTimeMs, ByteBuffer payload) {
  public Block {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(codec, "codec");
    Objects.requireNonNull(payload, "payload");
    if (recordCount < 0) {
      throw new IllegalArgumentException("recordCount is " + recordCount + ", expected 0 or more");
    }
  }

  /** An independent view of the payload. */
  @Override
  public ByteBuffer payload() {
    return payload.duplicate();
  }
}
