package org.millrace.runner.task;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * Tasks whose input is here and that wait for a slot, the oldest job first. Thread-safe: slots and
 * the control loop meet here.
 */
final class TaskQueue {
  @GuardedBy("this")
  private final PriorityQueue<Task> ready =
      new PriorityQueue<>(
          Comparator.comparingLong((Task task) -> task.key().jobId())
              .thenComparingLong(Task::sequence));

  @GuardedBy("this")
  private final ArrayDeque<Slot> idle = new ArrayDeque<>();

  @GuardedBy("this")
  private boolean suspended;

  @GuardedBy("this")
  private int running;

  void add(Task task) {
    Slot slot;
    synchronized (this) {
      ready.add(task);
      slot = suspended ? null : idle.poll();
    }
    if (slot != null) {
      slot.poll();
    }
  }

  /** The next task; null registers the slot to be polled when there is one. */
  synchronized Task takeOrRegister(Slot slot) {
    if (!suspended) {
      for (Task task = ready.poll(); task != null; task = ready.poll()) {
        if (!task.isCancelled()) {
          running++;
          return task;
        }
      }
    }
    register(slot);
    return null;
  }

  /** The slot has nothing to do. */
  synchronized void register(Slot slot) {
    if (!idle.contains(slot)) {
      idle.add(slot);
    }
  }

  synchronized void deregister(Slot slot) {
    idle.remove(slot);
  }

  /** A slot is done with a task. */
  synchronized void released(Task task) {
    running--;
  }

  synchronized int runningTasks() {
    return running;
  }

  synchronized void suspend() {
    suspended = true;
  }

  void resume() {
    Slot[] slots;
    synchronized (this) {
      suspended = false;
      slots = idle.toArray(new Slot[0]);
      idle.clear();
    }
    for (Slot slot : slots) {
      slot.poll();
    }
  }
}
