package org.millrace.api;

import java.util.Arrays;
import java.util.Iterator;
import org.millrace.api.function.Function;
import org.millrace.api.function.Function2;

/** The functions that sum numbers up. */
final class Statistics {
  static final Function<Iterator<Double>, StatCounter> COUNTED = Statistics::counted;
  static final Function2<Double, Double, Double> PLUS = Double::sum;

  private Statistics() {}

  private static StatCounter counted(Iterator<Double> numbers) {
    StatCounter counter = new StatCounter();
    numbers.forEachRemaining(counter::merge);
    return counter;
  }

  /** How many numbers fall between each two bounds. */
  record Histogram(double[] bounds, boolean isEven) implements Function<Iterator<Double>, long[]> {
    @Override
    public long[] call(Iterator<Double> numbers) {
      long[] counts = new long[bounds.length - 1];
      while (numbers.hasNext()) {
        int bucket = isEven ? evenBucket(numbers.next()) : bucket(numbers.next());
        if (bucket >= 0) {
          counts[bucket]++;
        }
      }
      return counts;
    }

    private int evenBucket(double number) {
      int count = bounds.length - 1;
      double min = bounds[0];
      double max = bounds[count];
      if (!(number >= min && number <= max)) {
        return -1;
      }
      return Math.min((int) ((number - min) / (max - min) * count), count - 1);
    }

    private int bucket(double number) {
      int count = bounds.length - 1;
      if (!(number >= bounds[0] && number <= bounds[count])) {
        return -1;
      }
      int place = Arrays.binarySearch(bounds, number);
      return Math.min(place >= 0 ? place : -place - 2, count - 1);
    }
  }
}
