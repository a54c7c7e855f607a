package org.millrace.api;

import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToIntFunction;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.function.Function2;

/**
 * Chooses records by chance, each on its own. What is drawn depends on seed, partition and place in
 * the partition alone, so a task that runs again draws the same.
 */
final class Sampling {
  private static final double LARGEST_MEAN = 16;
  private static final AtomicLong NEXT_SEED = new AtomicLong();

  private Sampling() {}

  /** Another seed for each call; the same ones in each run of a program. */
  static long nextSeed() {
    return new SplittableRandom(NEXT_SEED.getAndIncrement()).nextLong();
  }

  /** The generator of a partition. */
  static SplittableRandom random(long seed, int partition) {
    return new SplittableRandom(new SplittableRandom(seed + partition).nextLong() ^ seed);
  }

  /** Checks a fraction: 0 to 1, or any from 0 when records may be drawn more than once. */
  static double requireFraction(String operation, boolean withReplacement, double fraction) {
    if (!(fraction >= 0) || fraction == Double.POSITIVE_INFINITY) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          operation + " of a fraction of " + fraction + "; give a number of at least 0");
    }
    if (!withReplacement && fraction > 1) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          operation
              + " of a fraction of "
              + fraction
              + " without replacement; give a number from 0 to 1, or sample with replacement");
    }
    return fraction;
  }

  /** Records whose draw, uniform in [0, 1), is at least {@code from} and less than {@code to}. */
  record Cell<T>(long seed, double from, double to)
      implements Function2<Integer, Iterator<T>, Iterator<T>> {
    @Override
    public Iterator<T> call(Integer partition, Iterator<T> records) {
      SplittableRandom random = random(seed, partition);
      return new Repeated<>(
          records,
          record -> {
            double draw = random.nextDouble();
            return draw >= from && draw < to ? 1 : 0;
          });
    }
  }

  /** Each record as often as a Poisson variable of mean {@code fraction} says. */
  record WithReplacement<T>(long seed, double fraction)
      implements Function2<Integer, Iterator<T>, Iterator<T>> {
    @Override
    public Iterator<T> call(Integer partition, Iterator<T> records) {
      SplittableRandom random = random(seed, partition);
      return new Repeated<>(records, record -> poisson(fraction, random));
    }
  }

  /** Pairs by the fraction of their key. */
  @SuppressWarnings("serial") // whether the fractions can be sent is found out when they are sent
  record ByKey<K, V>(long seed, boolean withReplacement, Map<K, Double> fractions)
      implements Function2<Integer, Iterator<Tuple2<K, V>>, Iterator<Tuple2<K, V>>> {
    @Override
    public Iterator<Tuple2<K, V>> call(Integer partition, Iterator<Tuple2<K, V>> pairs) {
      SplittableRandom random = random(seed, partition);
      return new Repeated<>(
          pairs,
          pair -> {
            double fraction = fractionOf(fractions, pair._1());
            return withReplacement
                ? poisson(fraction, random)
                : random.nextDouble() < fraction ? 1 : 0;
          });
    }
  }

  static <K> double fractionOf(Map<K, Double> fractions, K key) {
    Double fraction = fractions.get(key);
    if (fraction == null) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          "no fraction is given for the key "
              + key
              + "; give one for each key of the dataset, 0 to leave it out");
    }
    return fraction;
  }

  /**
   * A Poisson variable by Knuth's multiplication of uniform draws (The Art of Computer Programming,
   * volume 2, 3.4.1); a large mean is the sum of smaller ones.
   */
  static int poisson(double mean, SplittableRandom random) {
    int count = 0;
    for (double rest = mean; rest > 0; rest -= LARGEST_MEAN) {
      double limit = Math.exp(-Math.min(rest, LARGEST_MEAN));
      for (double product = random.nextDouble(); product > limit; product *= random.nextDouble()) {
        count++;
      }
    }
    return count;
  }

  /** Each record as often as a function says. */
  static final class Repeated<T> implements Iterator<T> {
    private final Iterator<T> records;
    private final ToIntFunction<T> times;
    private T record;
    private int left;

    Repeated(Iterator<T> records, ToIntFunction<T> times) {
      this.records = records;
      this.times = times;
    }

    @Override
    public boolean hasNext() {
      while (left == 0 && records.hasNext()) {
        record = records.next();
        left = times.applyAsInt(record);
      }
      return left > 0;
    }

    @Override
    public T next() {
      if (!hasNext()) {
        throw new NoSuchElementException("there are no more records");
      }
      left--;
      return record;
    }
  }
}
