package org.millrace.runner.task;

import org.millrace.runner.codec.NumberForm;

/** Pairs of a text and null, to {@link #pairs}. */
final class WithoutValueOperator extends TextOperator {
  @Override
  public void accept(byte[] bytes, int from, int to) throws Exception {
    pairs.accept(bytes, from, to, NumberForm.NOTHING, 0);
  }
}
