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
import org.millrace.api.Optional;
import org.millrace.api.Tuple2;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.function.FlatMapFunction;
import org.millrace.api.function.Function2;
import org.millrace.api.function.Function3;
import org.millrace.api.graph.Operator;
import org.millrace.api.streaming.State;
import org.millrace.checkpoint.runtime.SimulatedTime;
import org.millrace.runner.memory.MemoryAccountant.Use;
import org.millrace.runner.task.JobBuilder.PipelineBuilder;
import org.millrace.runner.wire.proto.BlockInput;
import org.millrace.runner.wire.proto.BlockSlice;
import org.millrace.runner.wire.proto.ReleaseStates;
import org.millrace.runner.wire.proto.SinkKind;
import org.millrace.runner.wire.proto.SourceKind;
import org.millrace.runner.wire.proto.StateInput;
import org.millrace.runner.wire.proto.StateKind;
import org.millrace.runner.wire.proto.StateSpec;
import org.millrace.runner.wire.proto.StateVersion;
import org.millrace.runner.wire.proto.TaskFailed;
import org.millrace.runner.wire.proto.TaskInput;

class StateTaskTest {
  private static final Function3<String, Optional<Integer>, State<Integer>, String> COUNT =
      (key, value, state) -> {
        if (value.get() < 0) {
          throw new ArithmeticException("negative " + key);
        }
        state.update(value.get() + (state.exists() ? state.get() : 0));
        return key + "=" + state.get();
      };
  private static final Function2<Integer, Integer, Integer> SUM = Integer::sum;
  private static final FlatMapFunction<Iterator<Object>, Object> SAME = records -> records;
  private static final FlatMapFunction<List<Iterator<Object>>, Object> ONE_AFTER_THE_OTHER =
      inputs -> {
        List<Object> all = new ArrayList<>();
        inputs.forEach(input -> input.forEachRemaining(all::add));
        return all.iterator();
      };

  private final SingleTask task = new SingleTask(new TestCluster(SimulatedTime.inOrder()));
  private final PipelineBuilder functions = JobBuilder.from(SourceKind.EMPTY);
  private final StateSpec counting =
      StateSpec.newBuilder()
          .setKind(StateKind.MAP_WITH_STATE)
          .setFunction(functions.function(COUNT))
          .setAlwaysEmits(true)
          .setTimeoutMs(-1)
          .build();
  private final StateSpec view = counting.toBuilder().setView(true).build();

  StateTaskTest() {
    task.cluster.addExecutors(1, 2, 8 << 20, TaskSettings.DEFAULT.withPageBytes(64));
  }

  private PipeTree tree(SourceKind kind, PipeTree... children) {
    return PipeTree.of(functions, kind, children);
  }

  private PipeTree records() {
    return tree(SourceKind.RECORDS);
  }

  private PipeTree state(StateSpec spec, PipeTree... children) {
    return PipeTree.state(functions, spec, children);
  }

  private static TaskInput.Builder version(
      int stateId, long versionMs, long previousMs, TaskInput.Builder... children) {
    StateInput.Builder input =
        StateInput.newBuilder()
            .setStateId(stateId)
            .setVersionMs(versionMs)
            .setPreviousMs(previousMs)
            .setCommittedMs(-1);
    for (TaskInput.Builder child : children) {
      input.addChildren(child);
    }
    return TaskInput.newBuilder().setState(input);
  }

  private static Tuple2<String, Integer> pair(String key, int value) {
    return new Tuple2<>(key, value);
  }

  private TestDriver.Finished collect(PipeTree tree, TaskInput.Builder input) {
    return task.run(tree.root().sink(SinkKind.COLLECT, null), input);
  }

  private static TaskInput.Builder block() {
    return TaskInput.newBuilder()
        .setBlocks(
            BlockInput.newBuilder()
                .addSlices(BlockSlice.newBuilder().setStreamId(TestCluster.STREAM).setUntil(1)));
  }

  private List<Object> viewOf(int stateId, long versionMs) {
    return collect(state(view), version(stateId, versionMs, -1)).records();
  }

