package org.millrace.api.function;

import java.io.Serializable;
import java.util.Iterator;

/** A function that gives zero or more records for two arguments. */
@FunctionalInterface
public interface FlatMapFunction2<A, B, R> extends Serializable {
  /** The records for the arguments, in order; never null. */
  Iterator<R> call(A a, B b) throws Exception;
}
