package org.millrace.api.function;

import java.io.Serializable;
import java.util.Iterator;

/** A function that gives zero or more records for one. */
@FunctionalInterface
public interface FlatMapFunction<T, R> extends Serializable {
  /** The records for the argument, in order; never null. */
  Iterator<R> call(T t) throws Exception;
}
