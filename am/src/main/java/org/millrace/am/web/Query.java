package org.millrace.am.web;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The part of an address after the question mark. Immutable. Of a name given twice the last counts.
 */
final class Query {
  private final Map<String, String> values;

  private Query(Map<String, String> values) {
    this.values = values;
  }

  /**
   * Parses {@code raw}, which is null or empty for none.
   *
   * @throws RequestProblem when it is not encoded as it must be
   */
  static Query parse(String raw) {
    Map<String, String> values = new HashMap<>();
    if (raw != null && !raw.isEmpty()) {
      for (String pair : raw.split("&", -1)) {
        int equals = pair.indexOf('=');
        String name = equals < 0 ? pair : pair.substring(0, equals);
        values.put(decode(name), equals < 0 ? "" : decode(pair.substring(equals + 1)));
      }
    }
    return new Query(Map.copyOf(values));
  }

  private static String decode(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException malformed) {
      throw RequestProblem.badRequest(
          "the query '" + text + "' is not percent-encoded: " + malformed.getMessage());
    }
  }

  Optional<String> text(String name) {
    return Optional.ofNullable(values.get(name));
  }

  int integer(String name, int most, int absent) {
    String text = values.get(name);
    if (text == null) {
      return absent;
    }
    try {
      int value = Integer.parseInt(text);
      if (value >= 0 && value <= most) {
        return value;
      }
    } catch (NumberFormatException notANumber) {
      throw expected(name, most, text);
    }
    throw expected(name, most, text);
  }

  private static RequestProblem expected(String name, int most, String text) {
    return RequestProblem.badRequest(
        name + " is '" + text + "': expected a whole number from 0 to " + most);
  }
}
