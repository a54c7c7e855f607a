package org.millrace.runner.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.millrace.runner.task.PipeTree.concat;
import static org.millrace.runner.task.PipeTree.folded;
import static org.millrace.runner.task.PipeTree.piece;
import static org.millrace.runner.task.PipeTree.zipped;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.millrace.api.Tuple2;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.function.FlatMapFunction;
import org.millrace.api.function.Function;
import org.millrace.api.function.Function2;
import org.millrace.api.graph.Operator;
import org.millrace.checkpoint.runtime.SimulatedTime;
import org.millrace.runner.task.JobBuilder.PipelineBuilder;
import org.millrace.runner.wire.proto.RunTasks;
import org.millrace.runner.wire.proto.SinkKind;
import org.millrace.runner.wire.proto.SourceKind;
import org.millrace.runner.wire.proto.TaskFailed;
import org.millrace.runner.wire.proto.TaskInput;
import org.millrace.runner.wire.proto.TaskSpec;

class PipesTest {
  private static final Function<Integer, Integer> INCREMENT = x -> x + 1;
  private static final Function2<Integer, Integer, Integer> SUM = Integer::sum;

  /** As many records as the shortest child has, each the list of one record of every child. */
  private static final FlatMapFunction<List<Iterator<Object>>, Object> SIDE_BY_SIDE =
      inputs -> {
        List<Object> rows = new ArrayList<>();
        while (inputs.stream().allMatch(Iterator::hasNext)) {
          List<Object> row = new ArrayList<>();
          inputs.forEach(input -> row.add(input.next()));
          rows.add(row);
        }
        return rows.iterator();
      };

  private static final Function2<Integer, Iterator<Object>, Iterator<Object>> NUMBERED =
      (index, records) -> {
        List<Object> all = new ArrayList<>();
        records.forEachRemaining(record -> all.add(index + ":" + record));
        return all.iterator();
      };

  private final SingleTask task = new SingleTask(new TestCluster(SimulatedTime.inOrder()));
  private final PipelineBuilder functions = JobBuilder.from(SourceKind.EMPTY);

  PipesTest() {
    task.cluster.addExecutors(1, 1, 8 << 20, TaskSettings.DEFAULT.withPageBytes(64));
  }

  private PipeTree records() {
    return PipeTree.of(functions, SourceKind.RECORDS);
  }

  private static Tuple2<String, Integer> pair(String key, int value) {
    return new Tuple2<>(key, value);
  }

  private TestDriver.Finished collect(PipeTree tree, TaskInput.Builder input) {
    return task.run(tree.root().sink(SinkKind.COLLECT, null), input);
  }

  @Test
  void aConcatReadsItsPiecesInOrderWhicheverChildReadsThem() {
    PipeTree tree =
        PipeTree.of(
                functions,
                SourceKind.CONCAT,
                records().apply(Operator.MAP, INCREMENT),
                records(),
                PipeTree.of(functions, SourceKind.EMPTY))
            .apply(Operator.MAP, (Function<Integer, Integer>) x -> 10 * x);
    TestDriver.Finished finished =
        collect(
            tree,
            concat(
                piece(1, task.records(5, 6)),
                piece(0, task.records(1)),
                piece(2, TaskInput.newBuilder()),
                piece(1, task.records()),
                piece(0, task.records(2, 3)),
                piece(0, task.records(4))));
    assertThat(finished.records()).containsExactly(50, 60, 20, 30, 40, 50);
    assertThat(finished.message().getMetrics().getRecordsIn()).isEqualTo(6);
    assertThat(collect(tree, concat()).records()).isEmpty();
  }

  @Test
  void aConcatOfFoldsOfConcatsGivesEachFoldItsOwnPairs() {
    PipeTree inner =
        PipeTree.of(
            functions,
            SourceKind.CONCAT,
            records(),
            records().apply(Operator.MAP_VALUES, INCREMENT));
    PipeTree tree =
        PipeTree.of(functions, SourceKind.CONCAT, PipeTree.fold(functions, SUM, inner), records());
    TaskInput.Builder first =
        folded(
            concat(
                piece(0, task.records(pair("a", 1), pair("b", 2))),
                piece(1, task.records(pair("b", 10), pair("c", 20), pair("b", 30)))));
    TaskInput.Builder second = folded(concat(piece(1, task.records(pair("c", 1)))));
    assertThat(
            collect(
                    tree,
                    concat(piece(0, first), piece(1, task.records("between")), piece(0, second)))
                .records())
        .containsExactly(pair("a", 1), pair("b", 44), pair("c", 21), "between", pair("c", 2));
    assertThat(task.cluster.memory.get(0).usedBytes()).isZero();
  }

  @Test
  void groupsInPlaceInFirstSeenOrder() {
    PipeTree tree =
        PipeTree.of(
            functions,
            SourceKind.GROUP_IN_PLACE,
            PipeTree.of(functions, SourceKind.CONCAT, records()));
    assertThat(
            collect(
                    tree,
                    folded(
                        concat(
                            piece(0, task.records(pair("b", 1), pair("a", 2))),
                            piece(0, task.records(pair("b", 3))))))
                .records())
        .containsExactly(new Tuple2<>("b", List.of(1, 3)), new Tuple2<>("a", List.of(2)));
  }

  @Test
  void aZipInAConcatLeavesNothingOfOnePieceToTheNext() {
    PipeTree zip =
        PipeTree.zip(functions, SIDE_BY_SIDE, records(), records().apply(Operator.MAP, INCREMENT));
    PipeTree tree = PipeTree.of(functions, SourceKind.CONCAT, zip);
    assertThat(
            collect(
                    tree,
                    concat(
                        piece(0, zipped(task.records(1, 2, 3), task.records(1))),
                        piece(0, zipped(task.records(4, 5), task.records(7, 8, 9)))))
                .records())
        .containsExactly(List.of(1, 2), List.of(4, 8), List.of(5, 9));
  }

