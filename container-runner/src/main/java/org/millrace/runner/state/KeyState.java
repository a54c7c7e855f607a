package org.millrace.runner.state;

import java.util.NoSuchElementException;
import org.millrace.api.streaming.State;

/** The state of the key for which the function is being called; used again for the next one. */
final class KeyState implements State<Object> {
  private Object value;
  private boolean exists;
  private boolean updated;
  private boolean removed;
  private boolean timingOut;
  private boolean over = true;

  /**
   * @param entry null when the key has no state
   */
  void begin(Entry entry, boolean isTimingOut) {
    value = entry == null ? null : entry.value;
    exists = entry != null;
    updated = false;
    removed = false;
    timingOut = isTimingOut;
    over = false;
  }

  /** The call is over. */
  void end() {
    over = true;
  }

  boolean wasUpdated() {
    return updated;
  }

  boolean wasRemoved() {
    return removed;
  }

  /** What it is after the call. */
  Object newValue() {
    return value;
  }

  @Override
  public boolean exists() {
    requireCall();
    return exists;
  }

  @Override
  public Object get() {
    requireCall();
    if (!exists) {
      throw new NoSuchElementException("the key has no state; ask exists() or use getOption()");
    }
    return value;
  }

  @Override
  public void update(Object newState) {
    requireChangeable("updated");
    value = newState;
    exists = true;
    updated = true;
  }

  @Override
  public void remove() {
    requireChangeable("removed");
    value = null;
    exists = false;
    updated = false;
    removed = true;
  }

  @Override
  public boolean isTimingOut() {
    requireCall();
    return timingOut;
  }

  private void requireChangeable(String change) {
    requireCall();
    if (removed) {
      throw new IllegalArgumentException(
          "the state cannot be " + change + ": it was removed in this call");
    }
    if (timingOut) {
      throw new IllegalArgumentException(
          "the state cannot be "
              + change
              + ": it is timing out and leaves after this call; ask isTimingOut() first");
    }
  }

  private void requireCall() {
    if (over) {
      throw new IllegalStateException(
          "a State was used after the call that it was given to; keep what get() returns instead");
    }
  }
}
