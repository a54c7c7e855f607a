package org.millrace.runner.task;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.millrace.runner.shuffle.Futures;
import org.millrace.runner.store.PartitionStore;
import org.millrace.runner.store.PartitionWriter;
import org.millrace.runner.wire.proto.StoreTarget;
import org.millrace.runner.wire.proto.StoredPartition;

/** What one task stores. Owned by the slot loop of the task. */
final class TaskStores {
  private final PartitionStore store;
  private final List<StoreTarget> targets;
  private final List<CompletableFuture<?>> settling = new ArrayList<>(0);
  private int targetsGiven;

  TaskStores(PartitionStore store, List<StoreTarget> targets) {
    this.store = store;
    this.targets = targets;
  }

  /** The target of the next STORE operator that the walk meets; null when there is none. */
  StoreTarget nextTargetOrNull() {
    return targetsGiven < targets.size() ? targets.get(targetsGiven++) : null;
  }

  /** Null when it is kept already. */
  PartitionWriter openOrNull(StoreTarget target) {
    return store.openOrNull(target);
  }

  void complete(PartitionWriter writer) {
    settling.add(writer.complete());
  }

  /** DONE when all that was stored is where it stays and its copies were made. */
  Step settle(Runnable wake) {
    while (!settling.isEmpty()) {
      CompletableFuture<?> last = settling.get(settling.size() - 1);
      if (!last.isDone()) {
        Futures.whenDone(last, wake);
        return Step.WAIT;
      }
      settling.remove(settling.size() - 1);
    }
    return Step.DONE;
  }

  /** What is kept here now of what the task was to store. */
  List<StoredPartition> kept() {
    List<StoredPartition> kept = new ArrayList<>(targets.size());
    for (StoreTarget target : new LinkedHashSet<>(targets)) {
      store.stored(target).ifPresent(kept::add);
    }
    return kept;
  }
}
