package org.millrace.runner.conf;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations and byte sizes as people write them. */
public final class Quantities {
  private static final Pattern QUANTITY = Pattern.compile("(\\d+)\\s*([a-zA-Z]*)");

  private Quantities() {}

  /**
   * {@code 200}, {@code 200ms}, {@code 2s}, {@code 5m} or {@code 5min}, {@code 1h}, {@code 1d}; in
   * milliseconds.
   */
  public static long durationMs(String text) {
    Matcher matcher = match(text, "a duration such as 200ms, 2s, 5m or 1h");
    long factor =
        switch (matcher.group(2).toLowerCase(Locale.ROOT)) {
          case "", "ms" -> 1L;
          case "s" -> 1_000L;
          case "m", "min" -> 60_000L;
          case "h" -> 3_600_000L;
          case "d" -> 86_400_000L;
          default ->
              throw new IllegalArgumentException(
                  "expected a duration such as 200ms, 2s, 5m or 1h, not " + text);
        };
    return multiply(matcher.group(1), factor, text);
  }

  /**
   * {@code 1024}, {@code 512k}, {@code 256m}, {@code 2g}, with or without a trailing {@code b}; in
   * bytes.
   */
  public static long bytes(String text) {
    Matcher matcher = match(text, "a size such as 512k, 256m or 2g");
    long factor =
        switch (matcher.group(2).toLowerCase(Locale.ROOT)) {
          case "", "b" -> 1L;
          case "k", "kb" -> 1L << 10;
          case "m", "mb" -> 1L << 20;
          case "g", "gb" -> 1L << 30;
          case "t", "tb" -> 1L << 40;
          default ->
              throw new IllegalArgumentException(
                  "expected a size such as 512k, 256m or 2g, not " + text);
        };
    return multiply(matcher.group(1), factor, text);
  }

  public static String formatBytes(long bytes) {
    for (int shift = 40; shift > 0; shift -= 10) {
      if (bytes >= 1L << shift && bytes % (1L << shift) == 0) {
        return (bytes >> shift) + String.valueOf("kmgt".charAt(shift / 10 - 1));
      }
    }
    return Long.toString(bytes);
  }

  private static Matcher match(String text, String expected) {
    Matcher matcher = QUANTITY.matcher(text.trim());
    if (!matcher.matches()) {
      throw new IllegalArgumentException("expected " + expected + ", not " + text);
    }
    return matcher;
  }

  private static long multiply(String digits, long factor, String text) {
    try {
      return Math.multiplyExact(Long.parseLong(digits), factor);
    } catch (ArithmeticException | NumberFormatException tooLarge) {
      throw new IllegalArgumentException(text + " is too large", tooLarge);
    }
  }
}
