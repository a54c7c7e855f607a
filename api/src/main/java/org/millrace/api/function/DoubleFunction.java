package org.millrace.api.function;

import java.io.Serializable;

/** A function that gives a double for a record. */
@FunctionalInterface
public interface DoubleFunction<T> extends Serializable {
  /** The number for the record. */
  double call(T t) throws Exception;
}
