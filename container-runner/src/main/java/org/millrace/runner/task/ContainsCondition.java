package org.millrace.runner.task;

/** Whether a constant occurs in a field. */
final class ContainsCondition extends TextCondition {
  @Override
  boolean test(byte[] text, int from, int to) {
    cutter.cut(text, from, to);
    return constant.length == 0
        || ByteSearch.indexOf(cutter.bytes, cutter.from, cutter.to, constant) >= 0;
  }
}
