package org.millrace.api.function;

import java.io.Serializable;

/** A function of one argument that is called for its effect. */
@FunctionalInterface
public interface VoidFunction<T> extends Serializable {
  /** Does what there is to do with the argument. */
  void call(T t) throws Exception;
}
