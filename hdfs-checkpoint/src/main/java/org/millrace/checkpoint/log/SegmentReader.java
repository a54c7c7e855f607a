package org.millrace.checkpoint.log;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.apache.avro.Schema;
import org.apache.avro.SchemaParseException;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/** Reads one segment from its beginning. Used once, on one thread. */
final class SegmentReader {

  private final String path;
  private final InputStream stream;
  private final boolean last;

  /** Where the record, or the header, that is being read begins. */
  private long offset;

  /**
   * Reads from a stream at offset 0.
   *
   * @param last whether this is the last segment of its epoch, whose tail may be torn
   */
  SegmentReader(String path, InputStream stream, boolean last) {
    this.path = path;
    this.stream = stream;
    this.last = last;
  }

  LogEnd read(LogStart expected, LogVisitor visitor) throws IOException {
    long position = expected.firstPosition();
    byte[] fixed = stream.readNBytes(SegmentFormat.HEADER_FIXED_BYTES);
    if (fixed.length < SegmentFormat.HEADER_FIXED_BYTES) {
      return torn(position, fixed.length, "the file ends inside its header");
    }
    if (last && zero(fixed)) {
      return onlyZerosBehind(position, fixed.length, "its header is zero");
    }
    ByteBuffer header = ByteBuffer.wrap(fixed);
    expect("magic", header.getInt(), SegmentFormat.MAGIC);
    expect("version", header.getInt(), SegmentFormat.VERSION);
    expect("epoch", header.getLong(), expected.epoch());
    expect("first position", header.getLong(), position);
    int schemaBytes = header.getInt();
    if (schemaBytes < 1 || schemaBytes > SegmentFormat.MAX_SCHEMA_BYTES) {
      throw corrupt("its schema has a length of " + schemaBytes);
    }
    byte[] rest = stream.readNBytes(schemaBytes + Integer.BYTES);
    if (rest.length < schemaBytes + Integer.BYTES) {
      return torn(position, fixed.length + rest.length, "the file ends inside its header");
    }
    CRC32C crc = new CRC32C();
    crc.update(fixed);
    crc.update(rest, 0, schemaBytes);
    expect(
        "header checksum",
        ByteBuffer.wrap(rest, schemaBytes, Integer.BYTES).getInt(),
        (int) crc.getValue());
    offset = (long) fixed.length + rest.length;
    return readRecords(position, new EventDecoder(schema(rest, schemaBytes)), visitor);
  }

  private Schema schema(byte[] bytes, int length) {
    try {
      return new Schema.Parser().parse(new String(bytes, 0, length, StandardCharsets.UTF_8));
    } catch (SchemaParseException e) {
      throw corrupt("its schema cannot be parsed: " + e.getMessage());
    }
  }

  private LogEnd readRecords(long firstPosition, EventDecoder decoder, LogVisitor visitor)
      throws IOException {
    long position = firstPosition;
    while (true) {
      byte[] prefix = stream.readNBytes(SegmentFormat.RECORD_PREFIX_BYTES);
      if (prefix.length == 0) {
        return new LogEnd(position, 0);
      }
      if (prefix.length < SegmentFormat.RECORD_PREFIX_BYTES) {
        return torn(position, prefix.length, "the file ends inside a record");
      }
      if (last && zero(prefix)) {
        return onlyZerosBehind(position, prefix.length, "a record of length 0");
      }
      ByteBuffer fields = ByteBuffer.wrap(prefix);
      int length = fields.getInt();
      if (length < 1 || length > SegmentFormat.MAX_RECORD_BYTES) {
        throw corrupt("a record has a length of " + length);
      }
      byte[] avro = stream.readNBytes(length);
      long recordBytes = (long) prefix.length + avro.length;
      if (avro.length < length) {
        return torn(position, recordBytes, "the file ends inside a record");
      }
      int crc = fields.getInt();
      long actualPosition = fields.getLong();
      if (crc != SegmentFormat.crc(actualPosition, avro)) {
        return onlyZerosBehind(position, recordBytes, "a record's checksum is wrong");
      }
      expect("position", actualPosition, position);
      visitor.onEvent(position, decode(decoder, avro));
      position++;
      offset += recordBytes;
    }
  }

  private DriverEvent decode(EventDecoder decoder, byte[] avro) {
    try {
      return decoder.decode(avro);
    } catch (IOException e) {
      throw new MillraceException(
          ErrorCode.CORRUPT_LOG, message("a record cannot be decoded: " + e.getMessage()), e);
    }
  }

  /** The end of an unfinished append, which nobody was told is durable; elsewhere corruption. */
  private LogEnd torn(long position, long tornBytes, String what) {
    if (!last) {
      throw corrupt(what);
    }
    return new LogEnd(position, tornBytes);
  }

  private LogEnd onlyZerosBehind(long position, long tornBytes, String what) throws IOException {
    if (!last) {
      throw corrupt(what);
    }
    long total = tornBytes;
    byte[] buffer = new byte[8192];
    for (int n = stream.read(buffer); n >= 0; n = stream.read(buffer)) {
      for (int i = 0; i < n; i++) {
        if (buffer[i] != 0) {
          throw corrupt(what + " and more follows it");
        }
      }
      total += n;
    }
    return new LogEnd(position, total);
  }

  private static boolean zero(byte[] bytes) {
    for (byte b : bytes) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }

  private void expect(String what, long actual, long expected) {
    if (actual != expected) {
      throw corrupt("its %s is %d, expected %d".formatted(what, actual, expected));
    }
  }

  private MillraceException corrupt(String what) {
    return new MillraceException(ErrorCode.CORRUPT_LOG, message(what));
  }

  private String message(String what) {
    return ("Segment %s is damaged at offset %d: %s; restore the file from a copy, or start over"
            + " with an empty directory")
        .formatted(path, offset, what);
  }
}
