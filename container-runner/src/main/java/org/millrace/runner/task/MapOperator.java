package org.millrace.runner.task;

import org.millrace.api.function.Function;

/** One record for one. */
final class MapOperator extends RecordOperator {
  private Function<Object, Object> function;

  @Override
  @SuppressWarnings("unchecked") // the program's types were checked where it was compiled
  void use(Object given) {
    function = (Function<Object, Object>) given;
  }

  @Override
  public void accept(Object record) throws Exception {
    next.accept(function.call(record));
  }
}
