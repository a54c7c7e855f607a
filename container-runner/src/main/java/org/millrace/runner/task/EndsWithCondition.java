package org.millrace.runner.task;

/** Whether a field ends with a constant. */
final class EndsWithCondition extends TextCondition {
  @Override
  boolean test(byte[] text, int from, int to) {
    cutter.cut(text, from, to);
    int start = cutter.to - constant.length;
    return start >= cutter.from && ByteSearch.isAt(cutter.bytes, start, cutter.to, constant);
  }
}
