package org.millrace.checkpoint.runtime.adapter;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.runtime.FatalHandler;
import org.millrace.checkpoint.runtime.Loop;

/**
 * A loop on one daemon thread. Thread-safe.
 *
 * <p>An idle loop spins for a few microseconds, so that a command which follows closely costs no
 * wake-up, and then parks. A command that throws stops the loop: its component's state is not to be
 * trusted any more, so what is queued behind it is dropped and later commands are refused.
 */
public final class ThreadLoop implements Loop, AutoCloseable {

  private static final int COMMANDS_BETWEEN_TIMER_CHECKS = 256;
  private static final long SPIN_NANOS = 10_000;
  private static final Duration DRAIN_LIMIT = Duration.ofSeconds(30);

  private final FatalHandler fatalHandler;
  private final CommandQueue queue = new CommandQueue();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread thread;

  /** Owned by the thread of this loop. */
  private final TimerQueue timers = new TimerQueue();

  /** Commands which the loop gave to itself after it was closed; owned by its thread. */
  private final ArrayDeque<Runnable> lastCommands = new ArrayDeque<>();

  /** Volatile: written by the loop before it looks at the queue a last time, read by producers. */
  private volatile boolean parked;

  private ThreadLoop(String name, FatalHandler fatalHandler) {
    this.fatalHandler = fatalHandler;
    thread = new Thread(this::run, name);
    thread.setDaemon(true);
  }

  /** Starts a loop whose thread has the given name. */
  public static ThreadLoop start(String name, FatalHandler fatalHandler) {
    ThreadLoop loop =
        new ThreadLoop(Objects.requireNonNull(name), Objects.requireNonNull(fatalHandler));
    loop.thread.start();
    return loop;
  }

  @Override
  public void execute(Runnable command) {
    Objects.requireNonNull(command);
    if (queue.offer(command)) {
      if (parked) {
        LockSupport.unpark(thread);
      }
    } else if (inLoop()) {
      lastCommands.add(command);
    } else {
      throw closed();
    }
  }

  @Override
  public Timer schedule(long delayMs, Runnable command) {
    Objects.requireNonNull(command);
    long dueNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(Math.max(0, delayMs));
    LoopTimer timer = new LoopTimer(dueNanos, command);
    if (delayMs <= 0) {
      execute(timer::fire);
    } else if (inLoop()) {
      timers.add(timer);
    } else {
      execute(() -> timers.add(timer));
    }
    return timer;
  }

  @Override
  public boolean inLoop() {
    return Thread.currentThread() == thread;
  }

  /**
   * Refuses further commands, runs all that were accepted and what they submit in turn, then ends
   * the thread. Timers that are not due yet never fire. Returns when the thread has ended, or at
   * once when called from the loop itself.
   *
   * @throws MillraceException when the accepted commands take longer than 30 seconds, or the caller
   *     is interrupted
   */
  @Override
  public void close() {
    queue.close();
    LockSupport.unpark(thread);
    if (inLoop()) {
      return;
    }
    try {
      if (!ended.await(DRAIN_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
        throw new MillraceException(
            ErrorCode.INTERNAL,
            "Loop '%s' did not end within %d s: a command blocks it; take a thread dump"
                .formatted(thread.getName(), DRAIN_LIMIT.toSeconds()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MillraceException(
          ErrorCode.INTERNAL,
          "Interrupted while loop '%s' was ending".formatted(thread.getName()),
          e);
    }
  }

  private void run() {
    try {
      while (!queue.drained()) {
        boolean worked = timers.fireDue(System.nanoTime());
        worked |= runCommands();
        if (!worked) {
          idle();
        }
      }
      for (Runnable last = lastCommands.poll(); last != null; last = lastCommands.poll()) {
        last.run();
      }
    } catch (Throwable fault) {
      queue.close();
      fatalHandler.onFatal(thread.getName(), fault);
    } finally {
      ended.countDown();
    }
  }

  private boolean runCommands() {
    for (int i = 0; i < COMMANDS_BETWEEN_TIMER_CHECKS; i++) {
      Runnable command = queue.poll();
      if (command == null) {
        return i > 0;
      }
      command.run();
    }
    return true;
  }

  private void idle() {
    long spinUntilNanos = System.nanoTime() + SPIN_NANOS;
    while (!queue.ready()) {
      if (System.nanoTime() - spinUntilNanos > 0) {
        park();
        return;
      }
      Thread.onSpinWait();
    }
  }

  private void park() {
    parked = true;
    try {
      // A producer that did not see the flag appended before it was set, so it is seen here.
      if (!queue.ready()) {
        long waitNanos = timers.nanosToNext(System.nanoTime());
        if (waitNanos == TimerQueue.NONE) {
          LockSupport.park(this);
        } else if (waitNanos > 0) {
          LockSupport.parkNanos(this, waitNanos);
        }
      }
    } finally {
      parked = false;
    }
    // An interrupt would keep the loop from parking; it ends by its closing mark only.
    Thread.interrupted();
  }

  private MillraceException closed() {
    return new MillraceException(
        ErrorCode.INTERNAL, "Loop '%s' is closed and takes no command".formatted(thread.getName()));
  }

  private final class LoopTimer extends TimerQueue.Entry implements Timer {

    LoopTimer(long dueNanos, Runnable command) {
      super(dueNanos, command);
    }

    @Override
    public void cancel() {
      if (withdraw()) {
        timers.noteCancelled();
      }
    }
  }
}
