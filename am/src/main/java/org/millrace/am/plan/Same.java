package org.millrace.am.plan;

/** A function as part of a key: equal to itself only. The function may be null. */
record Same(Object function) {
  @Override
  public boolean equals(Object other) {
    return other instanceof Same same && same.function == function;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(function);
  }
}
