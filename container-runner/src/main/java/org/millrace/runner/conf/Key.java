package org.millrace.runner.conf;

import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;

/**
 * A declared configuration key. Immutable.
 *
 * @param name full name, {@code millrace.} first
 * @param type shown in the reference, such as {@code duration} or {@code bytes}
 * @param defaultText as a user would write it; empty for none
 * @param replaces the Spark key that users know it by; empty for none
 * @param description one sentence or two
 */
public record Key<T>(
    String name,
    String type,
    String defaultText,
    String replaces,
    String description,
    Function<String, T> parser) {
  public Key {
    Objects.requireNonNull(parser, "parser");
    if (!name.startsWith("millrace.")) {
      throw new IllegalArgumentException(name + " does not start with millrace.");
    }
  }

  /** Parses {@code text}; an IllegalArgumentException says the rule that it breaks. */
  public T parse(String text) {
    return parser.apply(text.trim());
  }

  static Key<String> text(String name, String defaultText, String replaces, String description) {
    return new Key<>(name, "text", defaultText, replaces, description, Function.identity());
  }

  static Key<Boolean> bool(String name, String defaultText, String replaces, String description) {
    return new Key<>(name, "true or false", defaultText, replaces, description, Key::parseBoolean);
  }

  static Key<Integer> integer(
      String name, String defaultText, int least, int most, String replaces, String description) {
    String type = "integer, " + least + (most == Integer.MAX_VALUE ? " or more" : " to " + most);
    return new Key<>(
        name, type, defaultText, replaces, description, text -> parseInt(text, least, most));
  }

  static Key<Double> decimal(
      String name, String defaultText, double least, String replaces, String description) {
    return new Key<>(
        name,
        "number, " + least + " or more",
        defaultText,
        replaces,
        description,
        text -> parseDecimal(text, least));
  }

  /**
   * Milliseconds; written as {@code 200ms}, {@code 2s}, {@code 5m}, {@code 1h} or plain
   * milliseconds.
   */
  static Key<Long> duration(
      String name, String defaultText, long leastMs, String replaces, String description) {
    return new Key<>(
        name,
        "duration, " + leastMs + "ms or more",
        defaultText,
        replaces,
        description,
        text -> atLeast(Quantities.durationMs(text), leastMs, text, leastMs + "ms"));
  }

  /** Records a second; a whole number. */
  static Key<Long> rate(
      String name, String defaultText, long least, String replaces, String description) {
    return new Key<>(
        name,
        "records a second, " + least + " or more",
        defaultText,
        replaces,
        description,
        text -> parseRate(text, least));
  }

  private static Long parseRate(String text, long least) {
    try {
      return atLeast(Long.parseLong(text), least, text, Long.toString(least));
    } catch (NumberFormatException notANumber) {
      throw new IllegalArgumentException("expected an integer", notANumber);
    }
  }

  /** Bytes; written as {@code 512k}, {@code 256m}, {@code 2g} or plain bytes. */
  static Key<Long> bytes(
      String name, String defaultText, long leastBytes, String replaces, String description) {
    return new Key<>(
        name,
        "bytes, " + Quantities.formatBytes(leastBytes) + " or more",
        defaultText,
        replaces,
        description,
        text ->
            atLeast(Quantities.bytes(text), leastBytes, text, Quantities.formatBytes(leastBytes)));
  }

  static <E extends Enum<E>> Key<E> choice(
      String name, Class<E> values, E defaultValue, String replaces, String description) {
    StringBuilder names = new StringBuilder();
    for (E value : values.getEnumConstants()) {
      names.append(names.isEmpty() ? "" : ", ").append(value.name().toLowerCase(Locale.ROOT));
    }
    String type = names.toString();
    return new Key<>(
        name,
        type,
        defaultValue.name().toLowerCase(Locale.ROOT),
        replaces,
        description,
        text -> parseChoice(values, text, type));
  }

  private static <E extends Enum<E>> E parseChoice(Class<E> values, String text, String type) {
    for (E value : values.getEnumConstants()) {
      if (value.name().equalsIgnoreCase(text)) {
        return value;
      }
    }
    throw new IllegalArgumentException("expected one of " + type);
  }

  private static Boolean parseBoolean(String text) {
    if (text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false")) {
      return Boolean.valueOf(text.toLowerCase(Locale.ROOT));
    }
    throw new IllegalArgumentException("expected true or false");
  }

  private static Integer parseInt(String text, int least, int most) {
    try {
      int value = Integer.parseInt(text);
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException notANumber) {
      throw new IllegalArgumentException("expected an integer", notANumber);
    }
    throw new IllegalArgumentException(
        "expected " + least + (most == Integer.MAX_VALUE ? " or more" : " to " + most));
  }

  private static Double parseDecimal(String text, double least) {
    try {
      double value = Double.parseDouble(text);
      if (value >= least && !Double.isInfinite(value)) {
        return value;
      }
    } catch (NumberFormatException notANumber) {
      throw new IllegalArgumentException("expected a number", notANumber);
    }
    throw new IllegalArgumentException("expected " + least + " or more");
  }

  private static Long atLeast(long value, long least, String text, String leastText) {
    if (value < least) {
      throw new IllegalArgumentException("expected " + leastText + " or more, not " + text);
    }
    return value;
  }
}
