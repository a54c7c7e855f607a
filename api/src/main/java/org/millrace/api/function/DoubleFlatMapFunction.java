package org.millrace.api.function;

import java.io.Serializable;
import java.util.Iterator;

/** A function that gives zero or more doubles for a record. */
@FunctionalInterface
public interface DoubleFlatMapFunction<T> extends Serializable {
  /** The numbers for the record, in order; never null. */
  Iterator<Double> call(T t) throws Exception;
}
