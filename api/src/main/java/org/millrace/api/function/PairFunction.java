package org.millrace.api.function;

import java.io.Serializable;
import org.millrace.api.Tuple2;

/** A function that makes a pair of key and value from a record. */
@FunctionalInterface
public interface PairFunction<T, K, V> extends Serializable {
  /** The pair for the record. */
  Tuple2<K, V> call(T t) throws Exception;
}
