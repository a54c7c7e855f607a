package org.millrace.runner.task;

/** What {@link #cutter} reads in a text, to {@link #next}. */
final class FieldOperator extends TextOperator {
  @Override
  public void accept(byte[] bytes, int from, int to) throws Exception {
    cutter.cut(bytes, from, to);
    next.accept(cutter.bytes, cutter.from, cutter.to);
  }
}
