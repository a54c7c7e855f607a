package org.millrace.runner.receive;

import java.nio.ByteBuffer;
import org.millrace.api.streaming.receiver.SourcePosition;
import org.millrace.runner.block.PositionLayout;

/**
 * The source position of a block that is being filled: all its records are of one source, and the
 * newest position counts. Not thread-safe.
 */
final class BlockPosition {
  /** Positions of a source may grow a little from one to the next. */
  private static final int SPARE_BYTES = 16;

  private final int roomBytes;
  private SourcePosition newest;
  private ByteBuffer encoded = ByteBuffer.allocate(0);

  private BlockPosition(int roomBytes) {
    this.roomBytes = roomBytes;
  }

  /** Of a block whose records have none. */
  static BlockPosition none() {
    return new BlockPosition(0);
  }

  /** Of a block that begins with records of this position. */
  static BlockPosition beginningWith(SourcePosition first) {
    return new BlockPosition(PositionLayout.encode(first).remaining() + SPARE_BYTES);
  }

  /** Bytes to be left free for it between the header and the records. */
  int roomBytes() {
    return roomBytes;
  }

  boolean isWanted() {
    return roomBytes > 0;
  }

  boolean isKnown() {
    return newest != null;
  }

  /** Whether records of this position may follow those that are there. */
  boolean takes(SourcePosition next) {
    return isWanted()
        && (newest == null || newest.source().equals(next.source()))
        && PositionLayout.encode(next).remaining() <= roomBytes;
  }

  void moveTo(SourcePosition next) {
    newest = next;
    encoded = PositionLayout.encode(next);
  }

  /** As it stands in the header; empty for none. */
  ByteBuffer encoded() {
    return encoded.duplicate();
  }
}
