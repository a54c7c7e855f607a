package org.millrace.api.codec;

/**
 * Takes the parts of a value one after the other. Valid during one call of {@link Codec#write}.
 *
 * <p>Every method throws a {@link org.millrace.api.error.MillraceException} of code
 * RECORD_TOO_LARGE when a value becomes larger than 2 GiB.
 */
public interface CodecOutput {
  /** One byte. */
  void writeBoolean(boolean value);

  /** The low byte of a number. */
  void writeByte(int value);

  /** 1 to 5 bytes, fewer for numbers near zero. */
  void writeInt(int value);

  /** 1 to 10 bytes, fewer for numbers near zero. */
  void writeLong(long value);

  /** Four bytes. */
  void writeFloat(float value);

  /** Eight bytes. */
  void writeDouble(double value);

  /** The text, not null, with its length; any chars. */
  void writeString(String value);

  /** Bytes, not null, with their number. */
  void writeBytes(byte[] value);
}
