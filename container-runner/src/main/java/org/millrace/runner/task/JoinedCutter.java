package org.millrace.runner.task;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.millrace.api.transparent.TextField;

/** Two fields with a constant between them. */
final class JoinedCutter extends TextCutter {
  private TextCutter first;
  private TextCutter second;
  private byte[] between;
  private byte[] joined = new byte[64];

  @Override
  void use(TextField given, TextCutter firstCutter, TextCutter secondCutter) {
    first = firstCutter;
    second = secondCutter;
    between = ((TextField.Joined) given).between().getBytes(StandardCharsets.UTF_8);
  }

  @Override
  void cut(byte[] text, int start, int end) {
    first.cut(text, start, end);
    append(0, first.bytes, first.from, first.to);
    append(to, between, 0, between.length);
    second.cut(text, start, end);
    append(to, second.bytes, second.from, second.to);
  }

  private void append(int at, byte[] part, int start, int end) {
    int length = end - start;
    if (joined.length - at < length) {
      joined = Arrays.copyOf(joined, 2 * (at + length));
    }
    System.arraycopy(part, start, joined, at, length);
    found(joined, 0, at + length);
  }
}
