package org.millrace.runner.task;

import java.util.Iterator;
import org.millrace.api.Tuple2;
import org.millrace.api.function.PairFlatMapFunction;

/** Zero or more pairs for one record. */
final class FlatMapToPairOperator extends RecordOperator {
  private PairFlatMapFunction<Object, Object, Object> function;

  @Override
  @SuppressWarnings("unchecked") // the program's types were checked where it was compiled
  void use(Object given) {
    function = (PairFlatMapFunction<Object, Object, Object>) given;
  }

  @Override
  public void accept(Object record) throws Exception {
    Iterator<Tuple2<Object, Object>> results = function.call(record);
    while (results.hasNext()) {
      next.accept(results.next());
    }
  }
}
