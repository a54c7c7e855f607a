package org.millrace.runner.wire.adapter;

import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.millrace.runner.wire.Connection;
import org.millrace.runner.wire.Frame;
import org.millrace.runner.wire.FrameHandler;
import org.millrace.runner.wire.FrameLayout;

/**
 * One end of a link inside of a process. Thread-safe.
 *
 * <p>What arrives is queued and delivered by the thread that found the queue empty, so deliveries
 * to one end never overlap and a handler may answer on the spot. The link is always writable.
 */
final class InProcessConnection implements Connection {

  private final String peer;
  private final FrameHandler handler;
  private final Consumer<InProcessConnection> onGone;
  private final Queue<Runnable> arrivals = new ConcurrentLinkedQueue<>();
  private final AtomicInteger arrivalCount = new AtomicInteger();
  private final AtomicBoolean open = new AtomicBoolean(true);

  /** Set once by {@link #link}, before either end is handed out. */
  private InProcessConnection other;

  /** Touched by deliveries only, which never overlap. */
  private boolean gone;

  InProcessConnection(String peer, FrameHandler handler, Consumer<InProcessConnection> onGone) {
    this.peer = peer;
    this.handler = handler;
    this.onGone = onGone;
  }

  static void link(InProcessConnection one, InProcessConnection two) {
    one.other = two;
    two.other = one;
  }

  @Override
  public String peer() {
    return peer;
  }

  @Override
  public boolean byReference() {
    return true;
  }

  @Override
  public void send(Frame frame) {
    FrameLayout.checkedSizeBytes(frame);
    if (open.get()) {
      other.arrive(() -> other.deliver(frame));
    }
  }

  @Override
  public boolean isWritable() {
    return true;
  }

  @Override
  public void onWritable(Runnable action) {
    action.run();
  }

  @Override
  public boolean isOpen() {
    return open.get();
  }

  @Override
  public void close() {
    fail(Optional.empty());
  }

  /** Closes both ends behind what each has been sent. */
  private void fail(Optional<Throwable> cause) {
    if (open.compareAndSet(true, false)) {
      other.arrive(() -> other.hangUp(Optional.empty()));
      arrive(() -> hangUp(cause));
    }
  }

  private void arrive(Runnable arrival) {
    arrivals.add(arrival);
    if (arrivalCount.getAndIncrement() > 0) {
      return;
    }
    RuntimeException fault = null;
    do {
      try {
        arrivals.remove().run();
      } catch (RuntimeException e) {
        // Only a handler's onClosed can throw here, and what it missed is all that comes after it.
        fault = e;
      }
    } while (arrivalCount.decrementAndGet() > 0);
    if (fault != null) {
      throw fault;
    }
  }

  private void deliver(Frame frame) {
    if (gone) {
      return;
    }
    try {
      handler.onFrame(this, frame);
    } catch (RuntimeException | Error fault) {
      // A frame that its handler cannot take ends the link, as it does on a wire.
      fail(Optional.of(fault));
    }
  }

  private void hangUp(Optional<Throwable> cause) {
    if (gone) {
      return;
    }
    gone = true;
    open.set(false);
    onGone.accept(this);
    handler.onClosed(this, cause);
  }
}
