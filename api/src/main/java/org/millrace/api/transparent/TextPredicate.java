package org.millrace.api.transparent;

import java.util.Objects;
import org.millrace.api.function.Function;

/** A condition on a text, for {@code filter}. */
public sealed interface TextPredicate extends Function<String, Boolean>, Transparent
    permits TextPredicate.Is,
        TextPredicate.StartsWith,
        TextPredicate.EndsWith,
        TextPredicate.Contains,
        TextPredicate.LongBetween,
        TextPredicate.DoubleBetween,
        TextPredicate.And,
        TextPredicate.Or,
        TextPredicate.Not {

  /** Whether the condition holds. */
  boolean test(String text);

  @Override
  default Boolean call(String text) {
    return test(text);
  }

  /** True when both are; the other one is asked only when this one is true. */
  default TextPredicate and(TextPredicate other) {
    return new And(this, other);
  }

  /** True when one of both is; the other one is asked only when this one is false. */
  default TextPredicate or(TextPredicate other) {
    return new Or(this, other);
  }

  /** True when this one is false. */
  default TextPredicate not() {
    return new Not(this);
  }

  /** See {@link TextField#is}. */
  record Is(TextField field, String value) implements TextPredicate {
    /** Checks that both are given. */
    public Is {
      Objects.requireNonNull(field, "field");
      Objects.requireNonNull(value, "value");
    }

    @Override
    public boolean test(String text) {
      return field.call(text).equals(value);
    }

    @Override
    public String shape() {
      return Transparent.shape(getClass(), field);
    }
  }

  /** See {@link TextField#startsWith}. */
  record StartsWith(TextField field, String prefix) implements TextPredicate {
    /** Checks that both are given. */
    public StartsWith {
      Objects.requireNonNull(field, "field");
      Objects.requireNonNull(prefix, "prefix");
    }

    @Override
    public boolean test(String text) {
      return field.call(text).startsWith(prefix);
    }

    @Override
    public String shape() {
      return Transparent.shape(getClass(), field);
    }
  }

  /** See {@link TextField#endsWith}. */
  record EndsWith(TextField field, String suffix) implements TextPredicate {
    /** Checks that both are given. */
    public EndsWith {
      Objects.requireNonNull(field, "field");
      Objects.requireNonNull(suffix, "suffix");
    }

    @Override
    public boolean test(String text) {
      return field.call(text).endsWith(suffix);
    }

    @Override
    public String shape() {
      return Transparent.shape(getClass(), field);
    }
  }

  /** See {@link TextField#contains}. */
  record Contains(TextField field, String part) implements TextPredicate {
    /** Checks that both are given. */
    public Contains {
      Objects.requireNonNull(field, "field");
      Objects.requireNonNull(part, "part");
    }

    @Override
    public boolean test(String text) {
      return field.call(text).contains(part);
    }

    @Override
    public String shape() {
      return Transparent.shape(getClass(), field);
    }
  }

  /** See {@link LongField#isBetween}. */
  record LongBetween(LongField number, long least, long most) implements TextPredicate {
    /** Checks that the number is given. */
    public LongBetween {
      Objects.requireNonNull(number, "number");
    }

    @Override
    public boolean test(String text) {
      long value = number.read(text);
      return value >= least && value <= most;
    }

    @Override
    public String shape() {
      return Transparent.shape(getClass(), number);
    }
  }

  /** See {@link DoubleField#isBetween}. */
  record DoubleBetween(DoubleField number, double least, double most) implements TextPredicate {
    /** Checks that the number is given. */
    public DoubleBetween {
      Objects.requireNonNull(number, "number");
    }

    @Override
    public boolean test(String text) {
      double value = number.read(text);
      return value >= least && value <= most;
    }

    @Override
    public String shape() {
      return Transparent.shape(getClass(), number);
    }
  }

  /** See {@link TextPredicate#and}. */
  record And(TextPredicate first, TextPredicate second) implements TextPredicate {
    /** Checks that both are given. */
    public And {
      Objects.requireNonNull(first, "first");
      Objects.requireNonNull(second, "second");
    }

    @Override
    public boolean test(String text) {
      return first.test(text) && second.test(text);
    }

    @Override
    public String shape() {
      return Transparent.shape(getClass(), first, second);
    }
  }

  /** See {@link TextPredicate#or}. */
  record Or(TextPredicate first, TextPredicate second) implements TextPredicate {
    /** Checks that both are given. */
    public Or {
      Objects.requireNonNull(first, "first");
      Objects.requireNonNull(second, "second");
    }

    @Override
    public boolean test(String text) {
      return first.test(text) || second.test(text);
    }

    @Override
    public String shape() {
      return Transparent.shape(getClass(), first, second);
    }
  }

  /** See {@link TextPredicate#not}. */
  record Not(TextPredicate negated) implements TextPredicate {
    /** Checks that it is given. */
    public Not {
      Objects.requireNonNull(negated, "negated");
    }

    @Override
    public boolean test(String text) {
      return !negated.test(text);
    }

    @Override
    public String shape() {
      return Transparent.shape(getClass(), negated);
    }
  }
}
