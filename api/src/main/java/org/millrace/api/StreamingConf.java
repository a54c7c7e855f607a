package org.millrace.api;

import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.TreeMap;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/**
 * The configuration of a program: keys {@code millrace.*} and their values.
 *
 * <p>Not thread-safe; a context copies it when it is made, so later changes do not count. Which
 * keys there are, and their forms and bounds, is checked by the engine when the context is made.
 * What the command line sets wins over what the program sets.
 */
public final class StreamingConf implements Serializable, Cloneable {
  private static final long serialVersionUID = 1L;

  /** The key of {@link #setMaster(String)}. */
  public static final String MASTER = "millrace.master";

  /** The key of {@link #setAppName(String)}. */
  public static final String APP_NAME = "millrace.app.name";

  private static final String PREFIX = "millrace.";

  private final TreeMap<String, String> settings = new TreeMap<>();

  /** A configuration that starts with the system properties {@code millrace.*}. */
  public StreamingConf() {
    this(true);
  }

  /** A configuration that starts empty or with the system properties {@code millrace.*}. */
  public StreamingConf(boolean loadDefaults) {
    if (loadDefaults) {
      for (String key : System.getProperties().stringPropertyNames()) {
        if (key.startsWith(PREFIX)) {
          settings.put(key, System.getProperty(key));
        }
      }
    }
  }

  /** Sets the value of a key. */
  public StreamingConf set(String key, String value) {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(value, () -> "value of " + key);
    settings.put(key, value);
    return this;
  }

  /** Sets the value of a key that has none. */
  public StreamingConf setIfMissing(String key, String value) {
    return contains(key) ? this : set(key, value);
  }

  /** Sets the values of keys. */
  public StreamingConf setAll(Map<String, String> newSettings) {
    newSettings.forEach(this::set);
    return this;
  }

  /** Where the program runs: {@code local}, {@code local[n]}, {@code local[*]} or {@code yarn}. */
  public StreamingConf setMaster(String master) {
    return set(MASTER, master);
  }

  /** The name under which the application is listed. */
  public StreamingConf setAppName(String name) {
    return set(APP_NAME, name);
  }

  /** Forgets the value of a key. */
  public StreamingConf remove(String key) {
    settings.remove(key);
    return this;
  }

  /** Whether a key has a value. */
  public boolean contains(String key) {
    return settings.containsKey(key);
  }

  /**
   * The value of a key.
   *
   * @throws NoSuchElementException when it has none
   */
  public String get(String key) {
    String value = settings.get(key);
    if (value == null) {
      throw new NoSuchElementException(key + " is not set");
    }
    return value;
  }

  /** The value of a key, or a default when it has none. */
  public String get(String key, String defaultValue) {
    return settings.getOrDefault(key, defaultValue);
  }

  /** The value of a key; absent when it has none. */
  public Optional<String> getOption(String key) {
    return Optional.ofNullable(settings.get(key));
  }

  /** All keys and their values, ordered by key. */
  @SuppressWarnings({"unchecked", "rawtypes"}) // an array of a generic type
  public Tuple2<String, String>[] getAll() {
    return settings.entrySet().stream()
        .map(entry -> new Tuple2<>(entry.getKey(), entry.getValue()))
        .toArray(Tuple2[]::new);
  }

  /** All keys and their values, ordered by key; a copy. */
  public Map<String, String> toMap() {
    return new LinkedHashMap<>(settings);
  }

  /** The value of a key as a number. */
  public int getInt(String key, int defaultValue) {
    try {
      return contains(key) ? Integer.parseInt(get(key).trim()) : defaultValue;
    } catch (NumberFormatException e) {
      throw invalid(key, "a whole number", e);
    }
  }

  /** The value of a key as a number. */
  public long getLong(String key, long defaultValue) {
    try {
      return contains(key) ? Long.parseLong(get(key).trim()) : defaultValue;
    } catch (NumberFormatException e) {
      throw invalid(key, "a whole number", e);
    }
  }

  /** The value of a key as a number. */
  public double getDouble(String key, double defaultValue) {
    try {
      return contains(key) ? Double.parseDouble(get(key).trim()) : defaultValue;
    } catch (NumberFormatException e) {
      throw invalid(key, "a number", e);
    }
  }

  /** The value of a key as {@code true} or {@code false}. */
  public boolean getBoolean(String key, boolean defaultValue) {
    if (!contains(key)) {
      return defaultValue;
    }
    return switch (get(key).trim()) {
      case "true" -> true;
      case "false" -> false;
      default -> throw invalid(key, "true or false", null);
    };
  }

  /** One line {@code key=value} for each key, ordered by key. */
  public String toDebugString() {
    StringBuilder lines = new StringBuilder();
    settings.forEach((key, value) -> lines.append(key).append('=').append(value).append('\n'));
    return lines.toString().stripTrailing();
  }

  /** An independent copy. */
  @Override
  public StreamingConf clone() {
    return new StreamingConf(false).setAll(settings);
  }

  private MillraceException invalid(String key, String expected, Throwable cause) {
    return new MillraceException(
        ErrorCode.INVALID_CONFIGURATION_VALUE,
        key + " is '" + get(key) + "', which is not " + expected + "; correct the setting",
        cause);
  }
}
