package org.millrace.runner.task;

/** Whether the first does not hold. */
final class NotCondition extends TextCondition {
  @Override
  boolean test(byte[] text, int from, int to) {
    return !first.test(text, from, to);
  }
}
