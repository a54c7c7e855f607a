package org.millrace.api;

import java.io.Serializable;

/**
 * Four values. Each may be null.
 *
 * @param <A> type of the first value
 * @param <B> type of the second value
 * @param <C> type of the third value
 * @param <D> type of the fourth value
 */
public record Tuple4<A, B, C, D>(A _1, B _2, C _3, D _4) implements Serializable {
  private static final long serialVersionUID = 1L;

  @Override
  public String toString() {
    return "(" + _1 + "," + _2 + "," + _3 + "," + _4 + ")";
  }
}
