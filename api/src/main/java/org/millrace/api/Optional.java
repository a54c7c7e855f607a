package org.millrace.api;

import java.io.Serializable;
import java.util.NoSuchElementException;
import java.util.Objects;

/**
 * A value that may be absent, like {@link java.util.Optional} but serializable, so that it can be
 * part of records and state. Immutable; never holds null.
 *
 * @param <T> type of the value
 */
public final class Optional<T> implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final Optional<?> EMPTY = new Optional<>(null);

  @SuppressWarnings("serial") // the value is as serializable as the program makes it
  private final T value;

  private Optional(T value) {
    this.value = value;
  }

  /** The absent value. */
  @SuppressWarnings("unchecked") // holds no value of any type
  public static <T> Optional<T> empty() {
    return (Optional<T>) EMPTY;
  }

  /** A present value, which must not be null. */
  public static <T> Optional<T> of(T value) {
    return new Optional<>(Objects.requireNonNull(value, "value"));
  }

  /** The value, absent when it is null. */
  public static <T> Optional<T> ofNullable(T value) {
    return value == null ? empty() : new Optional<>(value);
  }

  /** The absent value: another name of {@link #empty()}. */
  public static <T> Optional<T> absent() {
    return empty();
  }

  /** The value, absent when it is null: another name of {@link #ofNullable(Object)}. */
  public static <T> Optional<T> fromNullable(T value) {
    return ofNullable(value);
  }

  /**
   * The value.
   *
   * @throws NoSuchElementException when it is absent
   */
  public T get() {
    if (value == null) {
      throw new NoSuchElementException("the Optional is empty; ask isPresent() first");
    }
    return value;
  }

  /** The value, or {@code other} when it is absent. */
  public T orElse(T other) {
    return value == null ? other : value;
  }

  /** The value, or {@code other} when it is absent: another name of {@link #orElse(Object)}. */
  public T or(T other) {
    return orElse(other);
  }

  /** The value, or null when it is absent. */
  public T orNull() {
    return value;
  }

  /** Whether there is a value. */
  public boolean isPresent() {
    return value != null;
  }

  private Object readResolve() {
    return value == null ? EMPTY : this;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Optional<?> that && Objects.equals(value, that.value);
  }

  @Override
  public int hashCode() {
    return value == null ? 0 : value.hashCode();
  }

  @Override
  public String toString() {
    return value == null ? "Optional.empty" : "Optional[" + value + "]";
  }
}
