package org.millrace.api.broadcast;

import java.io.Serializable;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.spi.BroadcastValues;

/**
 * A value that the driver sends once to each executor that needs it, however many functions
 * captured the broadcast.
 *
 * <p>The value must not be changed after it was broadcast. Made by {@code
 * BatchContext.broadcast(value)}; functions capture the broadcast and call {@link #value()} when
 * they run. A driver that was restarted has none of the broadcasts before: a program makes them
 * where it uses them.
 *
 * @param <T> type of the value
 */
public final class Broadcast<T> implements Serializable {
  private static final long serialVersionUID = 1L;

  private final long id;
  private final transient BroadcastValues values;

  /** A broadcast with a number of its own; for engines. */
  public Broadcast(long id, BroadcastValues values) {
    this.id = id;
    this.values = values;
  }

  /** The same broadcast in another process; for engines. */
  public Broadcast<T> in(BroadcastValues others) {
    return new Broadcast<>(id, others);
  }

  /** A number that no other broadcast of the application has. */
  public long id() {
    return id;
  }

  /**
   * The value.
   *
   * @throws MillraceException ILLEGAL_USE when the broadcast was destroyed
   */
  @SuppressWarnings("unchecked") // the engine gives back what it was given
  public T value() {
    return (T) bound().value(id);
  }

  /** The same as {@link #value()}. */
  public T getValue() {
    return value();
  }

  /** Drops the executors' copies without waiting; they are sent again when they are needed. */
  public void unpersist() {
    unpersist(false);
  }

  /** Drops the executors' copies; they are sent again when they are needed. */
  public void unpersist(boolean blocking) {
    bound().unpersist(id, blocking);
  }

  /** Drops the value everywhere; it cannot be used any more. */
  public void destroy() {
    destroy(true);
  }

  /** Drops the value everywhere; it cannot be used any more. */
  public void destroy(boolean blocking) {
    bound().destroy(id, blocking);
  }

  private BroadcastValues bound() {
    if (values == null) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          this
              + " was deserialized outside of the application that made it; make it anew with"
              + " BatchContext.broadcast");
    }
    return values;
  }

  @Override
  public String toString() {
    return "Broadcast(" + id + ")";
  }
}
