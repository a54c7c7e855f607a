package org.millrace.runner.task;

/**
 * What is behind a pipe or a chain: one of these takes each record.
 *
 * @param objects takes any record
 * @param texts takes texts in bytes; null: they must be strings
 * @param pairs takes pairs of text and number in bytes; null: they must be objects
 */
record Outlet(RecordConsumer objects, TextConsumer texts, TextPairConsumer pairs) {
  /** Takes in bytes what {@code end} can take so. */
  static Outlet of(RecordConsumer end) {
    return new Outlet(
        end,
        end instanceof TextConsumer texts ? texts : null,
        end instanceof TextPairConsumer pairs ? pairs : null);
  }
}
