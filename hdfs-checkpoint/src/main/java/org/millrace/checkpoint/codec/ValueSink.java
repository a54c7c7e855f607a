package org.millrace.checkpoint.codec;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.millrace.api.codec.CodecOutput;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/**
 * A growing array of bytes with the primitive layouts of Avro: {@code docs/format/state-values.md}.
 * Not thread-safe.
 */
public final class ValueSink implements CodecOutput {
  private static final int MAX_BYTES = Integer.MAX_VALUE - 16;
  private static final int LEAST_CAPACITY = 256;

  private byte[] bytes;
  private int size;

  /** A sink of no bytes. */
  public ValueSink() {
    this(LEAST_CAPACITY);
  }

  /** A sink of no bytes, with room for some. */
  public ValueSink(int capacity) {
    bytes = new byte[Math.max(capacity, 16)];
  }

  /** Bytes so far. */
  public int size() {
    return size;
  }

  /** Forgets everything from {@code newSize} on. */
  public void truncate(int newSize) {
    if (newSize < 0 || newSize > size) {
      throw new IllegalArgumentException("truncated to " + newSize + " of " + size + " bytes");
    }
    size = newSize;
  }

  /** The bytes so far, without a copy: valid until the next change of this sink. */
  public ByteBuffer view() {
    return ByteBuffer.wrap(bytes, 0, size).slice();
  }

  /** A copy of the bytes so far. */
  public byte[] toByteArray() {
    return Arrays.copyOf(bytes, size);
  }

  private void ensure(int more) {
    if (bytes.length - size < more) {
      grow(more);
    }
  }

  private void grow(int more) {
    long needed = (long) size + more;
    if (needed > MAX_BYTES) {
      throw new MillraceException(
          ErrorCode.RECORD_TOO_LARGE,
          "stored values take "
              + needed
              + " bytes, at most "
              + MAX_BYTES
              + " fit together; keep a smaller value for each key");
    }
    bytes = Arrays.copyOf(bytes, (int) Math.min(Math.max(needed, bytes.length * 2L), MAX_BYTES));
  }

  @Override
  public void writeBoolean(boolean value) {
    writeByte(value ? 1 : 0);
  }

  @Override
  public void writeByte(int value) {
    ensure(1);
    bytes[size++] = (byte) value;
  }

  @Override
  public void writeInt(int value) {
    writeLong(value);
  }

  @Override
  public void writeLong(long value) {
    ensure(10);
    byte[] target = bytes;
    int position = size;
    long rest = (value << 1) ^ (value >> 63);
    while ((rest & ~0x7fL) != 0) {
      target[position++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    target[position++] = (byte) rest;
    size = position;
  }

  @Override
  public void writeFloat(float value) {
    ensure(4);
    writeFixed(Float.floatToRawIntBits(value));
  }

  @Override
  public void writeDouble(double value) {
    ensure(8);
    long bits = Double.doubleToRawLongBits(value);
    writeFixed((int) bits);
    writeFixed((int) (bits >>> 32));
  }

  /** Four bytes, low first; there must be room. */
  private void writeFixed(int value) {
    byte[] target = bytes;
    int position = size;
    target[position] = (byte) value;
    target[position + 1] = (byte) (value >>> 8);
    target[position + 2] = (byte) (value >>> 16);
    target[position + 3] = (byte) (value >>> 24);
    size = position + 4;
  }

  @Override
  public void writeBytes(byte[] value) {
    writeLong(value.length);
    writeRaw(value, 0, value.length);
  }

  /** Eight bytes, high first. */
  void writeFixedLong(long value) {
    ensure(8);
    for (int shift = 56; shift >= 0; shift -= 8) {
      bytes[size++] = (byte) (value >>> shift);
    }
  }

  /** Some bytes as they are, without their number. */
  public void writeRaw(byte[] value, int offset, int length) {
    ensure(length);
    System.arraycopy(value, offset, bytes, size, length);
    size += length;
  }

  /** All bytes of another sink, with their number. */
  void writeBytesOf(ValueSink other) {
    writeLong(other.size);
    writeRaw(other.bytes, 0, other.size);
  }

  @Override
  public void writeString(String value) {
    // Any chars: the lowest bit of the length says whether they are in two bytes each.
    byte[] encoded;
    boolean wide = !isWellFormed(value);
    if (wide) {
      encoded = utf16(value);
    } else {
      encoded = value.getBytes(StandardCharsets.UTF_8);
    }
    writeLong(((long) encoded.length << 1) | (wide ? 1 : 0));
    writeRaw(encoded, 0, encoded.length);
  }

  /**
   * Text as Avro's {@code string}.
   *
   * @return false, with nothing written, when it has half of a surrogate pair, which is no Unicode
   */
  boolean writeText(String value) {
    int start = size;
    int length = value.length();
    writeLong(length);
    ensure(length);
    byte[] target = bytes;
    int position = size;
    int seen = 0;
    for (int i = 0; i < length; i++) {
      char c = value.charAt(i);
      target[position + i] = (byte) c;
      seen |= c;
    }
    if (seen < 0x80) {
      size = position + length;
      return true;
    }
    size = start;
    if (!isWellFormed(value)) {
      return false;
    }
    writeBytes(value.getBytes(StandardCharsets.UTF_8));
    return true;
  }

  private static boolean isWellFormed(String value) {
    int length = value.length();
    for (int i = 0; i < length; i++) {
      char c = value.charAt(i);
      if (Character.isSurrogate(c)) {
        boolean pair =
            Character.isHighSurrogate(c)
                && i + 1 < length
                && Character.isLowSurrogate(value.charAt(i + 1));
        if (!pair) {
          return false;
        }
        i++;
      }
    }
    return true;
  }

  /** Two bytes for each char, high first. */
  static byte[] utf16(String value) {
    byte[] encoded = new byte[2 * value.length()];
    for (int i = 0; i < value.length(); i++) {
      encoded[2 * i] = (byte) (value.charAt(i) >>> 8);
      encoded[2 * i + 1] = (byte) value.charAt(i);
    }
    return encoded;
  }
}
