package org.millrace.runner.task;

import org.millrace.api.function.PairFunction;

/** One pair for one record. */
final class MapToPairOperator extends RecordOperator {
  private PairFunction<Object, Object, Object> function;

  @Override
  @SuppressWarnings("unchecked") // the program's types were checked where it was compiled
  void use(Object given) {
    function = (PairFunction<Object, Object, Object>) given;
  }

  @Override
  public void accept(Object record) throws Exception {
    next.accept(function.call(record));
  }
}
