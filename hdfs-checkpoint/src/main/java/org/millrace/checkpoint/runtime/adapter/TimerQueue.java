package org.millrace.checkpoint.runtime.adapter;

import java.util.PriorityQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The timers of one loop in the order of their due times.
 *
 * <p>Owned by the loop's thread, except {@link #noteCancelled} and {@link Entry#withdraw}, which
 * are thread-safe. Cancelled entries are swept out when they are the majority, so a timeout that is
 * nearly always cancelled costs no search.
 */
final class TimerQueue {

  /** What {@link #nanosToNext} answers when no timer waits. */
  static final long NONE = Long.MAX_VALUE;

  private static final int SWEEP_FROM = 64;

  private final PriorityQueue<Entry> entries = new PriorityQueue<>(TimerQueue::compare);
  private final AtomicInteger cancelled = new AtomicInteger();
  private long added;

  void add(Entry entry) {
    entry.sequence = added++;
    entries.add(entry);
    int cancelledNow = cancelled.get();
    if (cancelledNow > SWEEP_FROM && cancelledNow > entries.size() / 2) {
      cancelled.addAndGet(-cancelledNow);
      entries.removeIf(Entry::withdrawn);
    }
  }

  /** Runs every entry that is due; true when at least one was removed. */
  boolean fireDue(long nowNanos) {
    boolean any = false;
    for (Entry first = entries.peek();
        first != null && first.dueNanos - nowNanos <= 0;
        first = entries.peek()) {
      entries.poll();
      first.fire();
      any = true;
    }
    return any;
  }

  /** Nanoseconds until the first entry is due, not positive when it is due already. */
  long nanosToNext(long nowNanos) {
    Entry first = entries.peek();
    return first == null ? NONE : first.dueNanos - nowNanos;
  }

  int size() {
    return entries.size();
  }

  void noteCancelled() {
    cancelled.incrementAndGet();
  }

  private static int compare(Entry a, Entry b) {
    int byTime = Long.compare(a.dueNanos - b.dueNanos, 0);
    return byTime != 0 ? byTime : Long.compare(a.sequence, b.sequence);
  }

  /** A command with its time; holds null once it fired or was withdrawn. */
  static class Entry {
    private final long dueNanos;
    private final AtomicReference<Runnable> command;
    private long sequence;

    Entry(long dueNanos, Runnable command) {
      this.dueNanos = dueNanos;
      this.command = new AtomicReference<>(command);
    }

    void fire() {
      Runnable due = command.getAndSet(null);
      if (due != null) {
        due.run();
      }
    }

    boolean withdraw() {
      return command.getAndSet(null) != null;
    }

    private boolean withdrawn() {
      return command.get() == null;
    }
  }
}
