package org.millrace.runner.task;

import org.millrace.api.transparent.Pairings;

/** The pair of null and 1 for each text, to {@link #objects}; it is always the same object. */
final class WithoutKeyOperator extends TextOperator {
  @Override
  public void accept(byte[] bytes, int from, int to) throws Exception {
    objects.accept(Pairings.WithoutKey.PAIR);
  }
}