  @Test
  void bringsAStateToItsVersionAndSaysSo() {
    TestDriver.Finished first =
        collect(
            state(counting, records()),
            version(3, 1000, -1, task.records(pair("a", 1), pair("b", 2), pair("a", 3))));
    assertThat(first.records()).containsExactly("a=1", "b=2", "a=4");
    assertThat(first.message().getMetrics().getRecordsIn()).isEqualTo(3);
    StateVersion reached = first.message().getStates(0);
    assertThat(reached.getStateId()).isEqualTo(3);
    assertThat(reached.getVersionMs()).isEqualTo(1000);
    assertThat(reached.getKeyCount()).isEqualTo(2);
    assertThat(collect(state(counting), version(3, 1000, -1)).records())
        .containsExactly("a=1", "b=2", "a=4");
    assertThat(viewOf(3, 1000)).containsExactly(pair("a", 4), pair("b", 2));
    assertThat(
            collect(
                    state(counting, records()),
                    version(3, 2000, 1000, task.records(pair("c", 1), pair("b", 1))))
                .records())
        .containsExactly("c=1", "b=3");
  }

  @Test
  void beginsWithTheInitialPairs() {
    TestDriver.Finished first =
        collect(
            state(counting, records(), records()),
            version(
                1, 1000, -1, task.records(pair("a", 1)), task.records(pair("z", 5), pair("a", 7))));
    assertThat(first.records()).containsExactly("a=8");
    assertThat(viewOf(1, 1000)).containsExactly(pair("z", 5), pair("a", 8));
  }

  @Test
  void whoTakesOneRecordHasChangedAllOfIt() {
    Object[] many = new Object[3_000];
    for (int i = 0; i < many.length; i++) {
      many[i] = pair("k" + i, i);
    }
    TestDriver.Finished taken =
        task.run(
            state(counting, records()).root().sink(SinkKind.TAKE, null),
            version(1, 1000, -1, task.records(many)),
            "1");
    assertThat(taken.records()).containsExactly("k0=0");
    assertThat(taken.message().getStates(0).getKeyCount()).isEqualTo(3_000);
    assertThat(viewOf(1, 1000)).containsExactly(many);
  }

  @Test
  void aFailedTaskLeavesTheVersionOfBefore() {
    collect(state(counting, records()), version(1, 1000, -1, task.records(pair("a", 1))));
    task.start(
        state(counting, records()).root().sink(SinkKind.COLLECT, null),
        version(1, 2000, 1000, task.records(pair("b", 1), pair("a", 1), pair("x", -1))),
        "");
    task.cluster.run();
    assertThat(task.cluster.driver.failed()).hasSize(1);
    TaskFailed failed = task.cluster.driver.failed().get(0);
    assertThat(failed.getErrorCode()).isEqualTo(ErrorCode.TASK_FAILED.number());
    assertThat(failed.getMessage()).isEqualTo("negative x");
    assertThat(viewOf(1, 1000)).containsExactly(pair("a", 1));
    collect(state(counting, records()), version(1, 2000, 1000, task.records(pair("a", 1))));
    assertThat(viewOf(1, 2000)).containsExactly(pair("a", 2));
  }

  @Test
  void failsWhenTheVersionCannotBeReached() {
    TaskFailed failed =
        task.fail(
            state(counting, records()).root().sink(SinkKind.COLLECT, null),
            version(1, 2000, 1000, task.records(pair("a", 1))));
    assertThat(failed.getErrorCode()).isEqualTo(ErrorCode.STATE_VERSION_LOST.number());
    assertThat(failed.getMessage()).contains("state 1", "2000", "1000");
  }

  @Test
  void aFunctionOverTheIteratorOfAStateFindsItChanged() {
    PipeTree tree = state(counting, records()).apply(Operator.MAP_PARTITIONS, SAME);
    assertThat(
            collect(tree, version(1, 1000, -1, task.records(pair("a", 1), pair("b", 1)))).records())
        .containsExactly("a=1", "b=1");
    task.cluster.addRecordBlock(0, List.of(pair("a", 2)));
    task.cluster.hold(0);
    PipeTree waits =
        state(counting, tree(SourceKind.BLOCKS).apply(Operator.MAP_PARTITIONS, SAME))
            .apply(Operator.MAP_PARTITIONS, SAME);
    task.start(waits.root().sink(SinkKind.COLLECT, null), version(1, 2000, 1000, block()), "");
    task.cluster.run();
    task.cluster.arrive(0);
    task.cluster.run();
    assertThat(task.cluster.driver.finished().get(1).records()).containsExactly("a=3");
  }

