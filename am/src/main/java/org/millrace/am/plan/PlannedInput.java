package org.millrace.am.plan;

import java.util.List;
import java.util.Objects;
import org.millrace.runner.wire.proto.StoreTarget;
import org.millrace.runner.wire.proto.TaskInput;

/**
 * What a task reads, what it keeps, and where it should be. Immutable.
 *
 * @param tree block slices carry no holders yet
 * @param reads the reduce partitions in {@code tree}, each once
 * @param place index in {@link JobPlan#places}; -1 when the task may run anywhere
 * @param locality where it had better run when it may run anywhere
 * @param stores of its STORE operators
 * @param operatorPartitions of its operators that are told the index of their partition
 * @param readsState whether it reads or changes state where it runs
 */
public record PlannedInput(
    TaskInput tree,
    List<ShuffleRead> reads,
    int place,
    Locality locality,
    List<StoreTarget> stores,
    List<Integer> operatorPartitions,
    boolean readsState) {
  public PlannedInput {
    Objects.requireNonNull(tree, "tree");
    reads = List.copyOf(reads);
    Objects.requireNonNull(locality, "locality");
    stores = List.copyOf(stores);
    operatorPartitions = List.copyOf(operatorPartitions);
  }

  /** A reduce partition. */
  public record ShuffleRead(int shuffleId, int partition) {}

  /**
   * Where input is.
   *
   * @param executors that keep the partition it reads, the best first
   * @param hosts that hold its file range, the best first
   */
  public record Locality(List<Integer> executors, List<String> hosts) {
    public static final Locality ANYWHERE = new Locality(List.of(), List.of());

    public Locality {
      executors = List.copyOf(executors);
      hosts = List.copyOf(hosts);
    }
  }

  /** Whether the task changes what executors keep beyond the job. */
  public boolean leavesSomething() {
    return readsState || !stores.isEmpty();
  }
}
