package org.millrace.checkpoint.blocklog;

import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Optional;

/**
 * A block for the log. Immutable, as long as nobody changes the bytes.
 *
 * @param sequence of the block in its stream
 * @param arrivalTimeMs of its first record, since 1970 UTC
 * @param position where its source is to be resumed after it; empty when it has no positions
 * @param bytes the remaining bytes are the block with its header
 */
public record ReceivedBlock(
    long stream,
    long sequence,
    long arrivalTimeMs,
    int recordCount,
    Optional<SourcePosition> position,
    ByteBuffer bytes) {

  public ReceivedBlock {
    Objects.requireNonNull(position, "position");
    Objects.requireNonNull(bytes, "bytes");
    if (sequence < 0 || recordCount < 0) {
      throw new IllegalArgumentException(
          "sequence is %d and recordCount is %d, expected 0 or more"
              .formatted(sequence, recordCount));
    }
  }
}
