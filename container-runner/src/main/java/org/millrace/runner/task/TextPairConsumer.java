package org.millrace.runner.task;

import org.millrace.runner.codec.NumberForm;

/** What stands after pairs of a text and a number in a chain that runs on bytes. */
interface TextPairConsumer {
  /**
   * @param key holds the text in {@code [from, to)} until the call returns
   * @param form class of the number
   * @param bits the number, see {@link NumberForm}
   */
  void accept(byte[] key, int from, int to, NumberForm form, long bits) throws Exception;

  /**
   * The same, from what has read the text already.
   *
   * @param first see {@link TextConsumer#accept(byte[], int, int, long, long)}
   */
  default void accept(
      byte[] key, int from, int to, long first, long second, NumberForm form, long bits)
      throws Exception {
    accept(key, from, to, form, bits);
  }
}
