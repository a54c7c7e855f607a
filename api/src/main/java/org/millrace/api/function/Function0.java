package org.millrace.api.function;

import java.io.Serializable;

/** A function without arguments. */
@FunctionalInterface
public interface Function0<R> extends Serializable {
  /** The result. */
  R call() throws Exception;
}
