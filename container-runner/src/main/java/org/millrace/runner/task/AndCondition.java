package org.millrace.runner.task;

/** Whether both hold. */
final class AndCondition extends TextCondition {
  @Override
  boolean test(byte[] text, int from, int to) {
    return first.test(text, from, to) && second.test(text, from, to);
  }
}
