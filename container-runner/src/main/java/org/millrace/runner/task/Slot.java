package org.millrace.runner.task;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;
import org.millrace.checkpoint.runtime.Loop;

/**
 * One core's worth of tasks. A slot steps the tasks it holds in turn, one step a loop turn, and
 * takes another task from the queue when all it holds wait. Owned by its loop, but for {@link
 * #poll}, which any thread may call.
 */
final class Slot {
  /** Tasks that may wait in a slot while another one runs. */
  private static final int MAX_TASKS = 8;

  private final Loop loop;
  private final TaskQueue queue;
  private PipelinePool pipelines;
  private final Set<Task> held = new HashSet<>();
  private final ArrayDeque<Task> runnable = new ArrayDeque<>();
  private boolean turning;

  /** Volatile: set by the control loop, read by whoever wakes a task. */
  private volatile boolean closed;

  Slot(Loop loop, TaskQueue queue, PipelinePool pipelines) {
    this.loop = loop;
    this.queue = queue;
    this.pipelines = pipelines;
  }

  /** There may be a task in the queue. */
  void poll() {
    execute(this::startTurning);
  }

  /** Runs something on the slot's loop, unless it was closed. Any thread. */
  void execute(Runnable command) {
    if (!closed) {
      loop.execute(command);
    }
  }

  /** Nothing is posted to the loop from outside any more: its owner may close it. */
  void close() {
    closed = true;
  }

  private void startTurning() {
    if (!turning) {
      turning = true;
      turn();
    }
  }

  private void turn() {
    if (runnable.isEmpty() && held.size() < MAX_TASKS) {
      Task next = queue.takeOrRegister(this);
      if (next != null) {
        held.add(next);
        runnable.add(next);
      }
    }
    Task task = runnable.poll();
    if (task == null) {
      turning = false;
      return;
    }
    step(task);
    loop.execute(this::turn);
  }

  private void step(Task task) {
    Step step = task.step(pipelines, () -> execute(() -> wake(task)));
    if (step == Step.MORE) {
      runnable.add(task);
    } else if (step == Step.DONE) {
      held.remove(task);
      queue.released(task);
    }
  }

  private void wake(Task task) {
    if (task.isWaiting() && held.contains(task)) {
      task.resume();
      runnable.add(task);
      queue.deregister(this);
      startTurning();
    }
  }

  /** Drops the idle pipelines: what runs from now on uses these. */
  void use(PipelinePool newPipelines) {
    execute(() -> pipelines = newPipelines);
  }

  /** Lets cancelled tasks end that wait for something. */
  void sweepCancelled() {
    loop.execute(
        () -> {
          for (Task task : Set.copyOf(held)) {
            if (task.isCancelled()) {
              wake(task);
            }
          }
        });
  }
}
