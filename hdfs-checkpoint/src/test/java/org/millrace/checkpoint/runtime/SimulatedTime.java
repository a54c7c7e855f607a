package org.millrace.checkpoint.runtime;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * A deterministic scheduler: time, any number of loops and blocking work that all run in the thread
 * which calls it. Not thread-safe.
 *
 * <p>Nothing runs and no time passes except through {@link #step}, {@link #runUntilIdle}, {@link
 * #runUntil} and {@link #advance}. What a command throws is thrown by them. Commands of one loop
 * run in the order of submission, always. Ready commands of different loops, and blocking works,
 * run in the order of submission too, or in an order drawn from the seed when made {@link
 * #shuffled}.
 */
public final class SimulatedTime implements Clock {

  private static final long START_MS = 1_600_000_000_000L;
  private static final long MAX_IDLE_STEPS = 10_000_000;

  private final SplittableRandom random;
  private final boolean shuffled;
  private final List<Source> sources = new ArrayList<>();
  private final PriorityQueue<SimulatedTimer> timers =
      new PriorityQueue<>(
          Comparator.<SimulatedTimer>comparingLong(timer -> timer.dueNanos)
              .thenComparingLong(timer -> timer.sequence));
  private final Source works = new Source("blocking work", true);
  private final long seed;
  private long nowNanos;
  private long sequence;
  private Source running;

  private SimulatedTime(long seed, boolean shuffled) {
    this.seed = seed;
    this.shuffled = shuffled;
    random = new SplittableRandom(seed);
    sources.add(works);
  }

  /** Everything in the order of submission. */
  public static SimulatedTime inOrder() {
    return new SimulatedTime(0, false);
  }

  /** The choice between loops and between works is drawn from the seed. */
  public static SimulatedTime shuffled(long seed) {
    return new SimulatedTime(seed, true);
  }

  /** Milliseconds since the epoch; starts at a fixed moment that is a multiple of a day. */
  @Override
  public long nowMs() {
    return START_MS + TimeUnit.NANOSECONDS.toMillis(nowNanos);
  }

  @Override
  public long nanoTime() {
    return nowNanos;
  }

  /** Repeatable numbers, apart from those that choose what runs. */
  public Randomness randomness() {
    SplittableRandom numbers = new SplittableRandom(~seed);
    return new Randomness() {
      @Override
      public long nextLong() {
        return numbers.nextLong();
      }

      @Override
      public int nextInt(int bound) {
        return numbers.nextInt(bound);
      }

      @Override
      public void nextBytes(byte[] bytes) {
        numbers.nextBytes(bytes);
      }
    };
  }

  /** A new loop. */
  public Loop loop(String name) {
    Source source = new Source(name, false);
    sources.add(source);
    return new SimulatedLoop(source);
  }

  /** Blocking work that runs as steps of its own; its future completes within its step. */
  public BlockingWork blockingWork() {
    return new BlockingWork() {
      @Override
      public <T> CompletableFuture<T> run(String name, Callable<T> work) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        works.add(() -> complete(answer, work));
        return answer;
      }
    };
  }

  private static <T> void complete(CompletableFuture<T> answer, Callable<T> work) {
    T value;
    try {
      value = work.call();
    } catch (Exception e) {
      answer.completeExceptionally(e);
      return;
    }
    answer.complete(value);
  }

  /** Runs one ready command; false when none is ready at this time. */
  public boolean step() {
    Source source = choose();
    if (source == null) {
      return false;
    }
    Runnable command = source.take();
    running = source;
    try {
      command.run();
    } finally {
      running = null;
    }
    return true;
  }

  private Source choose() {
    List<Source> ready = sources.stream().filter(source -> !source.commands.isEmpty()).toList();
    if (ready.isEmpty()) {
      return null;
    }
    if (shuffled) {
      return ready.get(random.nextInt(ready.size()));
    }
    return ready.stream().min(Comparator.comparingLong(Source::firstSequence)).orElseThrow();
  }

  /** Runs until nothing is ready at this time; time stands still. Returns the number of steps. */
  public long runUntilIdle() {
    long steps = 0;
    while (step()) {
      if (++steps > MAX_IDLE_STEPS) {
        throw new AssertionError(
            "Still not idle after %d steps at %d ms (seed %d)".formatted(steps, nowMs(), seed));
      }
    }
    return steps;
  }

  /** Lets time pass: runs what is ready, then each timer at its time, until all is done. */
  public void advance(long delayMs) {
    long untilNanos = nowNanos + TimeUnit.MILLISECONDS.toNanos(delayMs);
    runUntilIdle();
    while (jumpToNextTimer(untilNanos)) {
      runUntilIdle();
    }
    nowNanos = untilNanos;
  }

  /**
   * Sets the clock forward at once, as when a process was stopped: what fell due meanwhile is ready
   * now, in the order of its times, and late.
   */
  public void jump(long delayMs) {
    if (delayMs < 0) {
      throw new IllegalArgumentException("delayMs is " + delayMs + ", expected 0 or more");
    }
    nowNanos += TimeUnit.MILLISECONDS.toNanos(delayMs);
    makeDueReady();
  }

  /**
   * Steps until the condition holds, and lets time pass to the next timer whenever nothing is
   * ready.
   *
   * @return false when the steps are used up or nothing can ever run again
   */
  public boolean runUntil(BooleanSupplier condition, int maxSteps) {
    for (int i = 0; i < maxSteps; i++) {
      if (condition.getAsBoolean()) {
        return true;
      }
      if (!step() && !jumpToNextTimer(Long.MAX_VALUE)) {
        return false;
      }
    }
    return condition.getAsBoolean();
  }

  /** Moves time to the next timer and makes all that are due then ready. */
  private boolean jumpToNextTimer(long limitNanos) {
    while (!timers.isEmpty() && timers.peek().cancelled) {
      timers.poll();
    }
    SimulatedTimer next = timers.peek();
    if (next == null || next.dueNanos > limitNanos) {
      return false;
    }
    nowNanos = Math.max(nowNanos, next.dueNanos);
    makeDueReady();
    return true;
  }

  private void makeDueReady() {
    while (!timers.isEmpty() && timers.peek().dueNanos <= nowNanos) {
      SimulatedTimer due = timers.poll();
      due.owner.add(due::fire);
    }
  }

  /** Where commands wait: a loop keeps their order, works are taken in any order. */
  private final class Source {
    private final String name;
    private final boolean anyOrder;
    private final ArrayDeque<Runnable> commands = new ArrayDeque<>();
    private final ArrayDeque<Long> sequences = new ArrayDeque<>();

    Source(String name, boolean anyOrder) {
      this.name = name;
      this.anyOrder = anyOrder;
    }

    void add(Runnable command) {
      commands.add(Objects.requireNonNull(command));
      sequences.add(sequence++);
    }

    long firstSequence() {
      return sequences.element();
    }

    Runnable take() {
      if (anyOrder && shuffled) {
        for (int i = random.nextInt(commands.size()); i > 0; i--) {
          commands.add(commands.remove());
          sequences.add(sequences.remove());
        }
      }
      sequences.remove();
      return commands.remove();
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private final class SimulatedLoop implements Loop {
    private final Source source;

    SimulatedLoop(Source source) {
      this.source = source;
    }

    @Override
    public void execute(Runnable command) {
      source.add(command);
    }

    @Override
    public Timer schedule(long delayMs, Runnable command) {
      Objects.requireNonNull(command);
      SimulatedTimer timer =
          new SimulatedTimer(
              nowNanos + TimeUnit.MILLISECONDS.toNanos(delayMs), sequence++, source, command);
      if (delayMs <= 0) {
        source.add(timer::fire);
      } else {
        timers.add(timer);
      }
      return timer;
    }

    @Override
    public boolean inLoop() {
      return running == source;
    }

    @Override
    public String toString() {
      return source.toString();
    }
  }

  private static final class SimulatedTimer implements Loop.Timer {
    private final long dueNanos;
    private final long sequence;
    private final Source owner;
    private final Runnable command;
    private boolean cancelled;

    SimulatedTimer(long dueNanos, long sequence, Source owner, Runnable command) {
      this.dueNanos = dueNanos;
      this.sequence = sequence;
      this.owner = owner;
      this.command = command;
    }

    @Override
    public void cancel() {
      cancelled = true;
    }

    void fire() {
      if (!cancelled) {
        command.run();
      }
    }
  }
}
