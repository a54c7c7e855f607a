package org.millrace.api;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.function.Function2;

/**
 * Places keys by ranges of about equal numbers of records: the keys of each partition are all
 * before those of the next one.
 *
 * <p>Bounds come from a sample of the dataset that the constructor takes, which runs a job: from
 * each partition a reservoir of records (Vitter, "Random Sampling with a Reservoir", ACM TOMS 1985)
 * that stand for as many as the partition has. There are fewer partitions than asked for when there
 * are fewer distinct keys in the sample. The sample of a dataset is the same each time.
 */
public final class RangePartitioner extends Partitioner {
  private static final long serialVersionUID = 1L;
  private static final int SAMPLED_PER_PARTITION = 20;
  private static final double MOST_SAMPLED = 1e6;
  private static final double MARGIN = 3;

  @SuppressWarnings("serial") // keys and order are as serializable as the program makes them
  private final Object[] bounds;

  @SuppressWarnings("serial") // keys and order are as serializable as the program makes them
  private final Comparator<Object> order;

  private final boolean ascending;

  /**
   * Ranges of keys that have a natural order.
   *
   * @param partitions how many at most; at least 1
   * @param rdd the dataset whose keys are sampled
   * @param ascending whether partition 0 has the smallest keys, not the largest
   */
  public <K, V> RangePartitioner(int partitions, PairRDD<K, V> rdd, boolean ascending) {
    this(partitions, rdd, ascending, natural());
  }

  /**
   * Ranges of keys by an order.
   *
   * @param order sent to executors, so it must be serializable
   */
  @SuppressWarnings("unchecked") // keys are K
  public <K, V> RangePartitioner(
      int partitions, PairRDD<K, V> rdd, boolean ascending, Comparator<? super K> order) {
    if (partitions < 1) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          "a RangePartitioner cannot have " + partitions + " partitions; give at least 1");
    }
    this.order = (Comparator<Object>) Objects.requireNonNull(order, "order");
    this.ascending = ascending;
    this.bounds = partitions == 1 ? new Object[0] : sampled(partitions, rdd);
  }

  @SuppressWarnings("unchecked") // keys that are not Comparable are refused when they are compared
  static <K> Comparator<K> natural() {
    return (Comparator<K>) (Comparator<?>) Comparator.<Comparable<Object>>naturalOrder();
  }

  private <K, V> Object[] sampled(int partitions, PairRDD<K, V> rdd) {
    double wanted = Math.min((double) SAMPLED_PER_PARTITION * partitions, MOST_SAMPLED);
    int fromEach = (int) Math.ceil(MARGIN * wanted / Math.max(1, rdd.getNumPartitions()));
    List<Weighted> candidates = new ArrayList<>();
    for (Tuple2<List<K>, Long> sample :
        rdd.keys().indexed("sample of keys", new Reservoir<K>(fromEach), false).collect()) {
      double weight = (double) sample._2() / Math.max(1, sample._1().size());
      sample._1().forEach(key -> candidates.add(new Weighted(key, weight)));
    }
    return bounds(candidates, Math.min(partitions, candidates.size()));
  }

  /** Bounds such that about as much weight lies between each two. */
  private Object[] bounds(List<Weighted> candidates, int ranges) {
    candidates.sort((l, r) -> order.compare(l.key(), r.key()));
    double step = candidates.stream().mapToDouble(Weighted::weight).sum() / ranges;
    List<Object> found = new ArrayList<>();
    double weight = 0;
    double target = step;
    for (Weighted candidate : candidates) {
      weight += candidate.weight();
      boolean isNew =
          found.isEmpty() || order.compare(candidate.key(), found.get(found.size() - 1)) > 0;
      if (weight >= target && isNew && found.size() < ranges - 1) {
        found.add(candidate.key());
        target += step;
      }
    }
    return found.toArray();
  }

  @Override
  public int numPartitions() {
    return bounds.length + 1;
  }

  @Override
  public int getPartition(Object key) {
    int low = 0;
    int high = bounds.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (order.compare(key, bounds[middle]) > 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return ascending ? low : bounds.length - low;
  }

  /** Whether keys are ordered by a given order. */
  boolean isOrderedBy(Comparator<?> other) {
    return order.equals(other);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RangePartitioner that
        && ascending == that.ascending
        && order.equals(that.order)
        && Arrays.equals(bounds, that.bounds);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(bounds) + (ascending ? 1 : 0);
  }

  @Override
  public String toString() {
    return "RangePartitioner(" + numPartitions() + (ascending ? ")" : ", descending)");
  }

  private record Weighted(Object key, double weight) {}

  /** Some keys of a partition and how many it has; all of them when the reservoir has room. */
  private record Reservoir<K>(int size)
      implements Function2<Integer, Iterator<K>, Iterator<Tuple2<List<K>, Long>>> {
    @Override
    public Iterator<Tuple2<List<K>, Long>> call(Integer partition, Iterator<K> keys) {
      SplittableRandom random = Sampling.random(size, partition);
      List<K> kept = new ArrayList<>();
      long count = 0;
      while (keys.hasNext()) {
        K key = keys.next();
        count++;
        if (kept.size() < size) {
          kept.add(key);
        } else {
          long place = random.nextLong(count);
          if (place < size) {
            kept.set((int) place, key);
          }
        }
      }
      return List.of(new Tuple2<>(kept, count)).iterator();
    }
  }
}
