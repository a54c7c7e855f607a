package org.millrace.api.function;

import java.io.Serializable;
import java.util.Iterator;
import org.millrace.api.Tuple2;

/** A function that gives zero or more pairs for one record. */
@FunctionalInterface
public interface PairFlatMapFunction<T, K, V> extends Serializable {
  /** The pairs for the record, in order; never null. */
  Iterator<Tuple2<K, V>> call(T t) throws Exception;
}
