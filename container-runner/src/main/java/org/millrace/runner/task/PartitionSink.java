package org.millrace.runner.task;

import java.util.Iterator;
import org.millrace.api.function.Function;
import org.millrace.api.function.VoidFunction;
import org.millrace.runner.wire.proto.SinkKind;

/**
 * Calls a function once with the iterator over the partition: FOR_EACH_PARTITION, MAP_PARTITION.
 * Records are pulled, not pushed.
 */
final class PartitionSink extends Sink {
  private SinkContext context;
  private ResultBuffer results;

  @Override
  void begin(SinkContext given) {
    context = given;
    results = given.resultBuffer();
  }

  @SuppressWarnings("unchecked") // the program's types were checked where it was compiled
  void call(Iterator<Object> records) throws Exception {
    Object function = context.function(context.spec().getFunction());
    if (context.spec().getKind() == SinkKind.MAP_PARTITION) {
      results.add(((Function<Iterator<Object>, Object>) function).call(records));
    } else {
      ((VoidFunction<Iterator<Object>>) function).call(records);
    }
  }

  @Override
  public void accept(Object record) {
    throw new IllegalStateException("records are pulled by the function");
  }

  @Override
  Result result() {
    return results.size() == 0 ? Result.NOTHING : results.take();
  }

  @Override
  void end() {
    context = null;
    results = null;
  }
}
