package org.millrace.runner.task;

import org.millrace.api.function.Function2;

/** Folds the records from the first to the last; nothing for no records. */
final class ReduceSink extends Sink {
  private Function2<Object, Object, Object> function;
  private ResultBuffer results;
  private Object folded;

  @Override
  @SuppressWarnings("unchecked") // the program's types were checked where it was compiled
  void begin(SinkContext context) {
    function = (Function2<Object, Object, Object>) context.function(context.spec().getFunction());
    results = context.resultBuffer();
    folded = null;
  }

  @Override
  public void accept(Object record) throws Exception {
    folded = recordCount == 0 ? record : function.call(folded, record);
    recordCount++;
  }

  @Override
  Result result() {
    if (recordCount > 0) {
      results.add(folded);
    }
    return results.take();
  }

  @Override
  void end() {
    results = null;
    folded = null;
  }
}
