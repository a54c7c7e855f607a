package org.millrace.api.streaming.socket;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Consumer;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/**
 * Reads bytes in large pieces and hands on the whole lines in each, without looking at characters.
 *
 * <p>Belongs to one thread. A buffer that was handed on is not used again before the consumer
 * returns.
 */
final class LineCutter {
  /** The longest line that is read, with its line feed. */
  static final int LONGEST_LINE_BYTES = 16 << 20;

  private static final int INITIAL_BUFFER_BYTES = 256 << 10;

  private final Consumer<ByteBuffer> lines;
  private final String source;
  private byte[] buffer = new byte[INITIAL_BUFFER_BYTES];

  /** How many bytes at the start of the buffer are read and not handed on: a line's beginning. */
  private int pending;

  LineCutter(Consumer<ByteBuffer> lines, String source) {
    this.lines = lines;
    this.source = source;
  }

  /** Reads to the end of the stream; a last line without a line feed gets one. */
  void readAll(InputStream in) throws IOException {
    int read = in.read(buffer, pending, buffer.length - pending);
    while (read >= 0) {
      accept(read);
      read = in.read(buffer, pending, buffer.length - pending);
    }
    if (pending > 0) {
      buffer[pending] = '\n'; // accept always leaves room for it
      lines.accept(ByteBuffer.wrap(buffer, 0, pending + 1));
      pending = 0;
    }
  }

  private void accept(int read) {
    int end = pending + read;
    int afterLastLine = afterLastLineFeed(pending, end);
    if (afterLastLine > 0) {
      lines.accept(ByteBuffer.wrap(buffer, 0, afterLastLine));
      System.arraycopy(buffer, afterLastLine, buffer, 0, end - afterLastLine);
    }
    pending = end - afterLastLine;
    if (pending == buffer.length) {
      grow();
    }
  }

  /** The position after the last line feed; 0 when there is none from {@code from} on. */
  private int afterLastLineFeed(int from, int end) {
    for (int i = end - 1; i >= from; i--) {
      if (buffer[i] == '\n') {
        return i + 1;
      }
    }
    return 0;
  }

  private void grow() {
    if (buffer.length >= LONGEST_LINE_BYTES) {
      throw new MillraceException(
          ErrorCode.RECORD_TOO_LARGE,
          "a line from "
              + source
              + " is longer than "
              + LONGEST_LINE_BYTES
              + " bytes; send shorter lines or read the socket with a receiver of your own");
    }
    buffer = Arrays.copyOf(buffer, Math.min(LONGEST_LINE_BYTES, buffer.length * 2));
  }
}
