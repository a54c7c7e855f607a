package org.millrace.runner.task;

/** Whether a whole number is in a range. */
final class LongBetweenCondition extends TextCondition {
  @Override
  boolean test(byte[] text, int from, int to) {
    long value = number.read(text, from, to);
    return value >= least && value <= most;
  }
}
