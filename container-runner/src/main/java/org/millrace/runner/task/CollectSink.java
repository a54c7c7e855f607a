package org.millrace.runner.task;

/** Gives all records to the driver. */
final class CollectSink extends Sink {
  private ResultBuffer results;
  private long genericBytes;

  @Override
  void begin(SinkContext context) {
    results = context.resultBuffer();
  }

  @Override
  public void accept(Object record) {
    recordCount++;
    results.add(record);
  }

  @Override
  Result result() {
    genericBytes = results.genericBytes();
    return results.take();
  }

  @Override
  long genericBytes() {
    return genericBytes;
  }

  @Override
  void end() {
    results = null;
  }
}
