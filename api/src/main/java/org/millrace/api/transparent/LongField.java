package org.millrace.api.transparent;

import java.util.Objects;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.function.Function;

/** A whole number that is read from a text: {@link TextField#asLong}. Never null. */
public sealed interface LongField extends Function<String, Long>, Transparent
    permits LongField.Parsed, LongField.RoundedDown {

  /** The number. */
  long read(String text);

  @Override
  default Long call(String text) {
    return read(text);
  }

  /** True for a record whose number is one of {@code least} to {@code most}. */
  default TextPredicate isBetween(long least, long most) {
    return new TextPredicate.LongBetween(this, least, most);
  }

  /** True for a record whose number is {@code least} or more. */
  default TextPredicate isAtLeast(long least) {
    return isBetween(least, Long.MAX_VALUE);
  }

  /** True for a record whose number is {@code most} or less. */
  default TextPredicate isAtMost(long most) {
    return isBetween(Long.MIN_VALUE, most);
  }

  /**
   * The largest multiple of {@code step} that is not above the number: the window of event time
   * that a time is in, for example. Wraps around where that is below the least {@code long}.
   *
   * @param step 1 or more
   * @throws MillraceException ILLEGAL_USE for a step below 1
   */
  default LongField roundedDown(long step) {
    return new RoundedDown(this, step);
  }

  /** The number in decimal, as {@link Long#toString(long)} writes it. */
  default TextField asText() {
    return new TextField.Digits(this);
  }

  /** See {@link LongField#roundedDown}. */
  record RoundedDown(LongField number, long step) implements LongField {
    /** Checks both. */
    public RoundedDown {
      Objects.requireNonNull(number, "number");
      if (step < 1) {
        throw new MillraceException(
            ErrorCode.ILLEGAL_USE, "roundedDown: the step is " + step + ", expected 1 or more");
      }
    }

    @Override
    public long read(String text) {
      long value = number.read(text);
      return value - Math.floorMod(value, step);
    }

    @Override
    public String shape() {
      return Transparent.shape(getClass(), number);
    }
  }

  /** See {@link TextField#asLong}. */
  record Parsed(TextField field, long otherwise) implements LongField {
    /** Checks that the field is given. */
    public Parsed {
      Objects.requireNonNull(field, "field");
    }

    @Override
    public long read(String text) {
      return parse(field.call(text), otherwise);
    }

    /** The number of a text, or {@code otherwise}. */
    public static long parse(String number, long otherwise) {
      try {
        return Long.parseLong(number);
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
