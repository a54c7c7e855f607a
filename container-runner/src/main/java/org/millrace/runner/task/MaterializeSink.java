package org.millrace.runner.task;

/** Reads its input to the end and gives nothing: what matters happens on the way. */
final class MaterializeSink extends Sink {
  @Override
  void begin(SinkContext context) {
    // Nothing is made of the records.
  }

  @Override
  public void accept(Object record) {
    recordCount++;
  }
}
