package org.millrace.runner.task;

import org.millrace.api.transparent.FromBytes;
import org.millrace.api.transparent.TextBytes;

/** The texts that a function gives as bytes, to {@link #texts}. */
final class FromBytesOperator extends RecordOperator implements TextBytes.Output {
  private TextBytes<Object> function;
  private TextConsumer texts;

  @Override
  @SuppressWarnings("unchecked") // the program's types were checked where it was compiled
  void use(Object given) {
    function = ((FromBytes<Object>) given).function();
  }

  @Override
  void giveTo(TextConsumer given) {
    texts = given;
  }

  @Override
  public void accept(Object record) throws Exception {
    function.give(record, this);
  }

  @Override
  public void add(byte[] bytes, int from, int to) throws Exception {
    texts.accept(bytes, from, to);
  }
}
