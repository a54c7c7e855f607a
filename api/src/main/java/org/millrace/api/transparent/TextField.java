package org.millrace.api.transparent;

import java.util.Map;
import java.util.Objects;
import org.millrace.api.function.Function;
import org.millrace.api.function.PairFunction;

/**
 * A text that is part of a text, or follows from it: {@link Text#all}, {@link Json#field}, {@link
 * Csv#field}. Never null: what is not there is the empty text.
 */
public sealed interface TextField extends Function<String, String>, Transparent
    permits TextField.All,
        TextField.LookedUp,
        TextField.Joined,
        TextField.Digits,
        Json.Field,
        Csv.Field {

  @Override
  String call(String text);

  /** True for a record whose field equals {@code value}. */
  default TextPredicate is(String value) {
    return new TextPredicate.Is(this, value);
  }

  /** True for a record whose field begins with {@code prefix}. */
  default TextPredicate startsWith(String prefix) {
    return new TextPredicate.StartsWith(this, prefix);
  }

  /** True for a record whose field ends with {@code suffix}. */
  default TextPredicate endsWith(String suffix) {
    return new TextPredicate.EndsWith(this, suffix);
  }

  /** True for a record in whose field {@code part} occurs. */
  default TextPredicate contains(String part) {
    return new TextPredicate.Contains(this, part);
  }

  /**
   * What a table says of this field.
   *
   * @param table copied; neither keys nor values may be null
   * @param otherwise for a field that the table does not have
   */
  default TextField lookUp(Map<String, String> table, String otherwise) {
    return new LookedUp(this, table, otherwise);
  }

  /** This field, {@code between} and another field, as one text. */
  default TextField joined(String between, TextField other) {
    return new Joined(this, between, other);
  }

  /**
   * The field as a whole number, as {@link Long#parseLong(String)} reads it.
   *
   * @param otherwise for a field that is no number between the least and the largest {@code long}
   */
  default LongField asLong(long otherwise) {
    return new LongField.Parsed(this, otherwise);
  }

  /**
   * The field as a number, as {@link Double#parseDouble(String)} reads it.
   *
   * @param otherwise for a field that is no number
   */
  default DoubleField asDouble(double otherwise) {
    return new DoubleField.Parsed(this, otherwise);
  }

  /** Pairs of this field and a number, for {@code mapToPair}. */
  default PairFunction<String, String, Long> paired(LongField value) {
    return new Pairings.Keyed(this, value);
  }

  /** Pairs of this field and a number, for {@code mapToPair}. */
  default PairFunction<String, String, Double> paired(DoubleField value) {
    return new Pairings.KeyedDouble(this, value);
  }

  /** See {@link Text#all}. */
  record All() implements TextField {
    @Override
    public String call(String text) {
      return text;
    }
  }

  /** See {@link TextField#joined}. */
  record Joined(TextField first, String between, TextField second) implements TextField {
    /** Checks that all are given. */
    public Joined {
      Objects.requireNonNull(first, "first");
      Objects.requireNonNull(between, "between");
      Objects.requireNonNull(second, "second");
    }

    @Override
    public String call(String text) {
      return first.call(text) + between + second.call(text);
    }

    @Override
    public String shape() {
      return Transparent.shape(getClass(), first, second);
    }
  }

  /** See {@link LongField#asText}. */
  record Digits(LongField number) implements TextField {
    /** Checks that the number is given. */
    public Digits {
      Objects.requireNonNull(number, "number");
    }

    @Override
    public String call(String text) {
      return Long.toString(number.read(text));
    }

    @Override
    public String shape() {
      return Transparent.shape(getClass(), number);
    }
  }

  /** See {@link TextField#lookUp}. */
  record LookedUp(TextField field, Map<String, String> table, String otherwise)
      implements TextField {
    /** Copies the table. */
    public LookedUp {
      Objects.requireNonNull(field, "field");
      table = Map.copyOf(table);
      Objects.requireNonNull(otherwise, "otherwise");
    }

    @Override
    public String call(String text) {
      return table.getOrDefault(field.call(text), otherwise);
    }

    @Override
    public String shape() {
      return Transparent.shape(getClass(), field);
    }
  }
}
