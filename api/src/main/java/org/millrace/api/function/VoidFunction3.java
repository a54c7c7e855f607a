package org.millrace.api.function;

import java.io.Serializable;

/** An action on three values. */
@FunctionalInterface
public interface VoidFunction3<T1, T2, T3> extends Serializable {
  /** Acts on the values. */
  void call(T1 v1, T2 v2, T3 v3) throws Exception;
}
