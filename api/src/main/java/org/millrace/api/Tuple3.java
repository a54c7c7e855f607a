package org.millrace.api;

import java.io.Serializable;

/**
 * Three values. Each may be null.
 *
 * @param <A> type of the first value
 * @param <B> type of the second value
 * @param <C> type of the third value
 */
public record Tuple3<A, B, C>(A _1, B _2, C _3) implements Serializable {
  private static final long serialVersionUID = 1L;

  @Override
  public String toString() {
    return "(" + _1 + "," + _2 + "," + _3 + ")";
  }
}
