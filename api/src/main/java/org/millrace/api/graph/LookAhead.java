package org.millrace.api.graph;

import java.util.Iterator;
import java.util.NoSuchElementException;

/** An iterator that finds its next record before it is asked for it. Not thread-safe. */
abstract class LookAhead implements Iterator<Object> {
  private Object next;
  private boolean hasNext;
  private boolean ended;

  /** Looks for one more record: gives the result of {@link #found}, or false at the end. */
  abstract boolean advance();

  final boolean found(Object record) {
    next = record;
    return true;
  }

  @Override
  public final boolean hasNext() {
    if (!hasNext && !ended) {
      hasNext = advance();
      ended = !hasNext;
    }
    return hasNext;
  }

  @Override
  public final Object next() {
    if (!hasNext()) {
      throw new NoSuchElementException("there are no more records");
    }
    Object record = next;
    next = null;
    hasNext = false;
    return record;
  }
}
