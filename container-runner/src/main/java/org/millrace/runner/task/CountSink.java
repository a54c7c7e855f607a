package org.millrace.runner.task;

/** Gives the number of records. */
final class CountSink extends Sink {
  private ResultBuffer results;

  @Override
  void begin(SinkContext context) {
    results = context.resultBuffer();
  }

  @Override
  public void accept(Object record) {
    recordCount++;
  }

  @Override
  Result result() {
    results.add(recordCount);
    return results.take();
  }

  @Override
  void end() {
    results = null;
  }
}
