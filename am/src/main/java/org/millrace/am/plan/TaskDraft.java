package org.millrace.am.plan;

import java.util.ArrayList;
import java.util.List;
import org.millrace.am.plan.PlannedInput.Locality;
import org.millrace.am.plan.PlannedInput.ShuffleRead;
import org.millrace.runner.wire.proto.StoreTarget;
import org.millrace.runner.wire.proto.TaskInput;

/** A task while its pipe is planned. Owned by the thread that plans. */
final class TaskDraft {
  /** Number of its place; -1 while it may run anywhere. */
  int place = -1;

  boolean readsState;
  Locality locality = Locality.ANYWHERE;
  final List<ShuffleRead> reads = new ArrayList<>();
  final List<StoreTarget> stores = new ArrayList<>();
  final List<Integer> operatorPartitions = new ArrayList<>();

  /** A pipe for one partition: what it is made of and what it reads. */
  record Piped(PipeShape shape, TaskInput input) {}

  /** Partition in its stage, its pipe, and all that the pipe needs. */
  record Drafted(int partition, PipeShape shape, PlannedInput input) {}

  void addRead(int shuffleId, int partition) {
    ShuffleRead read = new ShuffleRead(shuffleId, partition);
    if (!reads.contains(read)) {
      reads.add(read);
    }
  }

  /** The first place of input is the one that counts. */
  void preferred(Locality where) {
    if (locality.equals(Locality.ANYWHERE)) {
      locality = where;
    }
  }

  Drafted done(int partition, Piped pipe) {
    return new Drafted(
        partition,
        pipe.shape(),
        new PlannedInput(
            pipe.input(), reads, place, locality, stores, operatorPartitions, readsState));
  }
}
