package org.millrace.runner.task;

/** Pairs of what {@link #cutter} and {@link #number} read in a text, to {@link #pairs}. */
final class KeyedOperator extends TextOperator {
  @Override
  public void accept(byte[] bytes, int from, int to) throws Exception {
    long bits = number.read(bytes, from, to);
    cutter.cut(bytes, from, to);
    pairs.accept(cutter.bytes, cutter.from, cutter.to, number.form(), bits);
  }
}
