package org.millrace.runner.task;

/** What stands after a text in a chain that runs on bytes. Owned by the slot loop of its task. */
interface TextConsumer {
  /**
   * @param bytes hold the text in {@code [from, to)} until the call returns; it means what {@code
   *     new String(bytes, from, to - from, UTF_8)} gives
   */
  void accept(byte[] bytes, int from, int to) throws Exception;
}
