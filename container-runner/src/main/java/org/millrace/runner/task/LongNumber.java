package org.millrace.runner.task;

import java.nio.charset.StandardCharsets;
import org.millrace.api.transparent.LongField;
import org.millrace.runner.codec.NumberForm;

/** A whole number, as {@link LongField.Parsed} reads it. */
final class LongNumber extends TextNumber {
  /** So many digits are no overflow. */
  private static final int SAFE_DIGITS = 18;

  @Override
  NumberForm form() {
    return NumberForm.LONG;
  }

  @Override
  long read(byte[] text, int from, int to) {
    cutter.cut(text, from, to);
    return parse(cutter.bytes, cutter.from, cutter.to);
  }

  private long parse(byte[] bytes, int from, int to) {
    boolean signed = from < to && (bytes[from] == '-' || bytes[from] == '+');
    int first = signed ? from + 1 : from;
    if (first == to) {
      return otherwise;
    }
    if (to - first > SAFE_DIGITS) {
      return parseString(bytes, from, to);
    }
    long value = 0;
    for (int i = first; i < to; i++) {
      int digit = bytes[i] - '0';
      if (digit < 0 || digit > 9) {
        // There are digits beyond ASCII.
        return digit < -'0' ? parseString(bytes, from, to) : parseNone(bytes, i, from, to);
      }
      value = 10 * value + digit;
    }
    return bytes[from] == '-' ? -value : value;
  }

  /**
   * A byte that is no ASCII digit was seen: only text beyond ASCII may be a number all the same.
   */
  private long parseNone(byte[] bytes, int at, int from, int to) {
    for (int i = at; i < to; i++) {
      if (bytes[i] < 0) {
        return parseString(bytes, from, to);
      }
    }
    return otherwise;
  }

  private long parseString(byte[] bytes, int from, int to) {
    String number = new String(bytes, from, to - from, StandardCharsets.UTF_8);
    return LongField.Parsed.parse(number, otherwise);
  }
}
