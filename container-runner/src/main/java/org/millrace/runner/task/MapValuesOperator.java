package org.millrace.runner.task;

import org.millrace.api.Tuple2;
import org.millrace.api.function.Function;

/** The same key with another value. */
final class MapValuesOperator extends RecordOperator {
  private Function<Object, Object> function;

  @Override
  @SuppressWarnings("unchecked") // the program's types were checked where it was compiled
  void use(Object given) {
    function = (Function<Object, Object>) given;
  }

  @Override
  public void accept(Object record) throws Exception {
    Tuple2<?, ?> pair = (Tuple2<?, ?>) record;
    next.accept(new Tuple2<>(pair._1(), function.call(pair._2())));
  }
}
