package org.millrace.runner.receive;

import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * Whole lines in chunks of whole lines that are no longer than a block, or of one line that is. Not
 * thread-safe.
 */
final class LineChunks implements Iterator<ByteBuffer> {
  private final ByteBuffer lines;
  private final int chunkBytes;

  /** Chunks of what is between position and limit, the last line of which is ended. */
  LineChunks(ByteBuffer lines, int chunkBytes) {
    this.lines = lines.hasArray() ? lines : TextChunks.onHeap(lines);
    this.chunkBytes = chunkBytes;
  }

  @Override
  public boolean hasNext() {
    return lines.hasRemaining();
  }

  @Override
  public ByteBuffer next() {
    if (!hasNext()) {
      throw new NoSuchElementException("all lines were given");
    }
    ByteBuffer chunk = lines.slice(lines.position(), lengthOfNext());
    lines.position(lines.position() + chunk.remaining());
    return chunk;
  }

  private int lengthOfNext() {
    int from = lines.position();
    if (lines.remaining() <= chunkBytes) {
      return lines.remaining();
    }
    int end = from + chunkBytes;
    while (end > from && lines.get(end - 1) != '\n') {
      end--;
    }
    if (end == from) {
      end = from + chunkBytes;
      while (lines.get(end - 1) != '\n') {
        end++;
      }
    }
    return end - from;
  }
}
