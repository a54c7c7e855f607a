package org.millrace.runner.task;

import org.millrace.api.function.Function;
import org.millrace.api.function.Function2;
import org.millrace.runner.shuffle.MapOutput;

/** A table of keys and combiners in first-seen order. Owned by the slot loop of its task. */
interface Combiner extends RecordConsumer {
  /**
   * @param create makes a combiner of the first value; null: the value itself
   * @param merge adds a value, or another combiner
   */
  void use(Function<Object, Object> create, Function2<Object, Object, Object> merge);

  int size();

  Object key(int entry);

  /** The hash code by which the key was placed: stable in all processes. */
  int hash(int entry);

  Object combiner(int entry);

  /** Adds the pair of an entry to a reduce partition. */
  void write(int entry, int reducePartition, MapOutput output);

  /** Pushes the pairs of entries {@code [from, to)}. */
  void push(int from, int to, RecordConsumer head) throws Exception;

  void clear();
}
