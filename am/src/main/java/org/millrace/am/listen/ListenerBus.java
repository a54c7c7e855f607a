package org.millrace.am.listen;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.millrace.api.streaming.scheduler.StreamingListener;
import org.millrace.api.streaming.scheduler.StreamingListenerEvent;
import org.millrace.checkpoint.runtime.BlockingWork;
import org.millrace.checkpoint.runtime.FatalHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells listeners of events in their order, one at a time, on a thread that nothing else waits for.
 * A listener that is slow makes the queue fill up; then events are dropped, counted and reported,
 * and whoever posts goes on. A listener that throws is reported and stays. Thread-safe.
 */
public final class ListenerBus {
  private static final Logger LOG = LoggerFactory.getLogger(ListenerBus.class);
  private static final int MOST_QUEUED = 10_000;

  private record Posted(StreamingListenerEvent event, List<StreamingListener> listeners) {}

  private final BlockingWork work;
  private final FatalHandler fatal;
  private final Object lock = new Object();
  private final ThreadLocal<Boolean> telling = ThreadLocal.withInitial(() -> false);

  @GuardedBy("lock")
  private final Deque<Posted> queue = new ArrayDeque<>();

  @GuardedBy("lock")
  private final List<CompletableFuture<Void>> waitingForIdle = new ArrayList<>();

  /** By class name: what went wrong with listeners. */
  @GuardedBy("lock")
  private final Map<String, String> failures = new TreeMap<>();

  @GuardedBy("lock")
  private List<StreamingListener> listeners = List.of();

  @GuardedBy("lock")
  private boolean delivering;

  @GuardedBy("lock")
  private String told = "";

  @GuardedBy("lock")
  private long dropped;

  @GuardedBy("lock")
  private String slowest = "";

  public ListenerBus(BlockingWork work, FatalHandler fatal) {
    this.work = work;
    this.fatal = fatal;
  }

  public void add(StreamingListener listener) {
    synchronized (lock) {
      List<StreamingListener> more = new ArrayList<>(listeners);
      more.add(listener);
      listeners = List.copyOf(more);
    }
  }

  /** Tells it nothing more, not even what was posted before. */
  public void remove(StreamingListener listener) {
    synchronized (lock) {
      List<StreamingListener> fewer = new ArrayList<>(listeners);
      fewer.remove(listener);
      listeners = List.copyOf(fewer);
    }
  }

  /** Whether anybody listens: events need not be made otherwise. */
  public boolean isHeard() {
    synchronized (lock) {
      return !listeners.isEmpty();
    }
  }

  /** Tells those who listen now; returns at once. */
  public void post(StreamingListenerEvent event) {
    synchronized (lock) {
      if (listeners.isEmpty()) {
        return;
      }
      if (queue.size() >= MOST_QUEUED) {
        onFull();
        return;
      }
      queue.add(new Posted(event, listeners));
      if (delivering) {
        return;
      }
      delivering = true;
    }
    var unused = work.run("listener", this::deliver);
  }

  /** Whether the calling thread is that of a listener. */
  public boolean isTelling() {
    return telling.get();
  }

  /** Completes when all that was posted has been told; on any thread. */
  public CompletableFuture<Void> idle() {
    synchronized (lock) {
      if (!delivering) {
        return CompletableFuture.completedFuture(null);
      }
      CompletableFuture<Void> idle = new CompletableFuture<>();
      waitingForIdle.add(idle);
      return idle;
    }
  }

  /** What went wrong, a sentence each. */
  public List<String> problems() {
    synchronized (lock) {
      List<String> problems = new ArrayList<>(failures.values());
      if (dropped > 0) {
        problems.add(
            "Listener " + slowest + " is slow: " + dropped + " events were dropped unheard.");
      }
      return problems;
    }
  }

  @GuardedBy("lock")
  private void onFull() {
    if (!slowest.equals(told)) {
      LOG.warn(
          "listener {} is slow: {} events wait and more are dropped until it has caught up",
          told,
          queue.size());
      slowest = told;
    }
    dropped++;
  }

  private Void deliver() {
    telling.set(true);
    try {
      for (Posted next = next(); next != null; next = next()) {
        for (StreamingListener listener : next.listeners()) {
          tell(listener, next.event());
        }
      }
    } finally {
      telling.remove();
    }
    return null;
  }

  /** The next event; null when there is none and the delivery ends. */
  private Posted next() {
    List<CompletableFuture<Void>> idle;
    synchronized (lock) {
      Posted next = queue.poll();
      if (next != null) {
        return next;
      }
      delivering = false;
      idle = List.copyOf(waitingForIdle);
      waitingForIdle.clear();
    }
    idle.forEach(waiting -> waiting.complete(null));
    return null;
  }

  private void tell(StreamingListener listener, StreamingListenerEvent event) {
    synchronized (lock) {
      if (!listeners.contains(listener)) {
        return;
      }
      told = listener.getClass().getName();
    }
    try {
      event.tell(listener);
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError failure) {
      onFailure(listener, event, failure);
    } catch (Error fault) {
      fatal.onFatal("listener " + listener.getClass().getName(), fault);
    }
  }

  private void onFailure(
      StreamingListener listener, StreamingListenerEvent event, Throwable failure) {
    String name = listener.getClass().getName();
    String what = event.getClass().getSimpleName();
    LOG.warn("listener {} failed at {}", name, what, failure);
    synchronized (lock) {
      failures.put(name, "Listener " + name + " failed at " + what + ": " + failure);
    }
  }
}
