package org.millrace.am.schedule;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The executors that take work, and the order in which reduce partitions go to them. Immutable. */
final class Workforce {
  static final Workforce NONE = new Workforce(List.of());

  private final List<LiveExecutor> executors;
  private final int[] ids;
  private final int[] slots;
  private final Map<String, int[]> byHost = new HashMap<>();

  /**
   * @param executors ordered by id
   */
  Workforce(List<LiveExecutor> executors) {
    this.executors = List.copyOf(executors);
    this.ids = executors.stream().mapToInt(LiveExecutor::id).toArray();
    this.slots = slots(executors);
    for (int i = 0; i < ids.length; i++) {
      byHost.merge(executors.get(i).host(), new int[] {i}, Workforce::concat);
    }
  }

  private static int[] concat(int[] some, int[] more) {
    int[] all = Arrays.copyOf(some, some.length + more.length);
    System.arraycopy(more, 0, all, some.length, more.length);
    return all;
  }

  /** In rounds: each executor once for each core. */
  private static int[] slots(List<LiveExecutor> executors) {
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

  /** Whether these are the executors. */
  boolean consistsOf(List<LiveExecutor> live) {
    return executors.equals(live);
  }

  int size() {
    return ids.length;
  }

  LiveExecutor get(int index) {
    return executors.get(index);
  }

  /** The place of an executor in the order of ids; negative when it takes no work. */
  int indexOf(int executorId) {
    return Arrays.binarySearch(ids, executorId);
  }

  /** Those on a host. */
  int[] on(String host) {
    return byHost.getOrDefault(host, new int[0]);
  }

  /** Reduce partitions go to these in turn. */
  int[] slots() {
    return slots;
  }
}
