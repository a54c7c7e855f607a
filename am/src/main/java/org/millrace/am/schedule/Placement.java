package org.millrace.am.schedule;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Chooses executors: reduce partitions in turn over all cores, the same for each batch; other tasks
 * where their input is, as long as that executor has no more than its fair share. Not thread-safe;
 * one is made for each placement of a job.
 */
final class Placement {
  private final List<LiveExecutor> executors;
  private final int[] slots;
  private final int[] assigned;
  private final double tasksPerCore;

  Placement(List<LiveExecutor> executors, int taskCount) {
    this.executors = executors;
    this.assigned = new int[executors.size()];
    this.slots = slots(executors);
    this.tasksPerCore = slots.length == 0 ? 0 : (double) taskCount / slots.length;
  }

  /** The executors in the order in which reduce partitions go to them, each once for each core. */
  static int[] slots(List<LiveExecutor> executors) {
    List<Integer> slots = new ArrayList<>();
    int rounds = executors.stream().mapToInt(LiveExecutor::cores).max().orElse(0);
    for (int round = 0; round < rounds; round++) {
      for (LiveExecutor executor : executors) {
        if (executor.cores() > round) {
          slots.add(executor.id());
        }
      }
    }
    return slots.stream().mapToInt(Integer::intValue).toArray();
  }

  /** The executor of a reduce partition. */
  int reducer(int partition) {
    return slots[partition % slots.length];
  }

  /** Counts a task that has its place already, perhaps where nothing else is to be placed. */
  void assign(int executorId) {
    for (int i = 0; i < assigned.length; i++) {
      if (executors.get(i).id() == executorId) {
        assigned[i]++;
      }
    }
  }

  /** Places a task; {@code preferredIds} and {@code preferredHosts} hold its input. */
  int place(List<Integer> preferredIds, List<String> preferredHosts) {
    int best = -1;
    for (int i = 0; i < executors.size(); i++) {
      LiveExecutor executor = executors.get(i);
      boolean preferred =
          preferredIds.contains(executor.id()) || preferredHosts.contains(executor.host());
      if (preferred && hasShareLeft(i) && (best < 0 || load(i) < load(best))) {
        best = i;
      }
    }
    if (best < 0) {
      best = leastLoaded();
    }
    assigned[best]++;
    return executors.get(best).id();
  }

  private boolean hasShareLeft(int index) {
    return assigned[index] < Math.ceil(tasksPerCore * executors.get(index).cores());
  }

  private int leastLoaded() {
    int best = 0;
    for (int i = 1; i < executors.size(); i++) {
      if (load(i) < load(best)) {
        best = i;
      }
    }
    return best;
  }

  private double load(int index) {
    return (double) assigned[index] / executors.get(index).cores();
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