  @Test
  void eachOperatorWithAnIndexHasTheIndexOfItsOwnPiece() {
    PipeTree child = records().apply(Operator.MAP_PARTITIONS_WITH_INDEX, NUMBERED);
    PipeTree tree =
        PipeTree.of(functions, SourceKind.CONCAT, child)
            .apply(Operator.MAP_PARTITIONS_WITH_INDEX, NUMBERED);
    PipelineBuilder pipeline = tree.root().sink(SinkKind.COLLECT, null);
    TaskInput.Builder input = concat(piece(0, task.records("x", "y")), piece(0, task.records("z")));
    assertThat(task.run(pipeline, input, spec -> spec.addAllOperatorPartitions(List.of(4, 9, 7))))
        .satisfies(
            finished -> assertThat(finished.records()).containsExactly("7:4:x", "7:4:y", "7:9:z"));
    TaskFailed failed = failWith(pipeline, input);
    assertThat(failed.getErrorCode()).isEqualTo(ErrorCode.INTERNAL.number());
    assertThat(failed.getMessage()).contains("partitions of operators with an index");
  }

  private TaskFailed failWith(PipelineBuilder pipeline, TaskInput.Builder input) {
    task.start(pipeline, input, "");
    task.cluster.run();
    assertThat(task.cluster.driver.failed()).hasSize(1);
    return task.cluster.driver.failed().get(0);
  }

  @Test
  void aPieceMayWaitInTheMiddleOfAConcat() {
    task.cluster.addTextBlock(0, "first");
    task.cluster.addTextBlock(1, "late");
    task.cluster.addTextBlock(2, "last");
    task.cluster.hold(1);
    PipeTree tree =
        PipeTree.of(
            functions,
            SourceKind.CONCAT,
            PipeTree.of(functions, SourceKind.BLOCKS),
            PipeTree.of(functions, SourceKind.BLOCKS)
                .apply(
                    Operator.MAP_PARTITIONS,
                    (FlatMapFunction<Iterator<Object>, Object>) records -> records));
    PipelineBuilder pipeline = tree.root().sink(SinkKind.COLLECT, null);
    for (int reader = 0; reader < 2; reader++) {
      task.start(
          pipeline,
          concat(
              piece(0, WordCount.block(0)),
              piece(reader, WordCount.block(1)),
              piece(0, WordCount.block(2))),
          "");
    }
    task.cluster.run();
    assertThat(task.cluster.driver.finished()).isEmpty();
    task.cluster.arrive(1);
    task.cluster.run();
    assertThat(task.cluster.driver.finished())
        .hasSize(2)
        .allSatisfy(one -> assertThat(one.records()).containsExactly("first", "late", "last"));
  }

  @Test
  void aTaskIsReadyWhenAllShufflesThatItReadsAre() {
    JobBuilder.Pipe map0 = mapSide(0);
    JobBuilder.Pipe map1 = mapSide(1);
    PipeTree tree =
        PipeTree.of(
            functions, SourceKind.CONCAT, PipeTree.of(functions, SourceKind.SHUFFLE), records());
    JobBuilder.Pipe reduce = tree.root().sink(SinkKind.COLLECT, null).build();
    TaskInput.Builder input =
        concat(
            piece(0, PipeTree.shuffle(1, 1)),
            piece(1, task.records("between")),
            piece(0, PipeTree.shuffle(0, 0)),
            piece(0, PipeTree.shuffle(1, 1)));
    RunTasks.Builder job =
        JobBuilder.job(1, map0, map1, reduce)
            .addShuffles(JobBuilder.shuffle(0, 1, 0, 0))
            .addShuffles(JobBuilder.shuffle(1, 1, 0, 0))
            .addTasks(reduce.task(2, 0, input));
    task.cluster.executor(0).runTasks(job.build());
    runMap(map0, 0, pair("0", 1));
    assertThat(task.cluster.driver.finished()).hasSize(1);
    runMap(map1, 1, pair("1", 2));
    assertThat(task.cluster.driver.results(2))
        .containsExactly(pair("1", 2), "between", pair("0", 1), pair("1", 2));
  }

  private static JobBuilder.Pipe mapSide(int shuffleId) {
    PipelineBuilder builder = JobBuilder.from(SourceKind.RECORDS);
    builder.sink(SinkKind.SHUFFLE_WRITE, null).sink().setShuffleId(shuffleId).setPartitionCount(2);
    return builder.build();
  }

  private void runMap(JobBuilder.Pipe map, int stage, Object record) {
    TaskSpec.Builder spec = map.task(stage, 0, task.records(record));
    task.cluster.executor(0).runTasks(JobBuilder.job(1).addTasks(spec).build());
    task.cluster.run();
  }

  @Test
  void materializeReadsToTheEndAndGivesNothing() {
    List<Object> seen = SEEN;
    seen.clear();
    PipeTree tree =
        PipeTree.of(functions, SourceKind.CONCAT, records())
            .apply(Operator.MAP, (Function<Object, Object>) PipesTest::note);
    TestDriver.Finished finished =
        task.run(
            tree.root().sink(SinkKind.MATERIALIZE, null),
            concat(piece(0, task.records(1, 2)), piece(0, task.records(3))));
    assertThat(seen).containsExactly(1, 2, 3);
    assertThat(finished.records()).isEmpty();
    assertThat(finished.message().getMetrics().getRecordsOut()).isEqualTo(3);
  }

  private static final List<Object> SEEN = new ArrayList<>();

  private static Object note(Object record) {
    SEEN.add(record);
    return record;
  }
}
