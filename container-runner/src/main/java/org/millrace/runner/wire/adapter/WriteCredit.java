package org.millrace.runner.wire.adapter;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts the bytes queued on one connection and tells senders when to wait. Thread-safe.
 *
 * <p>Not writable above the high mark, writable again at or below the low one, and always writable
 * after it was released.
 */
final class WriteCredit {

  private final int highWaterBytes;
  private final int lowWaterBytes;
  private final AtomicLong queuedBytes = new AtomicLong();
  private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();

  /** Volatile: written by whoever crosses a mark, read by all senders. */
  private volatile boolean writable = true;

  private volatile boolean released;

  WriteCredit(int highWaterBytes, int lowWaterBytes) {
    this.highWaterBytes = highWaterBytes;
    this.lowWaterBytes = lowWaterBytes;
  }

  void add(int bytes) {
    if (queuedBytes.addAndGet(bytes) > highWaterBytes) {
      writable = false;
      // Whoever took the last bytes off before this line saw nobody waiting.
      openIfLow();
    }
  }

  void subtract(int bytes) {
    queuedBytes.addAndGet(-bytes);
    if (!writable) {
      openIfLow();
    }
  }

  /** Lets everybody go, for good: the link is closed. */
  void release() {
    released = true;
    openIfLow();
  }

  boolean isWritable() {
    return writable;
  }

  void onWritable(Runnable action) {
    waiting.add(action);
    if (writable) {
      runWaiting();
    }
  }

  private void openIfLow() {
    if (released || queuedBytes.get() <= lowWaterBytes) {
      writable = true;
      runWaiting();
    }
  }

  private void runWaiting() {
    for (Runnable action = waiting.poll(); action != null; action = waiting.poll()) {
      action.run();
    }
  }
}
