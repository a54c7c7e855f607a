package org.millrace.runner.wire;

import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.runner.wire.proto.Envelope;

/**
 * How a frame lies on the wire, and how large it may be. Immutable.
 *
 * <pre>
 *  int32 length of the rest | int32 length of the envelope | envelope (protobuf) | payload bytes
 * </pre>
 */
public final class FrameLayout {

  /** Bytes before the envelope. */
  public static final int HEADER_BYTES = 8;

  /** The most that the first length may say. */
  public static final int MAX_FRAME_BYTES = 64 << 20;

  /** The most that the second length may say. */
  public static final int MAX_ENVELOPE_BYTES = 16 << 20;

  /** The length of an envelope is counted in the length of the rest. */
  static final int LENGTH_BYTES = 4;

  private FrameLayout() {}

  /**
   * Bytes of the whole frame on the wire, its header included.
   *
   * @throws MillraceException PROTOCOL_VIOLATION when the other side would refuse it
   */
  public static int checkedSizeBytes(Frame frame) {
    int envelopeBytes = frame.envelope().getSerializedSize();
    long restBytes = (long) LENGTH_BYTES + envelopeBytes + frame.payload().sizeBytes();
    if (envelopeBytes > MAX_ENVELOPE_BYTES || restBytes > MAX_FRAME_BYTES) {
      throw new MillraceException(
          ErrorCode.PROTOCOL_VIOLATION,
          ("A %s of %d bytes with a payload of %d bytes cannot be sent: expected at most %d bytes, "
                  + "and %d with the payload; send it in parts")
              .formatted(
                  frame.envelope().getMessageCase(),
                  envelopeBytes,
                  frame.payload().sizeBytes(),
                  MAX_ENVELOPE_BYTES,
                  MAX_FRAME_BYTES));
    }
    return (int) restBytes + LENGTH_BYTES;
  }

  /** Everything before the payload, ready to be read, of a frame whose size was checked. */
  public static ByteBuffer head(Frame frame) {
    Envelope envelope = frame.envelope();
    int envelopeBytes = envelope.getSerializedSize();
    byte[] head = new byte[HEADER_BYTES + envelopeBytes];
    ByteBuffer.wrap(head)
        .putInt(LENGTH_BYTES + envelopeBytes + frame.payload().sizeBytes())
        .putInt(envelopeBytes);
    try {
      envelope.writeTo(CodedOutputStream.newInstance(head, HEADER_BYTES, envelopeBytes));
    } catch (IOException e) {
      throw new MillraceException(
          ErrorCode.INTERNAL,
          "A %s did not fit into its own size of %d bytes"
              .formatted(envelope.getMessageCase(), envelopeBytes),
          e);
    }
    return ByteBuffer.wrap(head);
  }
}
