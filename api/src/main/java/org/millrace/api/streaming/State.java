package org.millrace.api.streaming;

import org.millrace.api.Optional;

/**
 * The state of one key while the function of {@code mapWithState} is called for it.
 *
 * <p>Valid only during the call. What {@link #update} is given is kept as it is: the function must
 * not change it afterwards, but give a new value.
 *
 * @param <S> type of the state
 */
public interface State<S> {
  /** Whether the key has state. */
  boolean exists();

  /**
   * The state.
   *
   * @throws java.util.NoSuchElementException when there is none
   */
  S get();

  /**
   * Sets the state.
   *
   * @throws IllegalArgumentException when it was removed in this call, or is timing out
   */
  void update(S newState);

  /**
   * Removes the state.
   *
   * @throws IllegalArgumentException when it was removed in this call, or is timing out
   */
  void remove();

  /** Whether this is the last call for the key, because its timeout has passed. */
  boolean isTimingOut();

  /** The state; absent when there is none. */
  default Optional<S> getOption() {
    return exists() ? Optional.ofNullable(get()) : Optional.empty();
  }
}
