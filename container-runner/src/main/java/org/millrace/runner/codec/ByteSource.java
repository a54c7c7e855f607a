package org.millrace.runner.codec;

import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/**
 * Reads the primitive layouts of the record encoding. Every length is checked against the bytes
 * that are left before anything is allocated; a violation is an error of code PROTOCOL_VIOLATION.
 * Not thread-safe.
 */
final class ByteSource {
  private final byte[] bytes;
  private final int start;
  private final int limit;
  private int position;

  ByteSource(ByteBuffer buffer) {
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

  byte[] array() {
    return bytes;
  }

  int position() {
    return position;
  }

  /** Goes back to what {@link #position} was. */
  void rewind(int earlier) {
    position = earlier;
  }

  boolean isAscii(int from, int to) {
    int seen = 0;
    for (int i = from; i < to; i++) {
      seen |= bytes[i];
    }
    return seen >= 0;
  }

  int remaining() {
    return limit - position;
  }

  MillraceException violation(String problem) {
    return new MillraceException(
        ErrorCode.PROTOCOL_VIOLATION,
        "encoded records are damaged at byte "
            + (position - start)
            + " of "
            + (limit - start)
            + ": "
            + problem);
  }

  private void require(int count) {
    if (limit - position < count) {
      throw violation(count + " bytes expected, " + (limit - position) + " left");
    }
  }

  int readByte() {
    require(1);
    return bytes[position++];
  }

  int readVarint() {
    int first = readByte();
    return first >= 0 ? first : readVarintRest(first & 0x7f);
  }

  private int readVarintRest(int low) {
    int value = low;
    for (int shift = 7; shift < 35; shift += 7) {
      int next = readByte();
      value |= (next & 0x7f) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw violation("a number of more than 5 bytes");
  }

  long readVarlong() {
    long value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      int next = readByte();
      value |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw violation("a number of more than 10 bytes");
  }

  int readZigzag() {
    int value = readVarint();
    return (value >>> 1) ^ -(value & 1);
  }

  long readZigzagLong() {
    long value = readVarlong();
    return (value >>> 1) ^ -(value & 1);
  }

  int readShort() {
    require(2);
    int value = (bytes[position] << 8) | (bytes[position + 1] & 0xff);
    position += 2;
    return value;
  }

  int readInt() {
    require(4);
    int value =
        (bytes[position] << 24)
            | ((bytes[position + 1] & 0xff) << 16)
            | ((bytes[position + 2] & 0xff) << 8)
            | (bytes[position + 3] & 0xff);
    position += 4;
    return value;
  }

  long readLong() {
    return ((long) readInt() << 32) | (readInt() & 0xffff_ffffL);
  }

  /** A count of things that take at least {@code leastBytes} each. */
  int readCount(int leastBytes) {
    int count = readVarint();
    if (count < 0 || count > remaining() / leastBytes) {
      throw violation(
          "a length of " + (count & 0xffff_ffffL) + " with " + remaining() + " bytes left");
    }
    return count;
  }

  byte[] readBytes(int count) {
    require(count);
    byte[] result = new byte[count];
    System.arraycopy(bytes, position, result, 0, count);
    position += count;
    return result;
  }

  String readString(int count, Charset charset) {
    require(count);
    String result = new String(bytes, position, count, charset);
    position += count;
    return result;
  }

  void skip(int count) {
    require(count);
    position += count;
  }
}
