package org.millrace.api.function;

import java.io.Serializable;

/** A function of one argument. */
@FunctionalInterface
public interface Function<T1, R> extends Serializable {
  /** The result for the argument. */
  R call(T1 v1) throws Exception;
}
