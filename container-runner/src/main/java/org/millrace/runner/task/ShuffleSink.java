package org.millrace.runner.task;

import org.millrace.api.HashPartitioner;
import org.millrace.api.Partitioner;
import org.millrace.api.Tuple2;
import org.millrace.runner.shuffle.MapOutput;
import org.millrace.runner.shuffle.ShuffleKey;
import org.millrace.runner.wire.proto.CombiningKind;

/** Writes pairs to the reduce partitions of their keys, or any records in turn. */
final class ShuffleSink extends Sink {
  private MapOutput output;
  private Partitioning partitioning;
  private int partitionCount;

  /** ROUND_ROBIN: where the next record goes; -1 otherwise. */
  private int turn;

  private boolean flushed;

  @Override
  void begin(SinkContext context) {
    TaskKey task = context.task();
    ShuffleKey key =
        new ShuffleKey(task.jobId(), task.placementVersion(), context.spec().getShuffleId());
    output =
        context
            .shuffles()
            .openMapOutput(
                key,
                task.partition(),
                task.attempt(),
                context.environment().settings().pageBytes());
    partitionCount = output.partitionCount();
    boolean inTurn = context.spec().getCombining() == CombiningKind.ROUND_ROBIN;
    turn = inTurn ? task.partition() % partitionCount : -1;
    Partitioner custom = (Partitioner) context.function(context.spec().getPartitioner());
    partitioning = custom == null ? null : new Partitioning(custom, partitionCount);
    flushed = false;
  }

  @Override
  public void accept(Object record) {
    recordCount++;
    output.add(turn >= 0 ? nextTurn() : place(((Tuple2<?, ?>) record)._1()), record);
  }

  private int nextTurn() {
    int now = turn;
    turn = now + 1 == partitionCount ? 0 : now + 1;
    return now;
  }

  private int place(Object key) {
    if (partitioning != null) {
      return partitioning.partition(key);
    }
    if (key instanceof String || key instanceof Integer) {
      return Math.floorMod(key.hashCode(), partitionCount);
    }
    return key == null ? 0 : Math.floorMod(HashPartitioner.stableHashCode(key), partitionCount);
  }

  @Override
  Step ready(Runnable wake) {
    return output.send(wake) ? Step.DONE : Step.WAIT;
  }

  @Override
  Step finish(Runnable wake) {
    if (!flushed) {
      output.flush();
      flushed = true;
    }
    if (!output.send(wake)) {
      return Step.WAIT;
    }
    output.end();
    return Step.DONE;
  }

  @Override
  long shuffleBytes() {
    return output == null ? 0 : output.bytesOut();
  }

  @Override
  long genericBytes() {
    return output == null ? 0 : output.genericBytes();
  }

  @Override
  void end() {
    output = null;
    partitioning = null;
  }
}
