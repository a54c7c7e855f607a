package org.millrace.runner.executor;

import org.millrace.runner.wire.Frame;
import org.millrace.runner.wire.proto.Envelope;

/**
 * Sends frames to executors by id, this one included (then by reference, on the caller's thread).
 * Links open on first use. Frames to an executor that membership no longer lists are dropped: the
 * driver has replaced its tasks. Thread-safe.
 */
public interface PeerLinks {
  int self();

  void send(int executorId, Frame frame);

  /** True for this executor. */
  default boolean byReference(int executorId) {
    return executorId == self();
  }

  boolean isWritable(int executorId);

  /**
   * Runs {@code action} once when the link is writable again, or the executor is gone; at once if
   * so now.
   */
  void onWritable(int executorId, Runnable action);

  /** True in one process: results may go to the driver as objects. */
  boolean driverByReference();

  /**
   * Sends to the driver; the epoch is filled in. A payload is a {@link java.nio.ByteBuffer}, or any
   * immutable object when {@link #driverByReference}. Dropped when the driver is lost.
   */
  void sendToDriver(Envelope.Builder message, Object payloadOrNull);
}
