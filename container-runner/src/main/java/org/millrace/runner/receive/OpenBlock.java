package org.millrace.runner.receive;

import org.millrace.runner.block.BlockId;
import org.millrace.runner.block.StoredBlock;

/**
 * A block that is being filled. Not thread-safe. It owns the memory that was reserved for it, and
 * hands it over with the block that it becomes.
 */
interface OpenBlock {
  int recordCount();

  /** Bytes that its memory can hold; what the next block of the stream will probably need. */
  int usedBytes();

  /** The position behind its records; none for records without one. */
  BlockPosition position();

  /** Ends the block; memory that it does not need is given back. It is not used afterwards. */
  StoredBlock seal(BlockId id);

  /** Drops it and gives all memory back. */
  void discard();
}
