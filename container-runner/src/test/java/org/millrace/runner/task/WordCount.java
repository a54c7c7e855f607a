package org.millrace.runner.task;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.millrace.api.Tuple2;
import org.millrace.api.function.FlatMapFunction;
import org.millrace.api.function.Function2;
import org.millrace.api.function.PairFunction;
import org.millrace.api.graph.Operator;
import org.millrace.runner.task.JobBuilder.Pipe;
import org.millrace.runner.task.JobBuilder.PipelineBuilder;
import org.millrace.runner.wire.proto.BlockInput;
import org.millrace.runner.wire.proto.BlockSlice;
import org.millrace.runner.wire.proto.CombiningKind;
import org.millrace.runner.wire.proto.RunTasks;
import org.millrace.runner.wire.proto.ShuffleInput;
import org.millrace.runner.wire.proto.SinkKind;
import org.millrace.runner.wire.proto.SourceKind;
import org.millrace.runner.wire.proto.TaskInput;

/** The job that everybody writes first: map tasks 0..m over one block each, reduce tasks 0..r. */
final class WordCount {
  static final int MAP_STAGE = 0;
  static final int REDUCE_STAGE = 1;

  final Pipe map;
  final Pipe reduce;

  WordCount(int reducers) {
    FlatMapFunction<String, String> split = line -> Arrays.asList(line.split(" ")).iterator();
    PairFunction<String, String, Integer> one = word -> new Tuple2<>(word, 1);
    Function2<Integer, Integer, Integer> sum = Integer::sum;
    PipelineBuilder mapSide =
        JobBuilder.from(SourceKind.BLOCKS)
            .apply(Operator.FLAT_MAP, split)
            .apply(Operator.MAP_TO_PAIR, one);
    int merge = mapSide.function(sum);
    mapSide
        .sink()
        .setKind(SinkKind.SHUFFLE_WRITE)
        .setShuffleId(0)
        .setPartitionCount(reducers)
        .setCombining(CombiningKind.COMBINE)
        .setMapSideCombine(true)
        .setMergeValue(merge)
        .setMergeCombiners(merge);
    map = mapSide.build();
    PipelineBuilder reduceSide = JobBuilder.from(SourceKind.SHUFFLE_COMBINE);
    reduceSide.source().setCombinedOnMapSide(true).setMergeCombiners(reduceSide.function(sum));
    reduce = reduceSide.sink(SinkKind.COLLECT, null).build();
  }

  static TaskInput.Builder block(long sequence) {
    return TaskInput.newBuilder()
        .setBlocks(
            BlockInput.newBuilder()
                .addSlices(
                    BlockSlice.newBuilder()
                        .setStreamId(TestCluster.STREAM)
                        .setFrom(sequence)
                        .setUntil(sequence + 1)));
  }

  static TaskInput.Builder shuffle(int shuffleId, int partition) {
    return TaskInput.newBuilder()
        .setShuffle(ShuffleInput.newBuilder().setShuffleId(shuffleId).setPartition(partition));
  }

  /** The messages for two executors: map tasks by turns, reduce task i on {@code reducers[i]}. */
  List<RunTasks.Builder> messages(long jobId, int maps, int executors, Integer... reducers) {
    List<RunTasks.Builder> messages = new ArrayList<>();
    for (int executor = 0; executor < executors; executor++) {
      RunTasks.Builder message =
          JobBuilder.job(jobId, map, reduce).addShuffles(JobBuilder.shuffle(0, maps, reducers));
      for (int i = 0; i < maps; i++) {
        if (i % executors == executor) {
          message.addTasks(map.task(MAP_STAGE, i, block(i)));
        }
      }
      for (int i = 0; i < reducers.length; i++) {
        if (reducers[i] == executor) {
          message.addTasks(reduce.task(REDUCE_STAGE, i, shuffle(0, i)));
        }
      }
      messages.add(message);
    }
    return messages;
  }

  /** The pairs that the reduce stage gives, in the order it promises. */
  static List<Object> expected(List<String> lines, int reducers) {
    List<Map<String, Integer>> partitions = new ArrayList<>();
    for (int i = 0; i < reducers; i++) {
      partitions.add(new LinkedHashMap<>());
    }
    for (String line : lines) {
      for (String word : line.split(" ")) {
        partitions.get(Math.floorMod(word.hashCode(), reducers)).merge(word, 1, Integer::sum);
      }
    }
    List<Object> pairs = new ArrayList<>();
    for (Map<String, Integer> partition : partitions) {
      partition.forEach((word, count) -> pairs.add(new Tuple2<>(word, count)));
    }
    return pairs;
  }
}
