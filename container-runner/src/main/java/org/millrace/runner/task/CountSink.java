package org.millrace.runner.task;

import org.millrace.runner.codec.NumberForm;

/** Gives the number of records. */
final class CountSink extends Sink implements TextConsumer, TextPairConsumer {
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
  public void accept(byte[] bytes, int from, int to) {
    recordCount++;
  }

  @Override
  public void accept(byte[] key, int from, int to, NumberForm form, long bits) {
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
