package org.millrace.runner.task;

/**
 * An operator of a chain that runs on bytes, with the rules of {@link RecordOperator}. It uses
 * those of its fields that its class says.
 */
abstract class TextOperator implements TextConsumer {
  /** Takes the texts that it gives. */
  TextConsumer next;

  /** Takes the pairs that it gives. */
  TextPairConsumer pairs;

  /** Takes the objects that it gives. */
  RecordConsumer objects;

  TextCutter cutter;
  TextCondition condition;
  TextNumber number;
}
