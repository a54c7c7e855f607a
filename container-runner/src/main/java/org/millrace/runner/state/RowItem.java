package org.millrace.runner.state;

/** What an item of a captured partition is; the numbers are durable: docs/format/state-files.md. */
final class RowItem {
  /** Number, touch of a TIMED one, key, value. */
  static final int ENTERED = 1;

  /** Number, touch of a TIMED one, value. */
  static final int CHANGED = 2;

  /** Number. */
  static final int REMOVED = 3;

  /** Number of the pane, position, key, value. */
  static final int IN_PANE = 4;

  /** Number of the oldest pane: older ones are gone. */
  static final int OLDEST_PANE = 5;

  /** A key that the filter is to be asked about. */
  static final int TO_FILTER = 6;

  /** A key that must be back when the pane is complete. */
  static final int MISSING = 7;

  private RowItem() {}
}
