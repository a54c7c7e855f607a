package org.millrace.api.transparent;

import java.util.Objects;
import org.millrace.api.Tuple2;
import org.millrace.api.function.PairFunction;

/** Functions that make pairs, for {@code mapToPair}. */
public final class Pairings {
  private static final Once ONCE = new Once();
  private static final WithoutKey WITHOUT_KEY = new WithoutKey();
  private static final WithoutValue WITHOUT_VALUE = new WithoutValue();

  private Pairings() {}

  /** Pairs of the record and 1. */
  @SuppressWarnings("unchecked") // it looks into no record
  public static <T> PairFunction<T, T, Long> once() {
    return (PairFunction<T, T, Long>) (PairFunction<?, ?, ?>) ONCE;
  }

  /** Pairs of null and 1. */
  public static PairFunction<Object, Object, Long> withoutKey() {
    return WITHOUT_KEY;
  }

  /** Pairs of the record and null. */
  public static PairFunction<Object, Object, Object> withoutValue() {
    return WITHOUT_VALUE;
  }

  /** See {@link Pairings#once}. */
  public record Once() implements PairFunction<Object, Object, Long>, Transparent {
    @Override
    public Tuple2<Object, Long> call(Object key) {
      return new Tuple2<>(key, 1L);
    }
  }

  /** See {@link Pairings#withoutKey}. */
  public record WithoutKey() implements PairFunction<Object, Object, Long>, Transparent {
    /** What it gives for any record. */
    public static final Tuple2<Object, Long> PAIR = new Tuple2<>(null, 1L);

    @Override
    public Tuple2<Object, Long> call(Object unused) {
      return PAIR;
    }
  }

  /** See {@link Pairings#withoutValue}. */
  public record WithoutValue() implements PairFunction<Object, Object, Object>, Transparent {
    @Override
    public Tuple2<Object, Object> call(Object key) {
      return new Tuple2<>(key, null);
    }
  }

  /** See {@link TextField#paired(LongField)}. */
  public record Keyed(TextField key, LongField value)
      implements PairFunction<String, String, Long>, Transparent {
    /** Checks that both are given. */
    public Keyed {
      Objects.requireNonNull(key, "key");
      Objects.requireNonNull(value, "value");
    }

    @Override
    public Tuple2<String, Long> call(String text) {
      return new Tuple2<>(key.call(text), value.read(text));
    }

    @Override
    public String shape() {
      return Transparent.shape(getClass(), key, value);
    }
  }

  /** See {@link TextField#paired(DoubleField)}. */
  public record KeyedDouble(TextField key, DoubleField value)
      implements PairFunction<String, String, Double>, Transparent {
    /** Checks that both are given. */
    public KeyedDouble {
      Objects.requireNonNull(key, "key");
      Objects.requireNonNull(value, "value");
    }

    @Override
    public Tuple2<String, Double> call(String text) {
      return new Tuple2<>(key.call(text), value.read(text));
    }

    @Override
    public String shape() {
      return Transparent.shape(getClass(), key, value);
    }
  }
}
