package org.millrace.am.plan;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.millrace.am.plan.JobPlan.PlannedShuffle;
import org.millrace.api.graph.BlockRange;
import org.millrace.api.graph.BlocksNode;
import org.millrace.api.graph.CollectionNode;
import org.millrace.api.graph.FileSplit;
import org.millrace.api.graph.RddNode;
import org.millrace.api.graph.ShuffleNode;
import org.millrace.api.graph.TextFilesNode;
import org.millrace.api.spi.JobAction;
import org.millrace.runner.wire.proto.BlockInput;
import org.millrace.runner.wire.proto.BlockSlice;
import org.millrace.runner.wire.proto.FileInput;
import org.millrace.runner.wire.proto.RecordsInput;
import org.millrace.runner.wire.proto.ShuffleInput;
import org.millrace.runner.wire.proto.SinkKind;
import org.millrace.runner.wire.proto.TaskInput;

/**
 * Cuts the graph of a job at its shuffles into stages and gives each partition of a stage a task.
 * Not thread-safe: one thread plans.
 */
public final class Planner {
  private final PipelineBuilder pipelines;
  private final Shipping shipping;

  public Planner(Shipping shipping) {
    this.shipping = shipping;
    this.pipelines = new PipelineBuilder(shipping);
  }

  /** Plans an action over the partitions {@code [from, until)} of a dataset. */
  public JobPlan plan(RddNode rdd, JobAction<?> action, int from, int until) {
    return new Planning().plan(rdd, action, from, until);
  }

  /** One job while it is planned. */
  private final class Planning {
    private final List<PlannedTask> tasks = new ArrayList<>();
    private final List<PlannedShuffle> shuffles = new ArrayList<>();
    private final Map<ShuffleNode, Integer> shuffleIds = new IdentityHashMap<>();
    private int nextStage;

    JobPlan plan(RddNode rdd, JobAction<?> action, int from, int until) {
      Sink sink = Sink.of(action);
      List<Branch> branches = Branch.of(rdd);
      List<Integer> inputs = mapStagesOf(branches, from, until);
      int stage = nextStage++;
      int partition = 0;
      for (int b = 0; b < branches.size(); b++) {
        Branch branch = branches.get(b);
        Pipeline pipeline = null;
        for (int i = 0; i < branch.partitionCount(); i++, partition++) {
          if (partition < from || partition >= until) {
            continue;
          }
          if (pipeline == null) {
            pipeline = pipelines.result(branch, sink.kind(), sink.function(), rdd.description());
          }
          tasks.add(
              task(stage, partition, branch, i, inputs.get(b), pipeline)
                  .result(partition - from, sink.argument()));
        }
      }
      return new JobPlan(rdd.description(), tasks, shuffles, until - from);
    }

    /** Plans what the branches read; answers the shuffle each of them reads, -1 for none. */
    private List<Integer> mapStagesOf(List<Branch> branches, int from, int until) {
      List<Integer> inputs = new ArrayList<>();
      int first = 0;
      for (Branch branch : branches) {
        int end = first + branch.partitionCount();
        boolean needed = end > from && first < until;
        inputs.add(needed && branch.head() instanceof ShuffleNode shuffle ? mapStage(shuffle) : -1);
        first = end;
      }
      return inputs;
    }

    private int mapStage(ShuffleNode shuffle) {
      Integer known = shuffleIds.get(shuffle);
      if (known != null) {
        return known;
      }
      List<Branch> branches = Branch.of(shuffle.parent());
      int mapCount = shuffle.parent().partitionCount();
      List<Integer> inputs = mapStagesOf(branches, 0, mapCount);
      int shuffleId = shuffles.size();
      shuffles.add(new PlannedShuffle(shuffleId, mapCount, shuffle.partitionCount()));
      shuffleIds.put(shuffle, shuffleId);
      int stage = nextStage++;
      int partition = 0;
      for (int b = 0; b < branches.size(); b++) {
        Branch branch = branches.get(b);
        Pipeline pipeline = pipelines.mapSide(branch, shuffle, shuffleId);
        for (int i = 0; i < branch.partitionCount(); i++, partition++) {
          tasks.add(task(stage, partition, branch, i, inputs.get(b), pipeline).mapSide(shuffleId));
        }
      }
      return shuffleId;
    }

