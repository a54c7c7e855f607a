package org.millrace.api.graph;

/** What a {@link NarrowNode} does with the records of one partition, and by which function. */
public enum Operator {
  /** One record for one; {@code Function<T, R>}. */
  MAP,
  /** One pair for one record; {@code PairFunction<T, K, V>}. */
  MAP_TO_PAIR,
  /** Zero or more records for one; {@code FlatMapFunction<T, R>}. */
  FLAT_MAP,
  /** Zero or more pairs for one record; {@code PairFlatMapFunction<T, K, V>}. */
  FLAT_MAP_TO_PAIR,
  /** The records for which the function is true; {@code Function<T, Boolean>}. */
  FILTER,
  /** The same key with another value; {@code Function<V, W>}. */
  MAP_VALUES,
  /** The same key with zero or more values; {@code FlatMapFunction<V, W>}. */
  FLAT_MAP_VALUES,
  /**
   * Any records for the iterator over the partition; {@code FlatMapFunction<Iterator<T>, R>}.
   * Called once for each partition, also for an empty one.
   */
  MAP_PARTITIONS,
  /**
   * Any pairs for the iterator over the partition; {@code PairFlatMapFunction<Iterator<T>, K, V>}.
   * Called once for each partition, also for an empty one.
   */
  MAP_PARTITIONS_TO_PAIR,
  /**
   * Any records for the index of the partition and the iterator over it; {@code Function2<Integer,
   * Iterator<T>, Iterator<R>>}. Called once for each partition, also for an empty one.
   */
  MAP_PARTITIONS_WITH_INDEX,
  /** The key of each pair; no function. */
  KEYS,
  /** The value of each pair; no function. */
  VALUES;

  /** Whether the operator is called with a user's function. */
  public boolean hasFunction() {
    return this != KEYS && this != VALUES;
  }
}
