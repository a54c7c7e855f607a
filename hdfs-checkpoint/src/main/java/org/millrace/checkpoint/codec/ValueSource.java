package org.millrace.checkpoint.codec;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.millrace.api.codec.CodecInput;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/**
 * Reads what {@link ValueSink} wrote. Every length is checked against the bytes that are left
 * before anything is allocated; a violation is an error of code CORRUPT_STATE. Not thread-safe.
 */
public final class ValueSource implements CodecInput {
  private final byte[] bytes;
  private final int start;
  private final int limit;
  private int position;

  /** Reads the remaining bytes of a buffer, whose position stays; the content must not change. */
  public ValueSource(ByteBuffer buffer) {
    if (buffer.hasArray()) {
      bytes = buffer.array();
      start = buffer.arrayOffset() + buffer.position();
      limit = start + buffer.remaining();
    } else {
      bytes = new byte[buffer.remaining()];
      buffer.duplicate().get(bytes);
      start = 0;
      limit = bytes.length;
    }
    position = start;
  }

  private ValueSource(byte[] bytes, int start, int limit) {
    this.bytes = bytes;
    this.start = start;
    this.limit = limit;
    this.position = start;
  }

  /** Bytes read so far. */
  public int position() {
    return position - start;
  }

  @Override
  public int remaining() {
    return limit - position;
  }

  MillraceException violation(String problem) {
    return new MillraceException(
        ErrorCode.CORRUPT_STATE,
        "stored state is damaged at byte "
            + position()
            + " of "
            + (limit - start)
            + ": "
            + problem
            + "; use an older snapshot, or restore the file from a copy");
  }

  private void require(int count) {
    if (limit - position < count) {
      throw violation(count + " bytes expected, " + (limit - position) + " left");
    }
  }

  @Override
  public boolean readBoolean() {
    int value = readByte();
    if ((value & ~1) != 0) {
      throw violation("a boolean of " + value);
    }
    return value == 1;
  }

  @Override
  public int readByte() {
    require(1);
    return bytes[position++];
  }

  @Override
  public int readInt() {
    long value = readLong();
    if ((int) value != value) {
      throw violation("the number " + value + " where one of 32 bits was written");
    }
    return (int) value;
  }

  @Override
  public long readLong() {
    long value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      int next = readByte();
      value |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        return (value >>> 1) ^ -(value & 1);
      }
    }
    throw violation("a number of more than 10 bytes");
  }

  @Override
  public float readFloat() {
    return Float.intBitsToFloat(readFixed());
  }

  @Override
  public double readDouble() {
    long low = readFixed() & 0xffff_ffffL;
    return Double.longBitsToDouble(((long) readFixed() << 32) | low);
  }

  /** Four bytes, low first. */
  private int readFixed() {
    require(4);
    int value =
        (bytes[position] & 0xff)
            | ((bytes[position + 1] & 0xff) << 8)
            | ((bytes[position + 2] & 0xff) << 16)
            | (bytes[position + 3] << 24);
    position += 4;
    return value;
  }

  /** Eight bytes, high first. */
  long readFixedLong() {
    require(8);
    long value = 0;
    for (int i = 0; i < 8; i++) {
      value = (value << 8) | (bytes[position++] & 0xff);
    }
    return value;
  }

  /** A number of things that take at least {@code leastBytes} each. */
  int readCount(int leastBytes) {
    long count = readLong();
    if (count < 0 || count > remaining() / leastBytes) {
      throw violation("a length of " + count + " with " + remaining() + " bytes left");
    }
    return (int) count;
  }

  @Override
  public byte[] readBytes() {
    return readRaw(readCount(1));
  }

  /** So many bytes as they are. */
  public byte[] readRaw(int count) {
    require(count);
    byte[] result = Arrays.copyOfRange(bytes, position, position + count);
    position += count;
    return result;
  }

  @Override
  public String readString() {
    long head = readLong();
    long length = head >> 1;
    if (length < 0 || length > remaining()) {
      throw violation("a text of " + length + " bytes with " + remaining() + " left");
    }
    return (head & 1) == 1 ? wideText((int) length) : text((int) length);
  }

  /** Avro's {@code string}. */
  String readText() {
    return text(readCount(1));
  }

  /** Bytes with their number, two for each char, high first. */
  String readUtf16() {
    return wideText(readCount(1));
  }

  private String wideText(int length) {
    if ((length & 1) == 1) {
      throw violation("half of a char");
    }
    // Not by a charset, which would replace half of a surrogate pair.
    char[] chars = new char[length / 2];
    for (int i = 0; i < chars.length; i++) {
      chars[i] = (char) ((bytes[position + 2 * i] << 8) | (bytes[position + 2 * i + 1] & 0xff));
    }
    position += length;
    return new String(chars);
  }

  private String text(int length) {
    String result = new String(bytes, position, length, StandardCharsets.UTF_8);
    position += length;
    return result;
  }

  void skip(int count) {
    require(count);
    position += count;
  }

  /** The next bytes with their number as a source of their own, which this one is behind then. */
  ValueSource readPart() {
    int length = readCount(1);
    ValueSource part = new ValueSource(bytes, position, position + length);
    position += length;
    return part;
  }
}
