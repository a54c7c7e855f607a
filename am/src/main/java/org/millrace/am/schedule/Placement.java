package org.millrace.am.schedule;

import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Chooses executors: reduce partitions in turn over all cores, the same for each batch; other tasks
 * where their input is, as long as that executor has no more than its fair share. Not thread-safe;
 * one is made for each placement of a job.
 */
final class Placement {
  private final Workforce workforce;
  private final int[] slots;
  private final int[] assigned;
  private final double tasksPerCore;

  /** All of them by load, as it was when they were queued; made when it is first asked for. */
  private PriorityQueue<Loaded> byLoad;

  private record Loaded(double load, int index) implements Comparable<Loaded> {
    @Override
    public int compareTo(Loaded other) {
      int byLoad = Double.compare(load, other.load);
      return byLoad != 0 ? byLoad : Integer.compare(index, other.index);
    }
  }

  Placement(Workforce workforce, int taskCount) {
    this.workforce = workforce;
    this.assigned = new int[workforce.size()];
    this.slots = workforce.slots();
    this.tasksPerCore = slots.length == 0 ? 0 : (double) taskCount / slots.length;
  }

  /** The executor of a reduce partition. */
  int reducer(int partition) {
    return slots[partition % slots.length];
  }

  /** Counts a task that has its place already, perhaps where nothing else is to be placed. */
  void assign(int executorId) {
    int index = workforce.indexOf(executorId);
    if (index >= 0) {
      assigned[index]++;
    }
  }

  /** Places a task; {@code preferredIds} and {@code preferredHosts} hold its input. */
  int place(List<Integer> preferredIds, List<String> preferredHosts) {
    int best = -1;
    for (int id : preferredIds) {
      best = better(best, workforce.indexOf(id));
    }
    for (String host : preferredHosts) {
      for (int index : workforce.on(host)) {
        best = better(best, index);
      }
    }
    if (best < 0) {
      best = leastLoaded();
    }
    assigned[best]++;
    return workforce.get(best).id();
  }

  /** The one of the two that has less to do; the second only when it may be given more. */
  private int better(int best, int index) {
    if (index < 0 || !hasShareLeft(index)) {
      return best;
    }
    if (best < 0 || load(index) < load(best) || (load(index) == load(best) && index < best)) {
      return index;
    }
    return best;
  }

  private boolean hasShareLeft(int index) {
    return assigned[index] < Math.ceil(tasksPerCore * workforce.get(index).cores());
  }

  /** Loads only grow, so whoever is first in the queue with its load of now is the least loaded. */
  private int leastLoaded() {
    if (byLoad == null) {
      byLoad = new PriorityQueue<>(assigned.length);
      for (int i = 0; i < assigned.length; i++) {
        byLoad.add(new Loaded(load(i), i));
      }
    }
    for (Loaded first = byLoad.poll(); ; first = byLoad.poll()) {
      double now = load(first.index);
      byLoad.add(now == first.load ? first : new Loaded(now, first.index));
      if (now == first.load) {
        return first.index;
      }
    }
  }

  private double load(int index) {
    return (double) assigned[index] / workforce.get(index).cores();
  }

  /**
   * Another executor than the one where a task failed, if there is one; the next in order of id.
   */
  static int elsewhere(List<LiveExecutor> live, int failedOn) {
    return live.stream()
        .filter(executor -> executor.id() > failedOn)
        .findFirst()
        .or(() -> live.stream().min(Comparator.comparingInt(LiveExecutor::id)))
        .orElseThrow()
        .id();
  }
}
