package org.millrace.runner.block;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Where tasks get blocks from: this executor's store, else one of the holders. Thread-safe. */
public interface BlockReader {
  /**
   * The block's bytes as received (header and payload, checked against its CRC-32C). Complete at
   * once when the block is here; fails with EXTERNAL error BLOCK_LOST when no holder has it.
   */
  CompletableFuture<Block> read(BlockId id, List<Integer> holders);
}
