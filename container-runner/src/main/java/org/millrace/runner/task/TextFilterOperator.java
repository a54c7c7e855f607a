package org.millrace.runner.task;

/** The texts for which {@link #condition} is true, to {@link #next}. */
final class TextFilterOperator extends TextOperator {
  @Override
  public void accept(byte[] bytes, int from, int to) throws Exception {
    if (condition.test(bytes, from, to)) {
      next.accept(bytes, from, to);
    }
  }

  @Override
  public void accept(byte[] bytes, int from, int to, long first, long second) throws Exception {
    if (condition.test(bytes, from, to)) {
      next.accept(bytes, from, to, first, second);
    }
  }
}
