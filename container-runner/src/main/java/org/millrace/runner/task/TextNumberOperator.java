package org.millrace.runner.task;

/** What {@link #number} reads in a text, boxed, to {@link #objects}. */
final class TextNumberOperator extends TextOperator {
  @Override
  public void accept(byte[] bytes, int from, int to) throws Exception {
    objects.accept(number.form().box(number.read(bytes, from, to)));
  }
}
