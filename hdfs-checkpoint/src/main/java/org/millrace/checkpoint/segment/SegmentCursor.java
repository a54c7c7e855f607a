package org.millrace.checkpoint.segment;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.files.DurableFiles;

/**
 * Goes through the records of one segment; the prefix of one record is read ahead. Used on one
 * thread.
 *
 * <p>Bytes at the end that are not a whole record are torn: an append that did not finish. So are
 * zeros, and a last record with a wrong checksum and nothing but zeros behind it. Everything else
 * that is not as it was written is reported at once as corruption.
 */
final class SegmentCursor implements Closeable {

  private final DurableFiles files;
  private final String path;
  private final String name;
  private InputStream stream;

  /** Null when the header is torn. */
  private SegmentLabel label;

  private long lowerBound;

  /** Where the record whose prefix was read, or the header, begins. */
  private long offset;

  private long number = -1;
  private int length;
  private int crc;
  private boolean ended;

  /** Null while nothing is torn. */
  private String torn;

  private long tornBytes;

  /** A cursor before the first record, or ended when the header is torn. */
  SegmentCursor(DurableFiles files, String path, String name, SegmentLabel expected)
      throws IOException {
    this.files = files;
    this.path = path;
    this.name = name;
    stream = files.open(path, 0);
    try {
      readHeader(expected);
    } catch (IOException | RuntimeException e) {
      stream.close();
      throw e;
    }
  }

  private void readHeader(SegmentLabel expected) throws IOException {
    byte[] fixed = stream.readNBytes(SegmentFormat.HEADER_FIXED_BYTES);
    if (fixed.length < SegmentFormat.HEADER_FIXED_BYTES) {
      tear(fixed.length, "the file ends inside its header");
      return;
    }
    if (isZero(fixed)) {
      onlyZerosBehind(fixed.length, "its header is zero");
      return;
    }
    ByteBuffer header = ByteBuffer.wrap(fixed);
    expect("magic", header.getInt(), expected.magic());
    expect("version", header.getInt(), expected.version());
    expect("owner", header.getLong(), expected.owner());
    lowerBound = header.getLong();
    int descriptionBytes = header.getInt();
    if (descriptionBytes < 0 || descriptionBytes > SegmentFormat.MAX_DESCRIPTION_BYTES) {
      throw corrupt("its description has a length of " + descriptionBytes);
    }
    byte[] description = stream.readNBytes(descriptionBytes);
    byte[] checksum = stream.readNBytes(Integer.BYTES);
    if (checksum.length < Integer.BYTES) {
      tear(
          (long) fixed.length + description.length + checksum.length,
          "the file ends inside its header");
      return;
    }
    CRC32C actual = new CRC32C();
    actual.update(fixed);
    actual.update(description);
    expect("header checksum", ByteBuffer.wrap(checksum).getInt(), (int) actual.getValue());
    label = new SegmentLabel(expected.magic(), expected.version(), expected.owner(), description);
    offset = (long) fixed.length + description.length + checksum.length;
    length = -1;
  }

  /** Lets go of the file before the first record; {@link #reopen} goes on. */
  void park() throws IOException {
    stream.close();
  }

  void reopen() throws IOException {
    stream = files.open(path, offset);
  }

  boolean hasEnded() {
    return ended;
  }

  String name() {
    return name;
  }

  SegmentLabel label() {
    return label;
  }

  /** No record of the segment has a lower number. */
  long lowerBound() {
    return lowerBound;
  }

  long tornBytes() {
    return tornBytes;
  }

  /** What is wrong with the end of the segment, or empty. */
  String tornMessage() {
    return torn == null ? "" : "; " + path + " ends at offset " + offset + ": " + torn;
  }

  /** The number of the record whose prefix was read. */
  long number() {
    return number;
  }

  int payloadLength() {
    return length;
  }

  RecordLocation location() {
    return new RecordLocation(name, offset + SegmentFormat.RECORD_PREFIX_BYTES, length);
  }

  /** Reads the prefix of the first record. */
  void first() throws IOException {
    readPrefix(lowerBound, true);
  }

