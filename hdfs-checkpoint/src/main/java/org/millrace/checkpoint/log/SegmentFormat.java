package org.millrace.checkpoint.log;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.millrace.checkpoint.log.format.EventRecord;

/**
 * The bytes of a segment, as docs/format/event-log.md draws them.
 *
 * <pre>
 *  header  magic:4 version:4 epoch:8 firstPosition:8 S:4 schema:S crc:4
 *  record  N:4 crc:4 position:8 avro:N
 * </pre>
 */
final class SegmentFormat {

  static final int MAGIC = 0x4d52454c;
  static final int VERSION = 1;
  static final int HEADER_FIXED_BYTES = 28;
  static final int MAX_SCHEMA_BYTES = 1 << 20;
  static final int RECORD_PREFIX_BYTES = 16;
  static final int MAX_RECORD_BYTES = 64 << 20;

  private SegmentFormat() {}

  static byte[] header(long epoch, long firstPosition) {
    byte[] schema = EventRecord.getClassSchema().toString().getBytes(StandardCharsets.UTF_8);
    ByteBuffer header = ByteBuffer.allocate(HEADER_FIXED_BYTES + schema.length + Integer.BYTES);
    header.putInt(MAGIC).putInt(VERSION).putLong(epoch).putLong(firstPosition);
    header.putInt(schema.length).put(schema);
    CRC32C crc = new CRC32C();
    crc.update(header.array(), 0, header.position());
    header.putInt((int) crc.getValue());
    return header.array();
  }

  /** Appends one record. */
  static void frame(long position, byte[] avro, ByteArrayOutputStream out) {
    ByteBuffer prefix = ByteBuffer.allocate(RECORD_PREFIX_BYTES);
    prefix.putInt(avro.length).putInt(crc(position, avro)).putLong(position);
    out.writeBytes(prefix.array());
    out.writeBytes(avro);
  }

  static int crc(long position, byte[] avro) {
    ByteBuffer covered = ByteBuffer.allocate(Integer.BYTES + Long.BYTES);
    covered.putInt(avro.length).putLong(position).flip();
    CRC32C crc = new CRC32C();
    crc.update(covered);
    crc.update(avro);
    return (int) crc.getValue();
  }
}
