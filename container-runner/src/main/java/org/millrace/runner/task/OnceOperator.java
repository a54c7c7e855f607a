package org.millrace.runner.task;

import org.millrace.runner.codec.NumberForm;

/** Pairs of a text and 1, to {@link #pairs}. */
final class OnceOperator extends TextOperator {
  @Override
  public void accept(byte[] bytes, int from, int to) throws Exception {
    pairs.accept(bytes, from, to, NumberForm.LONG, 1);
  }

  @Override
  public void accept(byte[] bytes, int from, int to, long first, long second) throws Exception {
    pairs.accept(bytes, from, to, first, second, NumberForm.LONG, 1);
  }
}
