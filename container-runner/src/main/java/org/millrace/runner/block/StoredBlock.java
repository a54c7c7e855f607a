package org.millrace.runner.block;

import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * A block as the store holds it. Immutable.
 *
 * @param recordCount records in it
 * @param encoded all of its bytes in {@link BlockLayout}; never changed
 * @param reservedBytes what is given back to {@link BlockMemory} when it is released, at least the
 *     memory that {@code encoded} keeps alive
 */
public record StoredBlock(BlockId id, int recordCount, ByteBuffer encoded, long reservedBytes) {
  public StoredBlock {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(encoded, "encoded");
    if (recordCount < 0 || reservedBytes < 0) {
      throw new IllegalArgumentException(
          "%s has %d records and %d reserved bytes, expected 0 or more"
              .formatted(id, recordCount, reservedBytes));
    }
  }

  /** An independent view of the bytes. */
  @Override
  public ByteBuffer encoded() {
    return encoded.duplicate();
  }
}
