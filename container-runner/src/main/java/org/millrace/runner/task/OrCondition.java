package org.millrace.runner.task;

/** Whether one of both holds. */
final class OrCondition extends TextCondition {
  @Override
  boolean test(byte[] text, int from, int to) {
    return first.test(text, from, to) || second.test(text, from, to);
  }
}
