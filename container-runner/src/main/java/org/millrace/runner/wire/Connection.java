package org.millrace.runner.wire;

/** An authenticated, ordered, two-way link. Thread-safe. */
public interface Connection extends AutoCloseable {
  /**
   * Who the other side is: to a listener the authenticated name, such as {@code executor-3}; to the
   * side that connected the address.
   */
  String peer();

  /** True inside one process: payloads may go by reference. */
  boolean byReference();

  /**
   * Queues a frame; frames of one thread arrive in order. After a close it is dropped: {@code
   * onClosed} says so.
   */
  void send(Frame frame);

  /**
   * False while more than the high-water mark is queued; a sender of data then waits for {@link
   * #onWritable}.
   */
  boolean isWritable();

  /** Runs once as soon as the link is writable or closed; at once if it is now. */
  void onWritable(Runnable action);

  boolean isOpen();

  /** Sends what is queued, then closes. Idempotent. */
  @Override
  void close();
}
