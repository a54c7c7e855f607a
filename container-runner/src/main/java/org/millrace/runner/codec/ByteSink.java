package org.millrace.runner.codec;

import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/** A growing array of bytes with the primitive layouts of the record encoding. Not thread-safe. */
final class ByteSink extends OutputStream {
  private static final int MAX_BYTES = Integer.MAX_VALUE - 16;

  private byte[] bytes;
  private int size;

  ByteSink(int capacity) {
    bytes = new byte[capacity];
  }

  int size() {
    return size;
  }

  /** Forgets everything from {@code newSize} on. */
  void truncate(int newSize) {
    size = newSize;
  }

  /** The bytes so far, with so many unused ones before the position. */
  ByteBuffer copy(int roomBefore) {
    byte[] copy = new byte[roomBefore + size];
    System.arraycopy(bytes, 0, copy, roomBefore, size);
    return ByteBuffer.wrap(copy).position(roomBefore);
  }

  private void ensure(int more) {
    if (bytes.length - size < more) {
      grow(more);
    }
  }

  private void grow(int more) {
    long wanted = Math.max((long) size + more, bytes.length * 2L);
    if ((long) size + more > MAX_BYTES) {
      throw new MillraceException(
          ErrorCode.RECORD_TOO_LARGE,
          "a record does not fit into a page: "
              + ((long) size + more)
              + " bytes, at most "
              + MAX_BYTES
              + "; split it into smaller records");
    }
    bytes = Arrays.copyOf(bytes, (int) Math.min(wanted, MAX_BYTES));
  }

  @Override
  public void write(int value) {
    ensure(1);
    bytes[size++] = (byte) value;
  }

  @Override
  public void write(byte[] source, int offset, int length) {
    ensure(length);
    System.arraycopy(source, offset, bytes, size, length);
    size += length;
  }

  /** Seven bits a byte, lowest first, the high bit says that more follow; 1 to 5 bytes. */
  void writeVarint(int value) {
    ensure(5);
    int rest = value;
    while ((rest & ~0x7f) != 0) {
      bytes[size++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[size++] = (byte) rest;
  }

  /** Like {@link #writeVarint}; 1 to 10 bytes. */
  void writeVarlong(long value) {
    ensure(10);
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      bytes[size++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[size++] = (byte) rest;
  }

  void writeZigzag(int value) {
    writeVarint((value << 1) ^ (value >> 31));
  }

  void writeZigzag(long value) {
    writeVarlong((value << 1) ^ (value >> 63));
  }

  void writeShort(int value) {
    ensure(2);
    bytes[size] = (byte) (value >>> 8);
    bytes[size + 1] = (byte) value;
    size += 2;
  }

  void writeInt(int value) {
    ensure(4);
    bytes[size] = (byte) (value >>> 24);
    bytes[size + 1] = (byte) (value >>> 16);
    bytes[size + 2] = (byte) (value >>> 8);
    bytes[size + 3] = (byte) value;
    size += 4;
  }

  void writeLong(long value) {
    writeInt((int) (value >>> 32));
    writeInt((int) value);
  }

  /**
   * The low byte of each char.
   *
   * @return false, with nothing written, when a char has more than one byte
   */
  boolean writeLatin1(String value) {
    int length = value.length();
    ensure(length);
    byte[] target = bytes;
    int position = size;
    int seen = 0;
    for (int i = 0; i < length; i++) {
      char c = value.charAt(i);
      target[position + i] = (byte) c;
      seen |= c;
    }
    if (seen > 0xff) {
      return false;
    }
    size = position + length;
    return true;
  }
}