  /** Reads the payload, and the prefix behind it; null when it is torn. */
  byte[] payload() throws IOException {
    byte[] payload = stream.readNBytes(length);
    long recordBytes = (long) SegmentFormat.RECORD_PREFIX_BYTES + payload.length;
    if (payload.length < length) {
      tear(recordBytes, "the file ends inside record " + number);
      return null;
    }
    if (crc != SegmentFormat.crc(length, number, ByteBuffer.wrap(payload))) {
      onlyZerosBehind(recordBytes, "the checksum of record " + number + " is wrong");
      return null;
    }
    return payload;
  }

  /** Goes on to the next record after {@link #payload} or {@link #head}. */
  void next() throws IOException {
    offset += (long) SegmentFormat.RECORD_PREFIX_BYTES + length;
    readPrefix(number + 1, false);
  }

  /**
   * Reads the first bytes of the payload and passes over the others, without a look at the
   * checksum; null when the payload is torn.
   */
  byte[] head(int bytes) throws IOException {
    byte[] head = stream.readNBytes(Math.min(bytes, length));
    try {
      stream.skipNBytes(length - head.length);
    } catch (EOFException e) {
      head = new byte[0];
    }
    if (head.length < Math.min(bytes, length)) {
      tear(SegmentFormat.RECORD_PREFIX_BYTES, "the file ends inside record " + number);
      return null;
    }
    return head;
  }

  /** Whether the record at a location, which was passed over, is whole. */
  boolean isWhole(RecordLocation location, long recordNumber) throws IOException {
    long start = location.offset() - SegmentFormat.RECORD_PREFIX_BYTES;
    try (InputStream again = files.open(path, start)) {
      ByteBuffer prefix = ByteBuffer.wrap(again.readNBytes(SegmentFormat.RECORD_PREFIX_BYTES));
      byte[] payload = again.readNBytes(location.length());
      int expected = prefix.getInt(Integer.BYTES);
      if (payload.length == location.length()
          && expected
              == SegmentFormat.crc(location.length(), recordNumber, ByteBuffer.wrap(payload))) {
        return true;
      }
    }
    offset = start;
    torn = "the checksum of record " + recordNumber + " is wrong";
    tornBytes += (long) SegmentFormat.RECORD_PREFIX_BYTES + location.length();
    return false;
  }

  private void readPrefix(long expectedNumber, boolean orMore) throws IOException {
    byte[] prefix = stream.readNBytes(SegmentFormat.RECORD_PREFIX_BYTES);
    if (prefix.length == 0) {
      ended = true;
      return;
    }
    if (prefix.length < SegmentFormat.RECORD_PREFIX_BYTES) {
      tear(prefix.length, "the file ends inside a record");
      return;
    }
    if (isZero(prefix)) {
      onlyZerosBehind(prefix.length, "a record of length 0");
      return;
    }
    ByteBuffer fields = ByteBuffer.wrap(prefix);
    length = fields.getInt();
    crc = fields.getInt();
    long actual = fields.getLong();
    if (length < 1 || length > SegmentFormat.MAX_PAYLOAD_BYTES) {
      throw corrupt("a record has a length of " + length);
    }
    if (orMore ? actual < expectedNumber : actual != expectedNumber) {
      throw corrupt(
          "a record has number %d, expected %d%s"
              .formatted(actual, expectedNumber, orMore ? " or more" : ""));
    }
    number = actual;
  }

  private void tear(long bytes, String what) {
    ended = true;
    torn = what;
    tornBytes += bytes;
  }

  private void onlyZerosBehind(long bytes, String what) throws IOException {
    long total = bytes;
    byte[] buffer = new byte[8192];
    for (int n = stream.read(buffer); n >= 0; n = stream.read(buffer)) {
      for (int i = 0; i < n; i++) {
        if (buffer[i] != 0) {
          throw corrupt(what + " and more follows it");
        }
      }
      total += n;
    }
    tear(total, what);
  }

  private static boolean isZero(byte[] bytes) {
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

  MillraceException corrupt(String what) {
    return new MillraceException(ErrorCode.CORRUPT_LOG, message(what));
  }

  private String message(String what) {
    return ("Segment %s is damaged at offset %d: %s; restore the file from a copy, or start over"
            + " with an empty directory")
        .formatted(path, offset, what);
  }

  @Override
  public void close() throws IOException {
    ended = true;
    stream.close();
  }
}
