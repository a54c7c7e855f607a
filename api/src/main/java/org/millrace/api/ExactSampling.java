package org.millrace.api;

import java.io.Serializable;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.millrace.api.function.Function;
import org.millrace.api.function.Function2;

/**
 * Samples of an exact size, of the whole or of each key, in two passes: one counts the records of
 * each group and partition, the driver deals the sample's size to partitions as drawing from the
 * whole would (a hypergeometric or multinomial draw), and the other chooses exactly so many there.
 * Every sample is equally likely.
 */
final class ExactSampling {
  private ExactSampling() {}

  /** The group that a record belongs to. */
  interface Grouping<T, G> extends Serializable {
    G of(T record);
  }

  /** How many records of each group a partition has. */
  record CountGroups<T, G>(Grouping<T, G> grouping) implements Function<Iterator<T>, Map<G, Long>> {
    @Override
    public Map<G, Long> call(Iterator<T> records) {
      Map<G, Long> counts = new LinkedHashMap<>();
      records.forEachRemaining(record -> counts.merge(grouping.of(record), 1L, Long::sum));
      return counts;
    }
  }

  /**
   * How many records of each group every partition gives.
   *
   * @param counts of each partition
   * @param sizes of each group's sample
   */
  static <G> Map<G, long[]> quotas(
      List<Map<G, Long>> counts,
      Map<G, Long> sizes,
      boolean withReplacement,
      SplittableRandom random) {
    Map<G, long[]> quotas = new LinkedHashMap<>();
    sizes.forEach(
        (group, size) -> {
          long[] inPartition =
              counts.stream().mapToLong(each -> each.getOrDefault(group, 0L)).toArray();
          quotas.put(group, deal(inPartition, size, withReplacement, random));
        });
    return quotas;
  }

  private static long[] deal(
      long[] counts, long size, boolean withReplacement, SplittableRandom random) {
    long[] dealt = new long[counts.length];
    long left = size;
    long population = Arrays.stream(counts).sum();
    for (int i = 0; i < counts.length && left > 0; i++) {
      dealt[i] =
          withReplacement
              ? binomial(left, (double) counts[i] / population, random)
              : hypergeometric(left, counts[i], population, random);
      left -= dealt[i];
      population -= counts[i];
    }
    return dealt;
  }

  private static long binomial(long draws, double chance, SplittableRandom random) {
    long successes = 0;
    for (long i = 0; i < draws; i++) {
      successes += random.nextDouble() < chance ? 1 : 0;
    }
    return successes;
  }

  /** How many of {@code draws} of {@code population} records fall among {@code marked} of them. */
  private static long hypergeometric(
      long draws, long marked, long population, SplittableRandom random) {
    long fewer = Math.min(draws, marked); // the distribution is symmetric in both
    long more = Math.max(draws, marked);
    long successes = 0;
    for (long i = 0; i < fewer; i++) {
      successes += random.nextLong(population - i) < more - successes ? 1 : 0;
    }
    return successes;
  }

  /** Exactly as many records of each group as the partition's quota says, in order. */
  @SuppressWarnings("serial") // groups are keys of the program: found out when they are sent
  record Choose<T, G>(
      long seed,
      boolean withReplacement,
      Grouping<T, G> grouping,
      Map<G, long[]> quotas,
      List<Map<G, Long>> counts)
      implements Function2<Integer, Iterator<T>, Iterator<T>> {
    @Override
    public Iterator<T> call(Integer partition, Iterator<T> records) {
      SplittableRandom random = Sampling.random(seed, partition);
      Map<G, Choice> choices = new HashMap<>();
      quotas.forEach(
          (key, quota) -> {
            long count = counts.get(partition).getOrDefault(key, 0L);
            choices.put(
                key,
                withReplacement
                    ? new DrawnPlaces(quota[partition], count, random)
                    : new Selection(quota[partition], count, random));
          });
      return new Sampling.Repeated<>(
          records,
          record -> {
            Choice choice = choices.get(grouping.of(record));
            return choice == null ? 0 : choice.times();
          });
    }
  }

  /** How often the next record of a group is taken. */
  private interface Choice {
    int times();
  }

  /** Selection sampling: Knuth, The Art of Computer Programming, volume 2, 3.4.2, algorithm S. */
  private static final class Selection implements Choice {
    private final SplittableRandom random;
    private long missing;
    private long left;

    Selection(long quota, long count, SplittableRandom random) {
      this.missing = quota;
      this.left = count;
      this.random = random;
    }

    @Override
    public int times() {
      boolean chosen = missing > 0 && random.nextLong(left) < missing;
      left--;
      missing -= chosen ? 1 : 0;
      return chosen ? 1 : 0;
    }
  }

  /** Places that were drawn beforehand, each time from all. */
  private static final class DrawnPlaces implements Choice {
    private final long[] places;
    private int next;
    private long place;

    DrawnPlaces(long quota, long count, SplittableRandom random) {
      places = random.longs(quota, 0, Math.max(1, count)).sorted().toArray();
    }

    @Override
    public int times() {
      int times = 0;
      while (next < places.length && places[next] == place) {
        next++;
        times++;
      }
      place++;
      return times;
    }
  }
}
