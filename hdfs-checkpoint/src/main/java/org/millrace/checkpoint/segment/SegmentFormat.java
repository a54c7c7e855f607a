package org.millrace.checkpoint.segment;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The bytes of a segment, as docs/format/segment.md draws them.
 *
 * <pre>
 *  header  magic:4 version:4 owner:8 firstNumber:8 S:4 description:S crc:4
 *  record  N:4 crc:4 number:8 payload:N
 * </pre>
 */
public final class SegmentFormat {

  /** Bytes of a header before the description. */
  public static final int HEADER_FIXED_BYTES = 28;

  public static final int MAX_DESCRIPTION_BYTES = 1 << 20;

  /** Bytes of a record before its payload. */
  public static final int RECORD_PREFIX_BYTES = 16;

  public static final int MAX_PAYLOAD_BYTES = 64 << 20;

  private SegmentFormat() {}

  /** A whole header. */
  public static byte[] header(SegmentLabel label, long firstNumber) {
    byte[] description = label.description();
    ByteBuffer header =
        ByteBuffer.allocate(HEADER_FIXED_BYTES + description.length + Integer.BYTES);
    header.putInt(label.magic()).putInt(label.version());
    header.putLong(label.owner()).putLong(firstNumber);
    header.putInt(description.length).put(description);
    CRC32C crc = new CRC32C();
    crc.update(header.array(), 0, header.position());
    header.putInt((int) crc.getValue());
    return header.array();
  }

  /** What goes in front of a payload; the payload is read, not consumed. */
  public static byte[] prefix(long number, ByteBuffer... payload) {
    int length = 0;
    for (ByteBuffer part : payload) {
      length = Math.addExact(length, part.remaining());
    }
    ByteBuffer prefix = ByteBuffer.allocate(RECORD_PREFIX_BYTES);
    prefix.putInt(length).putInt(crc(length, number, payload)).putLong(number);
    return prefix.array();
  }

  static int crc(int length, long number, ByteBuffer... payload) {
    ByteBuffer covered = ByteBuffer.allocate(Integer.BYTES + Long.BYTES);
    covered.putInt(length).putLong(number).flip();
    CRC32C crc = new CRC32C();
    crc.update(covered);
    for (ByteBuffer part : payload) {
      crc.update(part.duplicate());
    }
    return (int) crc.getValue();
  }
}
