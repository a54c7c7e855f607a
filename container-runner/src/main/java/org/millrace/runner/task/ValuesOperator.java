package org.millrace.runner.task;

import org.millrace.api.Tuple2;

/** The value of each pair. */
final class ValuesOperator extends RecordOperator {
  @Override
  void use(Object function) {
    // There is none.
  }

  @Override
  public void accept(Object record) throws Exception {
    next.accept(((Tuple2<?, ?>) record)._2());
  }
}
