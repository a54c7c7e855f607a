package org.millrace.runner.task;

import org.millrace.api.transparent.TextField;

/**
 * Reads a field of a text: where it is, is in the fields until the next call. Subclasses are
 * defined anew for each place, with the rules of {@link RecordOperator}.
 */
abstract class TextCutter {
  byte[] bytes;
  int from;
  int to;

  /**
   * @param field what the program calls it
   * @param first cuts the text that it needs first; null: none
   * @param second cuts the text that it needs then; null: none
   */
  void use(TextField field, TextCutter first, TextCutter second) {
    // Most need nothing.
  }

  /**
   * @param number reads the number that it needs
   */
  void use(TextNumber number) {
    // Most need none.
  }

  /** Finds the field of the text in {@code [start, end)} of {@code text}. */
  abstract void cut(byte[] text, int start, int end);

  final void found(byte[] in, int start, int end) {
    bytes = in;
    from = start;
    to = end;
  }
}
