package org.millrace.runner.task;

/** Whether a field equals a constant. */
final class IsCondition extends TextCondition {
  @Override
  boolean test(byte[] text, int from, int to) {
    cutter.cut(text, from, to);
    return cutter.to - cutter.from == constant.length
        && ByteSearch.isAt(cutter.bytes, cutter.from, cutter.to, constant);
  }
}
