package org.millrace.runner.task;

import org.millrace.api.function.VoidFunction;

/** Calls a function for each record. */
final class ForEachSink extends Sink {
  private VoidFunction<Object> function;

  @Override
  @SuppressWarnings("unchecked") // the program's types were checked where it was compiled
  void begin(SinkContext context) {
    function = (VoidFunction<Object>) context.function(context.spec().getFunction());
  }

  @Override
  public void accept(Object record) throws Exception {
    recordCount++;
    function.call(record);
  }
}
