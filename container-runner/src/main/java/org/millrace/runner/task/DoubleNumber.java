package org.millrace.runner.task;

import java.nio.charset.StandardCharsets;
import org.millrace.api.transparent.DoubleField;
import org.millrace.runner.codec.NumberForm;

/**
 * A number, as {@link DoubleField.Parsed} reads it. Up to 15 digits and a point are read here: both
 * the digits and the power of ten are exact doubles, so one division rounds right (Clinger, "How to
 * read floating point numbers accurately", 1990).
 */
final class DoubleNumber extends TextNumber {
  private static final int EXACT_DIGITS = 15;

  private static final double[] POWERS = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15
  };

  @Override
  NumberForm form() {
    return NumberForm.DOUBLE;
  }

  @Override
  long read(byte[] text, int from, int to) {
    cutter.cut(text, from, to);
    return Double.doubleToRawLongBits(parse(cutter.bytes, cutter.from, cutter.to));
  }

  private double parse(byte[] bytes, int from, int to) {
    boolean negative = from < to && bytes[from] == '-';
    long value = 0;
    int digits = 0;
    int point = -1;
    for (int i = negative ? from + 1 : from; i < to; i++) {
      int digit = bytes[i] - '0';
      if (digit >= 0 && digit <= 9 && digits < EXACT_DIGITS) {
        value = 10 * value + digit;
        digits++;
      } else if (bytes[i] == '.' && point < 0) {
        point = digits;
      } else {
        return parseString(bytes, from, to);
      }
    }
    if (digits == 0) {
      return parseString(bytes, from, to);
    }
    double number = point < 0 ? value : value / POWERS[digits - point];
    return negative ? -number : number;
  }

  private double parseString(byte[] bytes, int from, int to) {
    if (from == to) {
      return Double.longBitsToDouble(otherwise);
    }
    String number = new String(bytes, from, to - from, StandardCharsets.UTF_8);
    return DoubleField.Parsed.parse(number, Double.longBitsToDouble(otherwise));
  }
}
