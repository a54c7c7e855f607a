package org.millrace.benchmarks.scale;

import java.lang.management.ManagementFactory;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.PriorityQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.millrace.am.schedule.JobRunner;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.runtime.BlockingWork;
import org.millrace.checkpoint.runtime.Clock;
import org.millrace.checkpoint.runtime.Loop;

/**
 * Runs the real driver and simulated executors in one thread, in virtual time, and counts what each
 * of them costs. Not thread-safe.
 *
 * <p>The driver has one core: virtual time moves on by the processor time that its commands and its
 * blocking works take, and a command that comes meanwhile waits. Executors are as fast as need be.
 * So latency in virtual time is that of a driver on a core of its own, whatever else this machine
 * does.
 */
final class VirtualWorld implements Clock, BlockingWork, JobRunner.Waiting {
  private static final long START_MS = 1_600_000_000_000L;
  private static final com.sun.management.ThreadMXBean THREADS =
      (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** Who pays for a command. */
  enum Owner {
    DRIVER,
    /** The driver, for a heartbeat and what follows from it at once. */
    HEARTBEATS,
    EXECUTORS;

    boolean isDriver() {
      return this != EXECUTORS;
    }
  }

  private final PriorityQueue<Event> events = new PriorityQueue<>();

  /** What has come to the driver while it was busy, in the order in which it came. */
  private final ArrayDeque<Event> waiting = new ArrayDeque<>();

  private final long[] cpuNanos = new long[Owner.values().length];
  private final long[] allocatedBytes = new long[Owner.values().length];
  private final ArrayList<Event> added = new ArrayList<>();
  private long sequence;
  private long nowNanos;

  /** The driver's core is busy until then. */
  private long driverFreeNanos;

  private Owner paying = Owner.EXECUTORS;
  private long paidCpu = THREADS.getCurrentThreadCpuTime();
  private long paidBytes = THREADS.getCurrentThreadAllocatedBytes();
  private Consumer<String> onWorked = name -> {};
  private long meterNanos;
  private VirtualLoop running;
  private Throwable fault;

  private record Event(
      long dueNanos, long sequence, Owner owner, VirtualLoop loop, Runnable command)
      implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(dueNanos, other.dueNanos);
      return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
    }
  }

  VirtualWorld() {
    meterNanos = meterNanos();
    paidCpu = THREADS.getCurrentThreadCpuTime();
  }

  /** What it takes to look at the meters, which is nobody's. */
  private long meterNanos() {
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 20; round++) {
      long start = THREADS.getCurrentThreadCpuTime();
      for (int i = 0; i < 10_000; i++) {
        settle(paying);
      }
      least = Math.min(least, (THREADS.getCurrentThreadCpuTime() - start) / 10_000);
    }
    return least;
  }

  /** Processor time of the driver so far, what runs now not counted. */
  long driverCpuNanos() {
    return cpuNanos[Owner.DRIVER.ordinal()] + heartbeatCpuNanos();
  }

  /** The part of it that heartbeats took. */
  long heartbeatCpuNanos() {
    return cpuNanos[Owner.HEARTBEATS.ordinal()];
  }

  /** Bytes that the driver has allocated so far. */
  long driverAllocatedBytes() {
    return allocatedBytes[Owner.DRIVER.ordinal()] + allocatedBytes[Owner.HEARTBEATS.ordinal()];
  }

  @Override
  public long nowMs() {
    return START_MS + TimeUnit.NANOSECONDS.toMillis(nowNanos);
  }

  /** {@link #nowMs} in microseconds, with what the driver's command took so far. */
  long epochMicros() {
    return TimeUnit.MILLISECONDS.toMicros(START_MS)
        + TimeUnit.NANOSECONDS.toMicros(nowNanos + driverElapsed());
  }

  @Override
  public long nanoTime() {
    return nowNanos;
  }

  /** The driver's loop. */
  Loop driverLoop() {
    return new VirtualLoop(Owner.DRIVER);
  }

  /** Runs something on behalf of the executors. */
  void executors(long delayNanos, Runnable command) {
    add(nowNanos + driverElapsed() + delayNanos, Owner.EXECUTORS, null, command);
  }

  /** How long the driver's command takes so far. */
  private long driverElapsed() {
    return paying.isDriver() ? THREADS.getCurrentThreadCpuTime() - paidCpu : 0;
  }

  /** Runs something on behalf of the driver, outside of its loop. */
  void driver(long delayNanos, Owner owner, Runnable command) {
    add(nowNanos + delayNanos, owner, null, command);
  }

  private void add(long dueNanos, Owner owner, VirtualLoop loop, Runnable command) {
    // The order of events is for the simulation to find, not for the driver.
    added.add(new Event(dueNanos, sequence++, owner, loop, command));
  }

  @Override
  public <T> CompletableFuture<T> run(String name, Callable<T> work) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    add(
        nowNanos,
        Owner.DRIVER,
        null,
        () -> {
          T value;
          try {
            value = work.call();
          } catch (Exception failure) {
            answer.completeExceptionally(failure);
            return;
          }
          answer.complete(value);
          onWorked.accept(name);
        });
    return answer;
  }

  @Override
  public <T> T await(CompletableFuture<T> future) {
    runUntil(future::isDone);
    try {
      return future.join();
    } catch (CompletionException failed) {
      Throwable cause = failed.getCause();
      throw new MillraceException(
          cause instanceof MillraceException known ? known.code() : ErrorCode.INTERNAL,
          cause.toString(),
          cause);
    }
  }

  /** Is told the name of each blocking work that has ended. */
  void onWorked(Consumer<String> told) {
    onWorked = told;
  }

  /** A fault that ends the run. */
  void fail(Throwable cause) {
    fault = fault == null ? cause : fault;
  }

  /** Runs until the condition holds; whoever calls goes on to pay afterwards. */
  void runUntil(BooleanSupplier condition) {
    Owner caller = paying;
    VirtualLoop outer = running;
    settle(caller);
    while (!condition.getAsBoolean()) {
      if (fault != null) {
        throw new IllegalStateException("the simulation failed", fault);
      }
      step();
    }
    running = outer;
    settle(caller);
  }

  private void step() {
    events.addAll(added);
    added.clear();
    Event next = events.peek();
    if (!waiting.isEmpty() && (next == null || next.dueNanos >= driverFreeNanos)) {
      run(waiting.poll(), driverFreeNanos);
    } else if (next == null) {
      throw new IllegalStateException("nothing is left to happen");
    } else {
      events.poll();
      if (next.owner.isDriver() && (next.dueNanos < driverFreeNanos || !waiting.isEmpty())) {
        waiting.add(next);
      } else {
        run(next, next.dueNanos);
      }
    }
  }

  private void run(Event event, long atNanos) {
    nowNanos = Math.max(nowNanos, atNanos);
    settle(event.owner);
    running = event.loop;
    event.command.run();
    running = null;
    settle(Owner.EXECUTORS);
  }

  /** Charges what was spent since the last call to who paid until now. */
  private void settle(Owner next) {
    long cpu = THREADS.getCurrentThreadCpuTime();
    long bytes = THREADS.getCurrentThreadAllocatedBytes();
    long spent = Math.max(0, cpu - paidCpu - meterNanos);
    cpuNanos[paying.ordinal()] += spent;
    allocatedBytes[paying.ordinal()] += bytes - paidBytes;
    if (paying.isDriver()) {
      nowNanos += spent;
      driverFreeNanos = nowNanos;
    }
    paying = next;
    paidCpu = cpu;
    paidBytes = bytes;
  }

  private final class VirtualLoop implements Loop {
    private final Owner owner;

    VirtualLoop(Owner owner) {
      this.owner = owner;
    }

    @Override
    public void execute(Runnable command) {
      add(nowNanos, paying == Owner.HEARTBEATS ? paying : owner, this, command);
    }

    @Override
    public Timer schedule(long delayMs, Runnable command) {
      boolean[] cancelled = new boolean[1];
      add(
          nowNanos + TimeUnit.MILLISECONDS.toNanos(Math.max(0, delayMs)),
          owner,
          this,
          () -> {
            if (!cancelled[0]) {
              command.run();
            }
          });
      return () -> cancelled[0] = true;
    }

    @Override
    public boolean inLoop() {
      return running == this;
    }
  }
}
