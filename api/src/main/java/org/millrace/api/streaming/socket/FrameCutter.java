package org.millrace.api.streaming.socket;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/**
 * Reads frames, each its length in four bytes, high byte first, and that many bytes of whole lines,
 * and hands on each frame when all of it is there.
 *
 * <p>Belongs to one thread. A buffer that was handed on is not used again before the consumer
 * returns.
 */
final class FrameCutter {
  /** The longest frame that is read or written, without the bytes of its length. */
  static final int LONGEST_FRAME_BYTES = 16 << 20;

  private static final int INITIAL_BUFFER_BYTES = 256 << 10;

  private final Consumer<ByteBuffer> frames;
  private final String source;
  private final byte[] length = new byte[Integer.BYTES];
  private byte[] buffer = new byte[INITIAL_BUFFER_BYTES];

  FrameCutter(Consumer<ByteBuffer> frames, String source) {
    this.frames = frames;
    this.source = source;
  }

  /** Reads to the end of the stream, which must be the end of a frame. */
  void readAll(InputStream in) throws IOException {
    int read = in.readNBytes(length, 0, length.length);
    while (read == length.length) {
      readFrame(in, checked(ByteBuffer.wrap(length).getInt()));
      read = in.readNBytes(length, 0, length.length);
    }
    if (read > 0) {
      throw new EOFException(
          "%s ended after %d of the %d bytes of a frame's length"
              .formatted(source, read, length.length));
    }
  }

  private void readFrame(InputStream in, int bytes) throws IOException {
    if (buffer.length < bytes) {
      buffer = new byte[Math.min(LONGEST_FRAME_BYTES, Math.max(bytes, buffer.length * 2))];
    }
    int read = in.readNBytes(buffer, 0, bytes);
    if (read < bytes) {
      throw new EOFException(
          "%s ended after %d of the %d bytes of a frame; nothing of it is stored"
              .formatted(source, read, bytes));
    }
    if (bytes > 0 && buffer[bytes - 1] != '\n') {
      throw new MillraceException(
          ErrorCode.PROTOCOL_VIOLATION,
          "a frame of %d bytes from %s does not end with a line feed; send whole lines of UTF-8 text, as RawSocketWriter does"
              .formatted(bytes, source));
    }
    frames.accept(ByteBuffer.wrap(buffer, 0, bytes));
  }

  private int checked(int bytes) {
    if (bytes < 0 || bytes > LONGEST_FRAME_BYTES) {
      throw new MillraceException(
          ErrorCode.PROTOCOL_VIOLATION,
          "a frame from %s begins with the length %s, expected at most %d; send shorter frames, each its length in four bytes, high byte first, and whole lines, as RawSocketWriter does"
              .formatted(source, Integer.toUnsignedString(bytes), LONGEST_FRAME_BYTES));
    }
    return bytes;
  }
}
