package org.millrace.runner.conf;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/**
 * Resolved configuration: the given layers over the declared defaults. Immutable. Keys outside
 * {@code millrace.} and {@code spark.} are the user's own and pass through unchecked.
 */
public final class Settings {
  private static final Map<String, Key<?>> DECLARED = declared();
  private static final Map<String, String> KNOWN_BY_HABIT = knownByHabit();

  private final Map<String, String> given;

  private Settings(Map<String, String> given) {
    this.given = given;
  }

  /**
   * Lays {@code layers} over each other, the first one winning (command line, program, site).
   *
   * @throws MillraceException with all unknown and invalid keys in one message
   */
  @SafeVarargs
  public static Settings resolve(Map<String, String>... layers) {
    Map<String, String> merged = new TreeMap<>();
    for (int i = layers.length - 1; i >= 0; i--) {
      merged.putAll(layers[i]);
    }
    List<String> unknown = new ArrayList<>();
    List<String> invalid = new ArrayList<>();
    merged.forEach((name, value) -> check(name, value, unknown, invalid));
    if (!unknown.isEmpty() || !invalid.isEmpty()) {
      ErrorCode code =
          unknown.isEmpty()
              ? ErrorCode.INVALID_CONFIGURATION_VALUE
              : ErrorCode.UNKNOWN_CONFIGURATION_KEY;
      List<String> problems = new ArrayList<>(unknown);
      problems.addAll(invalid);
      throw new MillraceException(code, String.join("; ", problems));
    }
    return new Settings(Map.copyOf(merged));
  }

  private static void check(String name, String value, List<String> unknown, List<String> invalid) {
    Key<?> key = DECLARED.get(name);
    if (key != null) {
      try {
        key.parse(value);
      } catch (IllegalArgumentException rule) {
        invalid.add(name + " is '" + value + "': " + rule.getMessage());
      }
    } else if (name.startsWith("millrace.")) {
      unknown.add(
          "no such configuration key: "
              + name
              + nearest(name).map(key2 -> " (did you mean " + key2 + "?)").orElse("")
              + "; docs/configuration.md lists them");
    } else if (name.startsWith("spark.")) {
      String ours = KNOWN_BY_HABIT.get(name);
      unknown.add(
          name
              + (ours == null
                  ? " is a Spark key that Millrace has no use for: remove it"
                  : " is called " + ours + " here"));
    }
  }

  /** The value as given, else the default. */
  public <T> T get(Key<T> key) {
    String text = given.getOrDefault(key.name(), key.defaultText());
    if (text.isEmpty() && key.defaultText().isEmpty() && !given.containsKey(key.name())) {
      throw new MillraceException(
          ErrorCode.INVALID_CONFIGURATION_VALUE,
          key.name() + " is not set and has no default; set it with --conf " + key.name() + "=...");
    }
    return key.parse(text);
  }

  public <T> Optional<T> find(Key<T> key) {
    String text = given.getOrDefault(key.name(), key.defaultText());
    return text.isEmpty() ? Optional.empty() : Optional.of(key.parse(text));
  }

  public boolean isGiven(Key<?> key) {
    return given.containsKey(key.name());
  }

  /** What was given, defaults not included. */
  public Map<String, String> given() {
    return given;
  }

  private static Optional<String> nearest(String name) {
    String best = null;
    int bestDistance = 4;
    for (String candidate : DECLARED.keySet()) {
      int distance = distance(name, candidate);
      if (distance < bestDistance) {
        best = candidate;
        bestDistance = distance;
      }
    }
    return Optional.ofNullable(best);
  }

  /** Levenshtein distance. */
  private static int distance(String a, String b) {
    int[] previous = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] current = new int[b.length() + 1];
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        current[j] = Math.min(Math.min(current[j - 1], previous[j]) + 1, previous[j - 1] + change);
      }
      previous = current;
    }
    return previous[b.length()];
  }

  private static Map<String, Key<?>> declared() {
    Map<String, Key<?>> keys = new HashMap<>();
    for (Key<?> key : Keys.all()) {
      if (keys.put(key.name(), key) != null) {
        throw new IllegalStateException("declared twice: " + key.name());
      }
    }
    return keys;
  }

  private static Map<String, String> knownByHabit() {
    Map<String, String> names = new HashMap<>();
    for (Key<?> key : Keys.all()) {
      if (!key.replaces().isEmpty()) {
        names.put(key.replaces(), key.name());
      }
    }
    return names;
  }
}
