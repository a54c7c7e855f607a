package org.millrace.runner.block;

/**
 * Name of a block: its stream (one receiver in one executor incarnation) and its place in the
 * stream, from 0.
 */
public record BlockId(long streamId, long sequence) {
  public BlockId {
    if (sequence < 0) {
      throw new IllegalArgumentException("sequence is " + sequence + ", expected 0 or more");
    }
  }

  @Override
  public String toString() {
    return "block " + (streamId >>> 32) + "/" + (int) streamId + "#" + sequence;
  }
}