  @Test
  void aSecondAttemptWaitsForTheFirst() {
    task.cluster.addRecordBlock(0, List.of(pair("a", 2)));
    task.cluster.hold(0);
    for (int attempt = 0; attempt < 2; attempt++) {
      task.start(
          state(counting, tree(SourceKind.BLOCKS)).root().sink(SinkKind.COLLECT, null),
          version(1, 1000, -1, block()),
          "");
    }
    task.cluster.run();
    assertThat(task.cluster.executor(0).runningTasks()).isEqualTo(2);
    task.cluster.arrive(0);
    task.cluster.run();
    assertThat(task.cluster.driver.finished())
        .hasSize(2)
        .allSatisfy(one -> assertThat(one.records()).containsExactly("a=2"));
  }

  @Test
  void readsStatesSideBySideAndOneAfterTheOther() {
    StateSpec window =
        StateSpec.newBuilder().setKind(StateKind.WINDOW_GROUP).setPaneMs(1000).setPanes(2).build();
    PipeTree zip =
        PipeTree.zip(functions, ONE_AFTER_THE_OTHER, state(counting, records()), state(view));
    assertThat(
            collect(
                    zip,
                    zipped(
                        version(1, 1000, -1, task.records(pair("a", 1), pair("a", 1))),
                        version(1, 1000, -1)))
                .records())
        .containsExactly("a=1", "a=2", pair("a", 2));
    PipeTree grouped = state(window, tree(SourceKind.GROUP_IN_PLACE, records()));
    PipeTree concat = tree(SourceKind.CONCAT, grouped).apply(Operator.MAP_PARTITIONS, SAME);
    TestDriver.Finished both =
        collect(
            concat,
            concat(
                piece(0, version(2, 1000, -1, folded(task.records(pair("a", 1), pair("a", 2))))),
                piece(0, version(3, 1000, -1, folded(task.records(pair("b", 1), pair("a", 3)))))));
    assertThat(both.records())
        .containsExactly(
            new Tuple2<>("a", List.of(1, 2)),
            new Tuple2<>("b", List.of(1)),
            new Tuple2<>("a", List.of(3)));
    assertThat(both.message().getStatesList())
        .extracting(StateVersion::getStateId)
        .containsExactly(2, 3);
  }

  @Test
  void reducesWindows() {
    StateSpec window =
        StateSpec.newBuilder()
            .setKind(StateKind.WINDOW_REDUCE)
            .setFunction(functions.function(SUM))
            .setInverse(-1)
            .setFilter(-1)
            .setPaneMs(1000)
            .setPanes(2)
            .build();
    PipeTree tree = state(window, PipeTree.fold(functions, SUM, records()));
    collect(tree, version(1, 1000, -1, folded(task.records(pair("a", 1), pair("a", 2)))));
    collect(tree, version(1, 2000, 1000, folded(task.records(pair("b", 4), pair("a", 8)))));
    assertThat(collect(tree, version(1, 3000, 2000, folded(task.records()))).records())
        .containsExactly(pair("a", 8), pair("b", 4));
  }

  @Test
  void stateOutlivesTheDriver() {
    collect(state(counting, records()), version(1, 1000, -1, task.records(pair("a", 1))));

    task.cluster.executor(0).reset(2);

    assertThat(task.cluster.executor(0).states())
        .singleElement()
        .satisfies(state -> assertThat(state.getStateId()).isEqualTo(1))
        .satisfies(state -> assertThat(state.getVersionMs()).isEqualTo(1000));
    assertThat(
            collect(state(counting, records()), version(1, 2000, 1000, task.records(pair("a", 1))))
                .records())
        .containsExactly("a=2");
  }

  @Test
  void forgetsAReleasedState() {
    collect(state(counting, records()), version(1, 1000, -1, task.records(pair("a", 1))));
    assertThat(task.cluster.memory.get(0).usedBytes(Use.STATE)).isPositive();
    StateVersion released = StateVersion.newBuilder().setStateId(1).setPartition(0).build();
    task.cluster.executor(0).releaseStates(ReleaseStates.newBuilder().addStates(released).build());
    assertThat(task.cluster.memory.get(0).usedBytes()).isZero();
    task.start(state(counting).root().sink(SinkKind.COLLECT, null), version(1, 1000, -1), "");
    task.cluster.run();
    assertThat(task.cluster.driver.failed().get(0).getErrorCode())
        .isEqualTo(ErrorCode.STATE_VERSION_LOST.number());
  }
}
