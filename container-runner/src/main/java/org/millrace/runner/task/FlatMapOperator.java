package org.millrace.runner.task;

import java.util.Iterator;
import org.millrace.api.function.FlatMapFunction;

/** Zero or more records for one. */
final class FlatMapOperator extends RecordOperator {
  private FlatMapFunction<Object, Object> function;

  @Override
  @SuppressWarnings("unchecked") // the program's types were checked where it was compiled
  void use(Object given) {
    function = (FlatMapFunction<Object, Object>) given;
  }

  @Override
  public void accept(Object record) throws Exception {
    Iterator<Object> results = function.call(record);
    while (results.hasNext()) {
      next.accept(results.next());
    }
  }
}
