package org.millrace.runner.executor;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.locks.ReentrantLock;
import org.millrace.runner.wire.Connection;
import org.millrace.runner.wire.Frame;

/**
 * The way to one other executor. Thread-safe.
 *
 * <pre>
 *  WAITING --connection--> OPEN --connection broke--> WAITING
 *  WAITING, OPEN --executor lost, own close--> GONE
 * </pre>
 *
 * <p>While it waits for a connection it queues; past a bound it is not writable, and takes what is
 * sent all the same. When it is gone it drops what is sent and is always writable.
 */
final class PeerLink {

  private static final long MAX_QUEUED_BYTES = 4 << 20;

  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private final Queue<Frame> queue = new ArrayDeque<>();

  @GuardedBy("lock")
  private long queuedBytes;

  @GuardedBy("lock")
  private List<Runnable> waiting = new ArrayList<>();

  @GuardedBy("lock")
  private boolean connecting;

  /** Volatile: written under the lock after the queue was sent, read by every sender. */
  private volatile Connection connection;

  /** Volatile: written under the lock, read by every sender. */
  private volatile boolean gone;

  /** True when the frame waits for a connection that nobody is opening yet. */
  boolean send(Frame frame) {
    Connection open = connection;
    if (open == null) {
      lock.lock();
      try {
        open = connection;
        if (open == null) {
          return enqueue(frame);
        }
      } finally {
        lock.unlock();
      }
    }
    open.send(frame);
    return false;
  }

  @GuardedBy("lock")
  private boolean enqueue(Frame frame) {
    if (gone) {
      return false;
    }
    queue.add(frame);
    queuedBytes += frame.payload().sizeBytes();
    return !connecting;
  }

  boolean isWritable() {
    Connection open = connection;
    if (open != null) {
      return open.isWritable();
    }
    lock.lock();
    try {
      return gone || connection != null || queuedBytes <= MAX_QUEUED_BYTES;
    } finally {
      lock.unlock();
    }
  }

  void onWritable(Runnable action) {
    Connection open;
    boolean now;
    lock.lock();
    try {
      open = connection;
      now = gone || queuedBytes <= MAX_QUEUED_BYTES;
      if (open == null && !now) {
        waiting.add(action);
        return;
      }
    } finally {
      lock.unlock();
    }
    if (open != null) {
      open.onWritable(action);
    } else {
      action.run();
    }
  }

  /** True when the caller is to open the connection now; only one caller is told so. */
  boolean beginConnecting() {
    lock.lock();
    try {
      if (gone || connecting || connection != null || queue.isEmpty()) {
        return false;
      }
      connecting = true;
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** The attempt failed; {@link #beginConnecting} may be called again. */
  void onConnectFailed() {
    lock.lock();
    try {
      connecting = false;
    } finally {
      lock.unlock();
    }
  }

  /** Sends what waits, in order, before anything that is sent from now on. */
  void onConnected(Connection opened) {
    List<Runnable> actions;
    lock.lock();
    try {
      connecting = false;
      if (gone) {
        opened.close();
        return;
      }
      for (Frame frame = queue.poll(); frame != null; frame = queue.poll()) {
        opened.send(frame);
      }
      queuedBytes = 0;
      connection = opened;
      actions = takeWaiting();
    } finally {
      lock.unlock();
    }
    actions.forEach(opened::onWritable);
  }

  /** The connection broke. What was on its way is lost; true when this link was using it. */
  boolean onClosed(Connection closed) {
    lock.lock();
    try {
      if (connection != closed || gone) {
        return false;
      }
      connection = null;
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** The executor is lost, or this one ends. */
  void close() {
    Connection open;
    List<Runnable> actions;
    lock.lock();
    try {
      gone = true;
      open = connection;
      connection = null;
      queue.clear();
      queuedBytes = 0;
      actions = takeWaiting();
    } finally {
      lock.unlock();
    }
    if (open != null) {
      open.close();
    }
    actions.forEach(Runnable::run);
  }

  @GuardedBy("lock")
  private List<Runnable> takeWaiting() {
    List<Runnable> taken = waiting;
    waiting = new ArrayList<>();
    return taken;
  }
}
