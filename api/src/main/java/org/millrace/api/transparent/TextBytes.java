package org.millrace.api.transparent;

import java.io.Serializable;

/**
 * A function that gives texts as bytes, for {@link Text#fromBytes}.
 *
 * @param <T> type of the records
 */
@FunctionalInterface
public interface TextBytes<T> extends Serializable {
  /** Adds the texts of a record to {@code out} in order. */
  void give(T record, Output out) throws Exception;

  /** Takes texts. */
  interface Output {
    /**
     * Adds the text in {@code [from, to)} of {@code bytes}, in UTF-8: {@code new String(bytes,
     * from, to - from, UTF_8)}. The bytes may be changed when the call has returned.
     */
    void add(byte[] bytes, int from, int to) throws Exception;
  }
}
