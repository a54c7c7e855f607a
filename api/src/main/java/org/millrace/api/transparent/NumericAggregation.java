package org.millrace.api.transparent;

import java.util.Objects;
import org.millrace.api.function.Function2;

/**
 * Makes one value of two; made by {@link Aggregations}.
 *
 * @param <N> class of the values
 */
public record NumericAggregation<N>(Kind kind) implements Function2<N, N, N>, Transparent {
  /** What is done with two values. */
  public enum Kind {
    /** Sum of {@code Long}, modulo 2 to the 64. */
    SUM_LONG,
    /** The smaller {@code Long}. */
    MIN_LONG,
    /** The larger {@code Long}. */
    MAX_LONG,
    /** Sum of {@code Integer}, modulo 2 to the 32. */
    SUM_INT,
    /** Sum of {@code Double}, in the order of arrival. */
    SUM_DOUBLE,
    /** {@link Math#min(double, double)}. */
    MIN_DOUBLE,
    /** {@link Math#max(double, double)}. */
    MAX_DOUBLE,
    /** The earlier of two values, whatever they are; made for keys whose values are null. */
    FIRST_OF_NONE
  }

  /** Checks that the kind is given. */
  public NumericAggregation {
    Objects.requireNonNull(kind, "kind");
  }

  /** The class of the values; Object when it does not matter. */
  public Class<?> valueClass() {
    return switch (kind) {
      case SUM_LONG, MIN_LONG, MAX_LONG -> Long.class;
      case SUM_INT -> Integer.class;
      case SUM_DOUBLE, MIN_DOUBLE, MAX_DOUBLE -> Double.class;
      case FIRST_OF_NONE -> Object.class;
    };
  }

  @Override
  @SuppressWarnings("unchecked") // Aggregations gives each kind the class of its values
  public N call(N earlier, N later) {
    Object result =
        switch (kind) {
          case SUM_LONG -> (Long) earlier + (Long) later;
          case MIN_LONG -> Math.min((Long) earlier, (Long) later);
          case MAX_LONG -> Math.max((Long) earlier, (Long) later);
          case SUM_INT -> (Integer) earlier + (Integer) later;
          case SUM_DOUBLE -> (Double) earlier + (Double) later;
          case MIN_DOUBLE -> Math.min((Double) earlier, (Double) later);
          case MAX_DOUBLE -> Math.max((Double) earlier, (Double) later);
          case FIRST_OF_NONE -> earlier;
        };
    return (N) result;
  }

  @Override
  public String shape() {
    return getClass().getName() + "." + kind;
  }
}
