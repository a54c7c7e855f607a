package org.millrace.api.codec;

/**
 * Gives back the parts of a value in the order in which {@link CodecOutput} took them. Valid during
 * one call of {@link Codec#read}.
 *
 * <p>Every method throws a {@link org.millrace.api.error.MillraceException} of code CORRUPT_STATE
 * when the value ends before, or has something that cannot be such a part. Nothing is allocated
 * that is larger than the bytes which are left.
 */
public interface CodecInput {
  /** What {@link CodecOutput#writeBoolean} wrote. */
  boolean readBoolean();

  /** What {@link CodecOutput#writeByte} wrote, from -128 to 127. */
  int readByte();

  /** What {@link CodecOutput#writeInt} wrote. */
  int readInt();

  /** What {@link CodecOutput#writeLong} wrote, or writeInt. */
  long readLong();

  /** What {@link CodecOutput#writeFloat} wrote. */
  float readFloat();

  /** What {@link CodecOutput#writeDouble} wrote. */
  double readDouble();

  /** What {@link CodecOutput#writeString} wrote. */
  String readString();

  /** What {@link CodecOutput#writeBytes} wrote, in an array of its own. */
  byte[] readBytes();

  /** Bytes of the value that were not read. */
  int remaining();
}
