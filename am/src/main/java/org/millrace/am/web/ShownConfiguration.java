package org.millrace.am.web;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.millrace.runner.conf.Key;
import org.millrace.runner.conf.Keys;

/**
 * The configuration as others may see it: without what looks like a secret, and with the names of
 * those values that are not the default. Immutable.
 */
final class ShownConfiguration {
  /** Stands in the place of a secret. */
  static final String HIDDEN = "(not shown)";

  private static final String SECRET_WORDS =
      "secret|passw|passphrase|token|credential|jaas|"
          + "api[._-]?key|access[._-]?key|private[._-]?key|account[._-]?key|(?<![a-z])pwd(?![a-z])";
  private static final Pattern SECRET_NAME =
      Pattern.compile(SECRET_WORDS, Pattern.CASE_INSENSITIVE);

  /** A pair inside a value: {@code -Dstore.password=x}, {@code ?token=x}. */
  private static final Pattern SECRET_PAIR =
      Pattern.compile(
          "([\\w.-]*(?:" + SECRET_WORDS + ")[\\w.-]*\\s*[=:]\\s*)(\"[^\"]*\"|'[^']*'|[^\\s&;,]+)",
          Pattern.CASE_INSENSITIVE);

  /** {@code scheme://user:password@host}. */
  private static final Pattern ADDRESS_WITH_PASSWORD =
      Pattern.compile("(://[^/\\s:@]*:)[^/\\s@]+@");

  private static final Map<String, String> DEFAULTS = defaults();

  private final Map<String, String> values;
  private final List<String> changed;

  private ShownConfiguration(Map<String, String> values, List<String> changed) {
    this.values = values;
    this.changed = changed;
  }

  static ShownConfiguration of(Map<String, String> configuration) {
    Map<String, String> values = new TreeMap<>();
    List<String> changed = new ArrayList<>();
    new TreeMap<>(configuration)
        .forEach(
            (name, value) -> {
              values.put(name, shown(name, value));
              if (!value.equals(DEFAULTS.get(name))) {
                changed.add(name);
              }
            });
    return new ShownConfiguration(values, changed);
  }

  /** Sorted by name. */
  Map<String, String> values() {
    return values;
  }

  /** Names of the values that differ from the default; a key that has no default is one of them. */
  List<String> changed() {
    return changed;
  }

  private static String shown(String name, String value) {
    if (value.isEmpty() || value.equals(DEFAULTS.get(name))) {
      return value;
    }
    if (SECRET_NAME.matcher(name).find()) {
      return HIDDEN;
    }
    String withoutPairs = SECRET_PAIR.matcher(value).replaceAll("$1" + HIDDEN);
    return ADDRESS_WITH_PASSWORD.matcher(withoutPairs).replaceAll("$1" + HIDDEN + "@");
  }

  private static Map<String, String> defaults() {
    Map<String, String> defaults = new HashMap<>();
    for (Key<?> key : Keys.all()) {
      if (!key.defaultText().isEmpty()) {
        defaults.put(key.name(), key.defaultText());
      }
    }
    return Map.copyOf(defaults);
  }
}
