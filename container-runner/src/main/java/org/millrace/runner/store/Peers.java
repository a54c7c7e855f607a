package org.millrace.runner.store;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;
import org.millrace.runner.wire.proto.ExecutorAddress;
import org.millrace.runner.wire.proto.Membership;

/**
 * Which executors live, as the driver last said. Ids grow and are never given twice, so one that is
 * missing is lost when a higher one was seen. Thread-safe.
 */
final class Peers {
  private final int self;

  @GuardedBy("this")
  private TreeSet<Integer> living = new TreeSet<>();

  @GuardedBy("this")
  private int newest = -1;

  Peers(int self) {
    this.self = self;
  }

  synchronized void onMembership(Membership membership) {
    living = new TreeSet<>();
    for (ExecutorAddress executor : membership.getExecutorsList()) {
      living.add(executor.getExecutorId());
      newest = Math.max(newest, executor.getExecutorId());
    }
  }

  synchronized boolean isLost(int executorId) {
    return executorId <= newest && !living.contains(executorId);
  }

  /** The others, in an order that differs from partition to partition, so that copies spread. */
  List<Integer> othersFor(DatasetPartition partition) {
    List<Integer> others;
    synchronized (this) {
      others = new ArrayList<>(living);
    }
    others.remove((Integer) self);
    if (!others.isEmpty()) {
      Collections.rotate(others, -Math.floorMod(partition.partition(), others.size()));
    }
    return others;
  }
}
