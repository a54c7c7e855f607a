package org.millrace.runner.task;

import java.util.Iterator;
import org.millrace.api.Tuple2;
import org.millrace.api.function.FlatMapFunction;

/** The same key with zero or more values. */
final class FlatMapValuesOperator extends RecordOperator {
  private FlatMapFunction<Object, Object> function;

  @Override
  @SuppressWarnings("unchecked") // the program's types were checked where it was compiled
  void use(Object given) {
    function = (FlatMapFunction<Object, Object>) given;
  }

  @Override
  public void accept(Object record) throws Exception {
    Tuple2<?, ?> pair = (Tuple2<?, ?>) record;
    Iterator<Object> values = function.call(pair._2());
    while (values.hasNext()) {
      next.accept(new Tuple2<>(pair._1(), values.next()));
    }
  }
}
