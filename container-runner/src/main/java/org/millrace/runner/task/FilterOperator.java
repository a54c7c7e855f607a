package org.millrace.runner.task;

import org.millrace.api.function.Function;

/** The records for which the function is true. */
final class FilterOperator extends RecordOperator {
  private Function<Object, Boolean> function;

  @Override
  @SuppressWarnings("unchecked") // the program's types were checked where it was compiled
  void use(Object given) {
    function = (Function<Object, Boolean>) given;
  }

  @Override
  public void accept(Object record) throws Exception {
    if (function.call(record)) {
      next.accept(record);
    }
  }
}
