package org.millrace.api.function;

import java.io.Serializable;

/** A function of two arguments that is called for its effect. */
@FunctionalInterface
public interface VoidFunction2<T1, T2> extends Serializable {
  /** Does what there is to do with the arguments. */
  void call(T1 v1, T2 v2) throws Exception;
}
