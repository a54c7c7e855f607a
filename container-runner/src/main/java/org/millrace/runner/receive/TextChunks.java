package org.millrace.runner.receive;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/** Strings as the bytes of whole lines, in chunks of about the size of a block. Not thread-safe. */
final class TextChunks implements Iterator<ByteBuffer> {
  private final Iterator<?> records;
  private final int chunkBytes;

  TextChunks(Iterator<?> records, int chunkBytes) {
    this.records = records;
    this.chunkBytes = chunkBytes;
  }

  @Override
  public boolean hasNext() {
    return records.hasNext();
  }

  @Override
  public ByteBuffer next() {
    ByteArrayOutputStream chunk = new ByteArrayOutputStream();
    do {
      ByteBuffer line = line(records.next());
      chunk.write(line.array(), line.arrayOffset() + line.position(), line.remaining());
    } while (chunk.size() < chunkBytes && records.hasNext());
    return ByteBuffer.wrap(chunk.toByteArray());
  }

  /** All records, a line each. */
  static ByteBuffer lines(Iterator<?> records) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    while (records.hasNext()) {
      ByteBuffer line = line(records.next());
      all.write(line.array(), line.arrayOffset() + line.position(), line.remaining());
    }
    return ByteBuffer.wrap(all.toByteArray());
  }

  /** One record as a line. */
  static ByteBuffer line(Object record) {
    if (!(record instanceof String text)) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          "a receiver of text lines stored %s, expected a String"
              .formatted(record == null ? "null" : record.getClass().getName()));
    }
    if (text.indexOf('\n') >= 0) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          "a receiver of text lines stored a String with a line feed in it; store each line alone");
    }
    return ByteBuffer.wrap((text + '\n').getBytes(StandardCharsets.UTF_8));
  }

  /** The bytes of a buffer outside of the heap; its position moves to its limit. */
  static ByteBuffer onHeap(ByteBuffer bytes) {
    return ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
  }
}
