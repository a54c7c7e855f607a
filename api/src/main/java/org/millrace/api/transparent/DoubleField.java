package org.millrace.api.transparent;

import java.util.Objects;
import org.millrace.api.function.Function;

/** A number that is read from a text: {@link TextField#asDouble}. Never null. */
public sealed interface DoubleField extends Function<String, Double>, Transparent
    permits DoubleField.Parsed {

  /** The number. */
  double read(String text);

  @Override
  default Double call(String text) {
    return read(text);
  }

  /** True for a record whose number is from {@code least} to {@code most}, both included. */
  default TextPredicate isBetween(double least, double most) {
    return new TextPredicate.DoubleBetween(this, least, most);
  }

  /** See {@link TextField#asDouble}. */
  record Parsed(TextField field, double otherwise) implements DoubleField {
    /** Checks that the field is given. */
    public Parsed {
      Objects.requireNonNull(field, "field");
    }

    @Override
    public double read(String text) {
      return parse(field.call(text), otherwise);
    }

    /** The number of a text, or {@code otherwise}. */
    public static double parse(String number, double otherwise) {
      try {
        return Double.parseDouble(number);
      } catch (NumberFormatException noNumber) {
        return otherwise;
      }
    }

    @Override
    public String shape() {
      return Transparent.shape(getClass(), field);
    }
  }
}
