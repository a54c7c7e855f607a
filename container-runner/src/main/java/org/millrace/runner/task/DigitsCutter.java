package org.millrace.runner.task;

import java.nio.charset.StandardCharsets;

/** A whole number in decimal; the last one is remembered, because windows of time seldom change. */
final class DigitsCutter extends TextCutter {
  private TextNumber number;
  private long last;
  private byte[] digits = {'0'};

  @Override
  void use(TextNumber given) {
    number = given;
  }

  @Override
  void cut(byte[] text, int start, int end) {
    long value = number.read(text, start, end);
    if (value != last) {
      digits = Long.toString(value).getBytes(StandardCharsets.ISO_8859_1);
      last = value;
    }
    found(digits, 0, digits.length);
  }
}
