package org.millrace.api.codec;

import java.io.Serializable;

/**
 * Stores values of a class that no built-in codec knows.
 *
 * <p>Given to {@link org.millrace.api.streaming.StreamingContext#registerCodec}, sent to executors,
 * and called by several threads at once: it keeps nothing between calls. What it writes is read by
 * later versions of the program, so it says under which name and in which version it wrote.
 *
 * @param <T> type of the values
 */
public interface Codec<T> extends Serializable {
  /**
   * The name by which stored values find their codec, of letters, digits, {@code .}, {@code _} and
   * {@code -}. It outlives renamed classes; no two codecs of a program have the same.
   */
  String name();

  /** The version of what {@link #write} writes, from 0; larger when its layout changes. */
  int version();

  /**
   * Writes a value, which is never null. Equal values may have different bytes.
   *
   * @param out bounded by the size of a record; a failure leaves nothing behind
   */
  void write(T value, CodecOutput out);

  /**
   * Reads what {@link #write} wrote, all of it, and gives a value that is equal, with the same hash
   * code if it is used in keys.
   *
   * @param writtenVersion {@link #version()} of the codec that wrote it, at most the present one
   * @param in holds the bytes of this value and no others
   */
  T read(int writtenVersion, CodecInput in);
}
