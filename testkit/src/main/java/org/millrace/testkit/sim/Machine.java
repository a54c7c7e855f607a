package org.millrace.testkit.sim;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.millrace.checkpoint.runtime.BlockingWork;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.checkpoint.runtime.SimulatedTime;

/**
 * A simulated process: loops and blocking work that stop for ever when it is killed, and wait while
 * it is paused. Not thread-safe.
 */
public final class Machine {
  private static Machine running;

  private final String name;
  private final SimulatedTime time;
  private final Loop resuming;
  private final List<Queue> queues = new ArrayList<>();
  private boolean alive = true;
  private boolean paused;

  public Machine(String name, SimulatedTime time) {
    this.name = name;
    this.time = time;
    this.resuming = time.loop(name + "-resume");
  }

  /** The machine whose command runs now. */
  static Machine running() {
    if (running == null) {
      throw new AssertionError("no machine is running a command");
    }
    return running;
  }

  public String name() {
    return name;
  }

  public boolean isAlive() {
    return alive;
  }

  boolean isPaused() {
    return paused;
  }

  /** The process dies: no command of its loops and works runs any more. */
  public void kill() {
    alive = false;
  }

  /** Nothing runs for a while; then what has fallen due runs in its order. */
  void pause(long durationMs) {
    paused = true;
    resuming.schedule(durationMs, this::resume);
  }

  private void resume() {
    paused = false;
    queues.forEach(Queue::drain);
  }

  private void runNow(Runnable command) {
    Machine before = running;
    running = this;
    try {
      command.run();
    } finally {
      running = before;
    }
  }

  /** A loop of this machine. */
  public Loop loop(String purpose) {
    Loop loop = time.loop(name + "-" + purpose);
    Queue queue = new Queue(loop::execute);
    queues.add(queue);
    return new Loop() {
      @Override
      public void execute(Runnable command) {
        loop.execute(() -> queue.run(command));
      }

      @Override
      public Timer schedule(long delayMs, Runnable command) {
        boolean[] cancelled = {false};
        Timer timer =
            loop.schedule(
                delayMs,
                () ->
                    queue.run(
                        () -> {
                          if (!cancelled[0]) {
                            command.run();
                          }
                        }));
        return () -> {
          cancelled[0] = true;
          timer.cancel();
        };
      }

      @Override
      public boolean inLoop() {
        return loop.inLoop();
      }
    };
  }

  /** Blocking work of this machine. */
  public BlockingWork work() {
    BlockingWork works = time.blockingWork();
    Queue queue = new Queue(command -> asWork(works, command));
    queues.add(queue);
    return new BlockingWork() {
      @Override
      public <T> CompletableFuture<T> run(String executor, Callable<T> work) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        asWork(works, () -> queue.run(() -> complete(answer, work)));
        return answer;
      }
    };
  }

  private static void asWork(BlockingWork works, Runnable command) {
    CompletableFuture<Void> unused =
        works.run(
            "work",
            () -> {
              command.run();
              return null;
            });
  }

  private static <T> void complete(CompletableFuture<T> answer, Callable<T> work) {
    T value;
    try {
      value = work.call();
    } catch (Exception failure) {
      answer.completeExceptionally(failure);
      return;
    }
    answer.complete(value);
  }

  /** The commands of one loop that fell due in a pause, to run there in their order. */
  private final class Queue {
    private final Consumer<Runnable> executor;
    private final ArrayDeque<Runnable> held = new ArrayDeque<>();

    Queue(Consumer<Runnable> executor) {
      this.executor = executor;
    }

    void run(Runnable command) {
      if (!alive) {
        return;
      }
      if (paused || !held.isEmpty()) {
        held.add(command);
      } else {
        runNow(command);
      }
    }

    void drain() {
      if (!held.isEmpty()) {
        executor.accept(this::runNext);
      }
    }

    private void runNext() {
      if (alive && !paused && !held.isEmpty()) {
        Runnable next = held.remove();
        drain();
        runNow(next);
      }
    }
  }
}
