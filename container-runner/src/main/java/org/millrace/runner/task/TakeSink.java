package org.millrace.runner.task;

import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/** Gives the first records to the driver; the argument of the task says how many. */
final class TakeSink extends Sink {
  private ResultBuffer results;
  private int limit;

  @Override
  void begin(SinkContext context) {
    results = context.resultBuffer();
    try {
      limit = Integer.parseInt(context.argument());
    } catch (NumberFormatException e) {
      throw new MillraceException(
          ErrorCode.INTERNAL, context.task() + " takes '" + context.argument() + "' records", e);
    }
  }

  @Override
  public void accept(Object record) {
    if (results.size() < limit) {
      recordCount++;
      results.add(record);
    }
  }

  @Override
  boolean isSatisfied() {
    return results.size() >= limit;
  }

  @Override
  Result result() {
    return results.take();
  }

  @Override
  void end() {
    results = null;
  }
}
