package org.millrace.runner.task;

/** The whole text. */
final class AllCutter extends TextCutter {
  @Override
  void cut(byte[] text, int start, int end) {
    found(text, start, end);
  }
}
