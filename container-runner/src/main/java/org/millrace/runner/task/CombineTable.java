package org.millrace.runner.task;

import java.util.Arrays;
import org.millrace.api.HashPartitioner;
import org.millrace.api.Tuple2;
import org.millrace.api.function.Function;
import org.millrace.api.function.Function2;
import org.millrace.runner.shuffle.MapOutput;

/**
 * Open addressing over arrays of entries in insertion order; values are updated in place. A hidden
 * class like the operators, so that {@code equals} and the user's functions are called from
 * bytecode of its own.
 */
final class CombineTable implements Combiner {
  private static final int LEAST_CAPACITY = 64;
  private static final int GOLDEN = 0x9e3779b9;

  private Function<Object, Object> create;
  private Function2<Object, Object, Object> merge;
  private Object[] keys = new Object[LEAST_CAPACITY];
  private Object[] combiners = new Object[LEAST_CAPACITY];
  private int[] hashes = new int[LEAST_CAPACITY];
  private int[] index = new int[2 * LEAST_CAPACITY];
  private int shift = 32 - 7;
  private int size;

  @Override
  public void use(
      Function<Object, Object> createOrNull, Function2<Object, Object, Object> mergeFunction) {
    create = createOrNull;
    merge = mergeFunction;
  }

  @Override
  public void accept(Object record) throws Exception {
    Tuple2<?, ?> pair = (Tuple2<?, ?>) record;
    Object key = pair._1();
    int hash = stableHash(key);
    int entry = find(key, hash);
    if (entry >= 0) {
      combiners[entry] = merge.call(combiners[entry], pair._2());
    } else {
      insert(-entry - 1, key, hash, first(pair._2()));
    }
  }

  private Object first(Object value) throws Exception {
    return create == null ? value : create.call(value);
  }

  private static int stableHash(Object key) {
    if (key instanceof String || key instanceof Integer) {
      return key.hashCode();
    }
    return key == null ? 0 : HashPartitioner.stableHashCode(key);
  }

  /** The entry, or -1 - the free place in the index. */
  private int find(Object key, int hash) {
    int[] places = index;
    int mask = places.length - 1;
    int place = (hash * GOLDEN) >>> shift;
    while (true) {
      int entry = places[place] - 1;
      if (entry < 0) {
        return -1 - place;
      }
      if (hashes[entry] == hash && same(keys[entry], key)) {
        return entry;
      }
      place = (place + 1) & mask;
    }
  }

  private static boolean same(Object a, Object b) {
    return a == b || (a != null && a.equals(b));
  }

  private void insert(int place, Object key, int hash, Object combiner) {
    int entry = size;
    keys[entry] = key;
    hashes[entry] = hash;
    combiners[entry] = combiner;
    index[place] = entry + 1;
    size = entry + 1;
    if (size == keys.length) {
      grow();
    }
  }

  private void grow() {
    int capacity = 2 * keys.length;
    keys = Arrays.copyOf(keys, capacity);
    combiners = Arrays.copyOf(combiners, capacity);
    hashes = Arrays.copyOf(hashes, capacity);
    int[] places = new int[2 * capacity];
    int mask = places.length - 1;
    shift--;
    for (int entry = 0; entry < size; entry++) {
      int place = (hashes[entry] * GOLDEN) >>> shift;
      while (places[place] != 0) {
        place = (place + 1) & mask;
      }
      places[place] = entry + 1;
    }
    index = places;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public Object key(int entry) {
    return keys[entry];
  }

  @Override
  public int hash(int entry) {
    return hashes[entry];
  }

  @Override
  public Object combiner(int entry) {
    return combiners[entry];
  }

  @Override
  public void write(int entry, int reducePartition, MapOutput output) {
    output.add(reducePartition, new Tuple2<>(keys[entry], combiners[entry]));
  }

  @Override
  public void push(int from, int to, RecordConsumer head) throws Exception {
    for (int i = from; i < to; i++) {
      head.accept(new Tuple2<>(keys[i], combiners[i]));
    }
  }

  @Override
  public void clear() {
    if (keys.length > 16 * LEAST_CAPACITY && size < keys.length / 8) {
      shrink();
      return;
    }
    Arrays.fill(keys, 0, size, null);
    Arrays.fill(combiners, 0, size, null);
    Arrays.fill(index, 0);
    size = 0;
  }

  /** A table that was large once is not cleared in full for each small batch after it. */
  private void shrink() {
    keys = new Object[LEAST_CAPACITY];
    combiners = new Object[LEAST_CAPACITY];
    hashes = new int[LEAST_CAPACITY];
    index = new int[2 * LEAST_CAPACITY];
    shift = 32 - 7;
    size = 0;
  }
}
