package org.millrace.runner.state;

/**
 * A key of a {@link StateTable} and its place in the order. Values are immutable: a change puts
 * another value here, so that the one before can come back.
 */
class Entry {
  final Object key;
  final int hash;

  /** Rises with the order of the table; no other entry of the table ever has it. */
  final long number;

  Object value;

  /** Neighbours in the order of the table; one that left keeps them, so that it can come back. */
  Entry before;

  Entry after;
  boolean isPresent;

  /** {@link ChangeLog#serial} of the log that has its value of before. */
  int loggedBy;

  /** {@link ChangeNotes#serial} of the notes that have it, or what a capture did with it. */
  int notedBy;

  Entry(Object key, int hash, Object value, long number) {
    this.key = key;
    this.hash = hash;
    this.value = value;
    this.number = number;
  }
}
