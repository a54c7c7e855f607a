package org.millrace.runner.wire;

import com.google.protobuf.InvalidProtocolBufferException;
import java.nio.ByteBuffer;
import java.util.function.IntFunction;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.runner.wire.proto.Envelope;

/**
 * Takes frames out of the bytes of one connection. Not thread-safe: belongs to the thread of its
 * connection.
 *
 * <p>Both lengths are checked before anything of their size is allocated. The payload goes into one
 * heap array of exactly its size. After an exception the decoder is not to be used again: nobody
 * knows where the next frame begins.
 */
public final class FrameDecoder {

  private final IntFunction<byte[]> arrays;
  private final ByteBuffer header = ByteBuffer.allocate(FrameLayout.HEADER_BYTES);

  /** Null until the header is complete. */
  private ByteBuffer envelope;

  private ByteBuffer payload;

  public FrameDecoder() {
    this(byte[]::new);
  }

  FrameDecoder(IntFunction<byte[]> arrays) {
    this.arrays = arrays;
  }

  /**
   * The next frame, or null when {@code input} is used up before its end; then call again with what
   * comes next.
   *
   * @throws MillraceException PROTOCOL_VIOLATION when this is no frame; the connection is to be
   *     closed
   */
  public Frame next(ByteBuffer input) {
    if (envelope == null) {
      fill(header, input);
      if (header.hasRemaining()) {
        return null;
      }
      onHeader(header.getInt(0), header.getInt(FrameLayout.LENGTH_BYTES));
    }
    fill(envelope, input);
    fill(payload, input);
    if (envelope.hasRemaining() || payload.hasRemaining()) {
      return null;
    }
    Frame frame =
        payload.capacity() == 0
            ? Frame.of(parsed(envelope.array()))
            : Frame.of(parsed(envelope.array()), payload.flip());
    header.clear();
    envelope = null;
    payload = null;
    return frame;
  }

  /** Whether the bytes so far end inside of a frame. */
  public boolean isInsideFrame() {
    return header.position() > 0;
  }

  private void onHeader(int restBytes, int envelopeBytes) {
    if (restBytes < FrameLayout.LENGTH_BYTES || restBytes > FrameLayout.MAX_FRAME_BYTES) {
      throw violation(
          "a frame of %d bytes, expected %d to %d"
              .formatted(restBytes, FrameLayout.LENGTH_BYTES, FrameLayout.MAX_FRAME_BYTES));
    }
    int bound = Math.min(restBytes - FrameLayout.LENGTH_BYTES, FrameLayout.MAX_ENVELOPE_BYTES);
    if (envelopeBytes < 0 || envelopeBytes > bound) {
      throw violation(
          "an envelope of %d bytes in a frame of %d, expected 0 to %d"
              .formatted(envelopeBytes, restBytes, bound));
    }
    envelope = ByteBuffer.wrap(arrays.apply(envelopeBytes));
    payload = ByteBuffer.wrap(arrays.apply(restBytes - FrameLayout.LENGTH_BYTES - envelopeBytes));
  }

  private static Envelope parsed(byte[] bytes) {
    try {
      Envelope envelope = Envelope.parseFrom(bytes);
      if (envelope.getMessageCase() == Envelope.MessageCase.MESSAGE_NOT_SET) {
        throw violation("an envelope of %d bytes without a message".formatted(bytes.length));
      }
      return envelope;
    } catch (InvalidProtocolBufferException e) {
      throw new MillraceException(
          ErrorCode.PROTOCOL_VIOLATION,
          "The other side sent an envelope of %d bytes that does not parse; the connection is closed"
              .formatted(bytes.length),
          e);
    }
  }

  private static MillraceException violation(String what) {
    return new MillraceException(
        ErrorCode.PROTOCOL_VIOLATION, "The other side sent " + what + "; the connection is closed");
  }

  private static void fill(ByteBuffer target, ByteBuffer input) {
    int bytes = Math.min(target.remaining(), input.remaining());
    target.put(target.position(), input, input.position(), bytes);
    target.position(target.position() + bytes);
    input.position(input.position() + bytes);
  }
}
