package org.millrace.runner.task;

import org.millrace.runner.codec.NumberForm;

/** A whole number rounded down to a multiple. */
final class RoundedNumber extends TextNumber {
  @Override
  NumberForm form() {
    return NumberForm.LONG;
  }

  @Override
  long read(byte[] text, int from, int to) {
    long value = number.read(text, from, to);
    return value - Math.floorMod(value, step);
  }
}
