package org.millrace.runner.task;

/**
 * A condition on a text. Subclasses are defined anew for each place, with the rules of {@link
 * RecordOperator}; each uses those of the fields that it needs.
 */
abstract class TextCondition {
  TextCutter cutter;
  byte[] constant;
  TextNumber number;
  TextCondition first;
  TextCondition second;

  /** The bounds of a number, as {@link org.millrace.runner.codec.NumberForm} has them. */
  long least;

  long most;

  abstract boolean test(byte[] text, int from, int to);
}
