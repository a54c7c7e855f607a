package org.millrace.runner.task;

/** Whether a number is in a range. */
final class DoubleBetweenCondition extends TextCondition {
  @Override
  boolean test(byte[] text, int from, int to) {
    double value = Double.longBitsToDouble(number.read(text, from, to));
    return value >= Double.longBitsToDouble(least) && value <= Double.longBitsToDouble(most);
  }
}