    private TaskDraft task(
        int stage, int partition, Branch branch, int index, int reads, Pipeline pipeline) {
      List<String> hosts =
          branch.head() instanceof TextFilesNode files
              ? files.splits().get(index).hosts()
              : List.of();
      return new TaskDraft(
          stage, partition, pipeline, input(branch.head(), index, reads), reads, index, hosts);
    }

    private TaskInput input(RddNode head, int index, int reads) {
      TaskInput.Builder input = TaskInput.newBuilder();
      if (head instanceof ShuffleNode) {
        input.setShuffle(ShuffleInput.newBuilder().setShuffleId(reads).setPartition(index));
      } else if (head instanceof BlocksNode blocks) {
        input.setBlocks(blockInput(blocks.partitions().get(index)));
      } else if (head instanceof TextFilesNode files) {
        input.setFile(fileInput(files.splits().get(index)));
      } else if (head instanceof CollectionNode collection) {
        List<Object> records = collection.partitions().get(index);
        input.setRecords(
            RecordsInput.newBuilder()
                .setRecords(shipping.records(records))
                .setRecordCount(records.size()));
      }
      return input.build();
    }
  }

  private static BlockInput blockInput(List<BlockRange> ranges) {
    BlockInput.Builder input = BlockInput.newBuilder();
    for (BlockRange range : ranges) {
      input.addSlices(
          BlockSlice.newBuilder()
              .setStreamId(range.streamId())
              .setFrom(range.from())
              .setUntil(range.until()));
    }
    return input.build();
  }

  private static FileInput fileInput(FileSplit split) {
    return FileInput.newBuilder()
        .setPath(split.path())
        .setOffset(split.offset())
        .setLengthBytes(split.lengthBytes())
        .setModificationTimeMs(split.modificationTimeMs())
        .build();
  }

  /** A task before it is known what it ends in. */
  private record TaskDraft(
      int stage,
      int partition,
      Pipeline pipeline,
      TaskInput input,
      int reads,
      int index,
      List<String> hosts) {
    PlannedTask result(int result, String argument) {
      return new PlannedTask(
          stage, partition, pipeline, input, reads, index, -1, result, argument, hosts);
    }

    PlannedTask mapSide(int shuffleId) {
      return new PlannedTask(
          stage, partition, pipeline, input, reads, index, shuffleId, -1, "", hosts);
    }
  }

  /** What an action is on an executor; what changes from batch to batch is the argument. */
  private record Sink(SinkKind kind, Object function, String argument) {
    static Sink of(JobAction<?> action) {
      if (action instanceof JobAction.Collect) {
        return new Sink(SinkKind.COLLECT, null, "");
      } else if (action instanceof JobAction.Count) {
        return new Sink(SinkKind.COUNT, null, "");
      } else if (action instanceof JobAction.Take take) {
        return new Sink(SinkKind.TAKE, null, Integer.toString(take.limit()));
      } else if (action instanceof JobAction.Reduce reduce) {
        return new Sink(SinkKind.REDUCE, reduce.function(), "");
      } else if (action instanceof JobAction.ForEach forEach) {
        return new Sink(SinkKind.FOR_EACH, forEach.function(), "");
      } else if (action instanceof JobAction.ForEachPartition forEachPartition) {
        return new Sink(SinkKind.FOR_EACH_PARTITION, forEachPartition.function(), "");
      } else if (action instanceof JobAction.MapPartition<?> mapPartition) {
        return new Sink(SinkKind.MAP_PARTITION, mapPartition.function(), "");
      } else if (action instanceof JobAction.SaveText save) {
        return new Sink(SinkKind.SAVE_TEXT, null, save.stagingDirectory());
      }
      throw new IllegalStateException("no sink for " + action);
    }
  }
}
