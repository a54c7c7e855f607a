package org.millrace.runner.task;

/** What stands after a text in a chain that runs on bytes. Owned by the slot loop of its task. */
interface TextConsumer {
  /**
   * @param bytes hold the text in {@code [from, to)} until the call returns; it means what {@code
   *     new String(bytes, from, to - from, UTF_8)} gives
   */
  void accept(byte[] bytes, int from, int to) throws Exception;

  /**
   * The same, from what has read the text already.
   *
   * @param first its first eight bytes, little endian; zeros for those that it does not have
   * @param second the next eight
   */
  default void accept(byte[] bytes, int from, int to, long first, long second) throws Exception {
    accept(bytes, from, to);
  }
}
