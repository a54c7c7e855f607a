package org.millrace.api.streaming.socket;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataOutputStream;
import java.io.Flushable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/**
 * Writes lines in the frames that {@code StreamingContext.rawSocketStream} reads.
 *
 * <p>A frame is its length in four bytes, high byte first, and that many bytes: whole lines of
 * UTF-8 text, each ended by a line feed. Lines are collected into frames of about 256 KiB; {@link
 * #flush()} sends what there is. The receiver stores each frame as a block of its own.
 *
 * <p>Not thread-safe.
 */
public final class RawSocketWriter implements Closeable, Flushable {
  private static final int FRAME_BYTES = 256 << 10;

  private final DataOutputStream out;
  private final ByteArrayOutputStream frame = new ByteArrayOutputStream();

  /** A writer to a connection, which it closes when it is closed. */
  public RawSocketWriter(OutputStream out) {
    this.out = new DataOutputStream(Objects.requireNonNull(out, "out"));
  }

  /**
   * Writes one record. Half a surrogate pair becomes a question mark, as in all UTF-8.
   *
   * @param line a line without its line end
   * @throws MillraceException INVALID_ARGUMENT when there is a line feed in it or a carriage return
   *     at its end, which a reader would take for a line end; RECORD_TOO_LARGE when it does not fit
   *     into a frame of 16 MiB
   */
  public void write(String line) throws IOException {
    if (line.indexOf('\n') >= 0 || line.endsWith("\r")) {
      throw new MillraceException(
          ErrorCode.INVALID_ARGUMENT,
          "a line to send has a line end in it; write each line alone, without its line end");
    }
    byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
    if (bytes.length >= FrameCutter.LONGEST_FRAME_BYTES) {
      throw new MillraceException(
          ErrorCode.RECORD_TOO_LARGE,
          "a line of %d bytes, expected less than %d; split it"
              .formatted(bytes.length, FrameCutter.LONGEST_FRAME_BYTES));
    }
    if (frame.size() > 0 && (long) frame.size() + bytes.length >= FRAME_BYTES) {
      writeFrame();
    }
    frame.writeBytes(bytes);
    frame.write('\n');
  }

  /** Ends the open frame and sends it; nothing is sent when no line was written since the last. */
  @Override
  public void flush() throws IOException {
    writeFrame();
    out.flush();
  }

  private void writeFrame() throws IOException {
    if (frame.size() > 0) {
      out.writeInt(frame.size());
      frame.writeTo(out);
      frame.reset();
    }
  }

  /** Sends what was written and closes the connection. */
  @Override
  public void close() throws IOException {
    try (out) {
      flush();
    }
  }
}
