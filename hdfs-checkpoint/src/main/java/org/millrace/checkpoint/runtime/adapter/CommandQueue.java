package org.millrace.checkpoint.runtime.adapter;

import java.util.concurrent.atomic.AtomicReference;

/**
 * An unbounded queue of commands with many producers and one consumer, which can be closed.
 *
 * <p>Thread-safe for {@link #offer} and {@link #close}; {@link #poll} belongs to the consumer. A
 * linked list after Vyukov: producers append at the tail, the consumer follows the links. Closing
 * puts the last node behind which nothing can be appended, so every accepted command is before it
 * and none is lost.
 */
final class CommandQueue {

  private static final Runnable CLOSED = () -> {};

  private final AtomicReference<Node> tail;
  private Node head;

  CommandQueue() {
    Node first = new Node(null);
    head = first;
    tail = new AtomicReference<>(first);
  }

  /** Appends a command; false means that the queue is closed and the command was not taken. */
  boolean offer(Runnable command) {
    return append(new Node(command));
  }

  /** Refuses further commands. False means that it was closed before. */
  boolean close() {
    return append(new Node(CLOSED));
  }

  private boolean append(Node node) {
    while (true) {
      Node last = tail.get();
      if (last.command == CLOSED) {
        return false;
      }
      if (tail.compareAndSet(last, node)) {
        // A volatile write: the loop's parking relies on its order with the producer's next read.
        last.set(node);
        return true;
      }
    }
  }

  /** The next command, or null when there is none now or when only the closing mark is left. */
  Runnable poll() {
    Node next = head.get();
    if (next == null || next.command == CLOSED) {
      return null;
    }
    Runnable command = next.command;
    next.command = null;
    head = next;
    return command;
  }

  /** Whether a command, or the closing mark, is ready for the consumer. */
  boolean ready() {
    return head.get() != null;
  }

  /** Whether all accepted commands were polled and no other can come. */
  boolean drained() {
    Node next = head.get();
    return next != null && next.command == CLOSED;
  }

  boolean closed() {
    return tail.get().command == CLOSED;
  }

  private static final class Node extends AtomicReference<Node> {
    private static final long serialVersionUID = 1L;

    /** Cleared by the consumer so that a command does not outlive its run. */
    private transient Runnable command;

    Node(Runnable command) {
      this.command = command;
    }
  }
}
