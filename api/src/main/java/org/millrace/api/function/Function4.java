package org.millrace.api.function;

import java.io.Serializable;

/** A function of four arguments. */
@FunctionalInterface
public interface Function4<T1, T2, T3, T4, R> extends Serializable {
  /** The result for the arguments. */
  R call(T1 v1, T2 v2, T3 v3, T4 v4) throws Exception;
}
