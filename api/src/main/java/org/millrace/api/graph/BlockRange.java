package org.millrace.api.graph;

/**
 * Consecutive blocks of one stream, where a stream is one receiver in one executor incarnation.
 *
 * @param streamId number of the stream: receiver's input id in the upper 32 bits, executor in the
 *     lower
 * @param from sequence number of the first block
 * @param until sequence number after the last block, greater than {@code from}
 */
public record BlockRange(long streamId, long from, long until) {
  /** Checks that the range is not empty. */
  public BlockRange {
    if (from < 0 || until <= from) {
      throw new IllegalArgumentException(
          "blocks " + from + " to " + until + " of stream " + streamId + " are no range");
    }
  }

  /** How many blocks the range has. */
  public long blockCount() {
    return until - from;
  }
}
