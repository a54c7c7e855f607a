package org.millrace.runner.task;

import org.millrace.runner.codec.NumberForm;

/**
 * Reads a number out of a text. Subclasses are defined anew for each place, with the rules of
 * {@link RecordOperator}.
 */
abstract class TextNumber {
  TextCutter cutter;

  /** What is rounded, and to a multiple of what. */
  TextNumber number;

  long step;

  /** The number of a text that is none. */
  long otherwise;

  abstract NumberForm form();

  /** The bits of the number, as its form has them. */
  abstract long read(byte[] text, int from, int to);
}
