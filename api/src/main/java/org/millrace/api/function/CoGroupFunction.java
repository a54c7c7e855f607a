package org.millrace.api.function;

import java.io.Serializable;
import java.util.Iterator;

/** A function of a key and all values of two sides that gives zero or more records. */
@FunctionalInterface
public interface CoGroupFunction<K, V1, V2, R> extends Serializable {
  /** The records for the key, in order; never null. */
  Iterator<R> call(K key, Iterator<V1> left, Iterator<V2> right) throws Exception;
}
