package org.millrace.am.plan;

import org.millrace.am.plan.PipeShape.CombiningShape;
import org.millrace.api.HashPartitioner;
import org.millrace.api.graph.ShuffleNode;
import org.millrace.api.spi.JobAction;
import org.millrace.runner.sink.SinkTask;
import org.millrace.runner.wire.proto.SinkKind;

/** What is behind the pipe of a task. Immutable. */
sealed interface SinkShape {

  /** Gives records to the partitions of a shuffle; a null partitioner is that of hash codes. */
  record ShuffleWrite(int shuffleId, int partitionCount, Same partitioner, CombiningShape combining)
      implements SinkShape {
    static ShuffleWrite of(ShuffleNode shuffle, int shuffleId) {
      boolean byHash = shuffle.routing() instanceof HashPartitioner;
      return new ShuffleWrite(
          shuffleId,
          shuffle.partitionCount(),
          new Same(byHash ? null : shuffle.routing()),
          CombiningShape.of(shuffle.combining()));
    }

    /** Moves a partition as it is to one place. */
    static ShuffleWrite toOnePlace(int shuffleId) {
      return new ShuffleWrite(shuffleId, 1, new Same(null), CombiningShape.ROUND_ROBIN);
    }
  }

  /** Ends an action; what changes from batch to batch is in the task's argument. */
  record Result(SinkKind kind, Same function) implements SinkShape {
    static Result of(JobAction<?> action) {
      if (action instanceof JobAction.Collect) {
        return plain(SinkKind.COLLECT);
      } else if (action instanceof JobAction.Materialize) {
        return plain(SinkKind.MATERIALIZE);
      } else if (action instanceof JobAction.Count) {
        return plain(SinkKind.COUNT);
      } else if (action instanceof JobAction.Take) {
        return plain(SinkKind.TAKE);
      } else if (action instanceof JobAction.SaveText) {
        return plain(SinkKind.SAVE_TEXT);
      } else if (action instanceof JobAction.SaveFormat save) {
        return new Result(SinkKind.SAVE_FORMAT, new Same(save.writer()));
      } else if (action instanceof JobAction.WriteSink write) {
        return new Result(SinkKind.WRITE_SINK, new Same(write.sink()));
      } else if (action instanceof JobAction.Reduce reduce) {
        return new Result(SinkKind.REDUCE, new Same(reduce.function()));
      } else if (action instanceof JobAction.ForEach forEach) {
        return new Result(SinkKind.FOR_EACH, new Same(forEach.function()));
      } else if (action instanceof JobAction.ForEachPartition forEachPartition) {
        return new Result(SinkKind.FOR_EACH_PARTITION, new Same(forEachPartition.function()));
      } else if (action instanceof JobAction.MapPartition<?> mapPartition) {
        return new Result(SinkKind.MAP_PARTITION, new Same(mapPartition.function()));
      }
      throw new IllegalStateException("no sink for " + action);
    }

    private static Result plain(SinkKind kind) {
      return new Result(kind, new Same(null));
    }

    /** What the sink is told beside its function. */
    static String argument(JobAction<?> action, int partitionCount) {
      if (action instanceof JobAction.Take take) {
        return Integer.toString(take.limit());
      }
      if (action instanceof JobAction.SaveFormat save) {
        return save.stagingDirectory();
      }
      if (action instanceof JobAction.WriteSink write) {
        return new SinkTask(write.output(), write.batchTime(), partitionCount, write.run())
            .encode();
      }
      return action instanceof JobAction.SaveText save ? save.stagingDirectory() : "";
    }
  }
}
