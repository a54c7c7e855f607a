package org.millrace.runner.receive;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How far a stream is stored as safely as its storage level asks, or as the cluster allows.
 * Thread-safe. It only moves forward.
 */
final class SafeMark {
  private final Runnable onMoved;
  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private final TreeMap<Long, List<CompletableFuture<Void>>> waiting = new TreeMap<>();

  @GuardedBy("lock")
  private long until;

  @GuardedBy("lock")
  private long untilRecords;

  @GuardedBy("lock")
  private RuntimeException failure;

  /** The mark at the first block. {@code onMoved} runs on the thread that moves it. */
  SafeMark(Runnable onMoved) {
    this.onMoved = onMoved;
  }

  /** Blocks {@code [0, until)} are safe. */
  long until() {
    lock.lock();
    try {
      return until;
    } finally {
      lock.unlock();
    }
  }

  /** Records in the blocks below the mark. */
  long untilRecords() {
    lock.lock();
    try {
      return untilRecords;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Moves the mark; does nothing when it is there already, or when it was said that it moves no
   * more.
   */
  void moveTo(long newUntil, long newUntilRecords) {
    List<CompletableFuture<Void>> reached = new ArrayList<>();
    lock.lock();
    try {
      if (newUntil <= until || failure != null) {
        return;
      }
      until = newUntil;
      untilRecords = newUntilRecords;
      var below = waiting.headMap(newUntil, true);
      below.values().forEach(reached::addAll);
      below.clear();
    } finally {
      lock.unlock();
    }
    reached.forEach(future -> future.complete(null));
    onMoved.run();
  }

  /** Completes when the mark is at {@code target} or beyond; fails when the stream ends before. */
  CompletableFuture<Void> reached(long target) {
    CompletableFuture<Void> future = new CompletableFuture<>();
    lock.lock();
    try {
      if (until < target && failure != null) {
        return CompletableFuture.failedFuture(failure);
      }
      if (until < target) {
        waiting.computeIfAbsent(target, key -> new ArrayList<>()).add(future);
        return future;
      }
    } finally {
      lock.unlock();
    }
    future.complete(null);
    return future;
  }

  /** The mark moves no more, whatever is found out later: fails all who wait and who will wait. */
  void fail(RuntimeException cause) {
    List<CompletableFuture<Void>> failed = new ArrayList<>();
    lock.lock();
    try {
      failure = cause;
      waiting.values().forEach(failed::addAll);
      waiting.clear();
    } finally {
      lock.unlock();
    }
    failed.forEach(future -> future.completeExceptionally(cause));
  }
}
