package org.millrace.runner.task;

import java.nio.charset.StandardCharsets;

/** Makes a string of each text for {@link #objects}: where a chain on bytes ends. */
final class StringOperator extends TextOperator {
  @Override
  public void accept(byte[] bytes, int from, int to) throws Exception {
    // The constructor copies bytes that are all ASCII without decoding them.
    objects.accept(new String(bytes, from, to - from, StandardCharsets.UTF_8));
  }
}
