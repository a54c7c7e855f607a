package org.millrace.checkpoint.blocklog;

import java.util.List;

/**
 * The blocks of one stream that are in a log, without a hole. Immutable.
 *
 * @param blocks in the order of their sequences, at least one
 */
public record StreamBlocks(long stream, List<LoggedBlock> blocks) {

  public StreamBlocks {
    blocks = List.copyOf(blocks);
    if (blocks.isEmpty()) {
      throw new IllegalArgumentException("no blocks of stream " + stream);
    }
  }

  /** The sequence of the first block. */
  public long first() {
    return blocks.get(0).sequence();
  }

  /** One more than the sequence of the last block. */
  public long end() {
    return blocks.get(blocks.size() - 1).sequence() + 1;
  }

  /**
   * The blocks from one sequence to before another.
   *
   * @throws IndexOutOfBoundsException when some of them are not in the log
   */
  public List<LoggedBlock> range(long from, long until) {
    return blocks.subList((int) (from - first()), (int) (until - first()));
  }
}
