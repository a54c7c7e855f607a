package org.millrace.api;

import java.io.Serializable;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.millrace.api.function.DoubleFlatMapFunction;
import org.millrace.api.function.DoubleFunction;
import org.millrace.api.function.FlatMapFunction;
import org.millrace.api.function.Function;
import org.millrace.api.function.Function2;
import org.millrace.api.function.PairFunction;
import org.millrace.api.transparent.Aggregations;

/** Small functions that transformations put around those of the program. */
final class RecordFunctions {
  static final Function<Object, Object> ONE = value -> 1L;
  static final Function2<Long, Long, Long> SUM = Aggregations.sumLong();

  private RecordFunctions() {}

  /** Pairs of what a function gives for a record, and the record. */
  record KeyBy<T, K>(Function<T, K> f) implements PairFunction<T, K, T> {
    @Override
    public Tuple2<K, T> call(T record) throws Exception {
      return new Tuple2<>(f.call(record), record);
    }
  }

  /** A function of doubles as one of objects. */
  record Boxed<T>(DoubleFunction<T> f) implements Function<T, Double> {
    @Override
    public Double call(T record) throws Exception {
      return f.call(record);
    }
  }

  /** A function of many doubles as one of many objects. */
  record AllBoxed<T>(DoubleFlatMapFunction<T> f) implements FlatMapFunction<T, Double> {
    @Override
    public Iterator<Double> call(T record) throws Exception {
      return f.call(record);
    }
  }

  /** Pairs with a certain key. */
  @SuppressWarnings("serial") // whether the key can be sent is found out when it is sent
  record HasKey<K, V>(K key) implements Function<Tuple2<K, V>, Boolean> {
    @Override
    public Boolean call(Tuple2<K, V> pair) {
      return key == null ? pair._1() == null : key.equals(pair._1());
    }
  }

  /** Pairs with keys from one to another. */
  @SuppressWarnings("serial") // whether order and keys can be sent is found out when they are sent
  record IsBetween<K, V>(Comparator<K> order, K lower, K upper)
      implements Function<Tuple2<K, V>, Boolean> {
    @Override
    public Boolean call(Tuple2<K, V> pair) {
      return order.compare(pair._1(), lower) >= 0 && order.compare(pair._1(), upper) <= 0;
    }
  }

  /** The values of each key of a partition reduced to one. */
  record ReducedByKey<K, V>(Function2<V, V, V> f)
      implements Function<Iterator<Tuple2<K, V>>, Map<K, V>> {
    @Override
    public Map<K, V> call(Iterator<Tuple2<K, V>> pairs) throws Exception {
      Map<K, V> result = new LinkedHashMap<>();
      while (pairs.hasNext()) {
        Tuple2<K, V> pair = pairs.next();
        reduceInto(result, pair._1(), pair._2(), f);
      }
      return result;
    }
  }

  static <K, V> void reduceInto(Map<K, V> result, K key, V value, Function2<V, V, V> f)
      throws Exception {
    result.put(key, result.containsKey(key) ? f.call(result.get(key), value) : value);
  }

  /**
   * Pairs of record and number: {@code first} of the partition for its first record, then {@code
   * step} more for each.
   */
  record Numbered<T>(Numbering numbering)
      implements Function2<Integer, Iterator<T>, Iterator<Tuple2<T, Long>>> {
    @Override
    public Iterator<Tuple2<T, Long>> call(Integer partition, Iterator<T> records) {
      long first = numbering.first(partition);
      return new Iterator<>() {
        private long next = first;

        @Override
        public boolean hasNext() {
          return records.hasNext();
        }

        @Override
        public Tuple2<T, Long> next() {
          if (!records.hasNext()) {
            throw new NoSuchElementException("the partition is at its end");
          }
          long number = next;
          next += numbering.step();
          return new Tuple2<>(records.next(), number);
        }
      };
    }
  }

  /** Which numbers a partition's records get. */
  interface Numbering extends Serializable {
    long first(int partition);

    long step();
  }

  /** One number after the other over all partitions. */
  record Consecutive(List<Long> firsts) implements Numbering {
    Consecutive {
      firsts = List.copyOf(firsts);
    }

    @Override
    public long first(int partition) {
      return firsts.get(partition);
    }

    @Override
    public long step() {
      return 1;
    }
  }

  /** The partition's own number, then that of {@code partitions} more each time. */
  record TakingTurns(int partitions) implements Numbering {
    @Override
    public long first(int partition) {
      return partition;
    }

    @Override
    public long step() {
      return partitions;
    }
  }
}
