package org.millrace.runner.task;

/** Whether a field begins with a constant. */
final class StartsWithCondition extends TextCondition {
  @Override
  boolean test(byte[] text, int from, int to) {
    cutter.cut(text, from, to);
    return ByteSearch.isAt(cutter.bytes, cutter.from, cutter.to, constant);
  }
}
