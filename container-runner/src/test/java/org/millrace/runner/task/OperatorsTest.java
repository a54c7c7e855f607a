package org.millrace.runner.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.millrace.api.Tuple2;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.function.FlatMapFunction;
import org.millrace.api.function.Function;
import org.millrace.api.function.PairFlatMapFunction;
import org.millrace.api.function.PairFunction;
import org.millrace.api.graph.Operator;
import org.millrace.runner.codec.FunctionCodec;
import org.millrace.runner.wire.proto.SinkKind;
import org.millrace.runner.wire.proto.SourceKind;
import org.millrace.runner.wire.proto.TaskFailed;

class OperatorsTest {
  private final SingleTask task = SingleTask.inOrder();

  @Test
  void applyTheFunctionOfEachOperator() {
    Function<Integer, Integer> twice = x -> 2 * x;
    PairFunction<Integer, Integer, String> named = x -> new Tuple2<>(x, "n" + x);
    FlatMapFunction<Integer, Integer> upTo =
        x -> {
          List<Integer> numbers = new ArrayList<>();
          for (int i = 1; i <= x; i++) {
            numbers.add(i);
          }
          return numbers.iterator();
        };
    PairFlatMapFunction<Integer, Integer, Integer> squares =
        x -> List.of(new Tuple2<>(x, x * x), new Tuple2<>(-x, x * x)).iterator();
    Function<Integer, Boolean> even = x -> x % 2 == 0;
    assertThat(task.apply(Operator.MAP, twice, 1, 2, 3)).containsExactly(2, 4, 6);
    assertThat(task.apply(Operator.MAP_TO_PAIR, named, 1, 2))
        .containsExactly(new Tuple2<>(1, "n1"), new Tuple2<>(2, "n2"));
    assertThat(task.apply(Operator.FLAT_MAP, upTo, 1, 0, 3)).containsExactly(1, 1, 2, 3);
    assertThat(task.apply(Operator.FLAT_MAP_TO_PAIR, squares, 3))
        .containsExactly(new Tuple2<>(3, 9), new Tuple2<>(-3, 9));
    assertThat(task.apply(Operator.FILTER, even, 1, 2, 3, 4)).containsExactly(2, 4);
    Tuple2<String, Integer> pair = new Tuple2<>("a", 2);
    assertThat(task.apply(Operator.MAP_VALUES, twice, pair)).containsExactly(new Tuple2<>("a", 4));
    assertThat(task.apply(Operator.FLAT_MAP_VALUES, upTo, pair))
        .containsExactly(new Tuple2<>("a", 1), new Tuple2<>("a", 2));
    assertThat(task.apply(Operator.KEYS, null, pair)).containsExactly("a");
    assertThat(task.apply(Operator.VALUES, null, pair)).containsExactly(2);
  }

  @Test
  void eachOperatorIsAHiddenClassThatFunctionSetsShare() {
    JobBuilder.PipelineBuilder first =
        JobBuilder.from(SourceKind.RECORDS)
            .apply(Operator.MAP, (Function<Integer, Integer>) x -> x + 1)
            .apply(Operator.MAP, (Function<Integer, Integer>) x -> x + 2)
            .sink(SinkKind.COLLECT, null);
    PipelineShape shape = new PipelineShape(first.build().template(), new HiddenClasses());
    Function<Integer, Integer> function = x -> x;
    PipelineKey key = new PipelineKey(null, null);
    Pipeline one =
        shape.make(key, new FunctionCodec.Decoded(new Object[] {function, function}, List.of()));
    Pipeline other =
        shape.make(key, new FunctionCodec.Decoded(new Object[] {function, function}, List.of()));
    RecordOperator head = (RecordOperator) one.pipe().segments().get(0).head();
    assertThat(head.getClass().isHidden()).isTrue();
    assertThat(head.next.getClass().isHidden()).isTrue();
    assertThat(head.next.getClass()).isNotEqualTo(head.getClass());
    assertThat(one.sink().getClass().isHidden()).isTrue();
    assertThat(other.pipe().segments().get(0).head().getClass()).isEqualTo(head.getClass());
    assertThat(other.pipe().segments().get(0).head()).isNotSameAs(head);
  }

  @Test
  void partitionFunctionsPullTheRecordsBeforeThem() {
    FlatMapFunction<Iterator<Integer>, String> numbered =
        numbers -> {
          List<String> lines = new ArrayList<>();
          for (int i = 0; numbers.hasNext(); i++) {
            lines.add(i + ":" + numbers.next());
          }
          lines.add("end");
          return lines.iterator();
        };
    PairFlatMapFunction<Iterator<String>, String, Integer> paired = OperatorsTest::withLength;
    List<Object> results =
        task.run(
                JobBuilder.from(SourceKind.RECORDS)
                    .apply(Operator.FILTER, (Function<Integer, Boolean>) x -> x > 0)
                    .apply(Operator.MAP_PARTITIONS, numbered)
                    .apply(Operator.MAP, (Function<String, String>) s -> s + "!")
                    .apply(Operator.MAP_PARTITIONS_TO_PAIR, paired)
                    .apply(Operator.MAP_VALUES, (Function<Integer, Integer>) x -> -x)
                    .sink(SinkKind.COLLECT, null),
                task.records(5, -1, 7))
            .records();
    assertThat(results)
        .containsExactly(
            new Tuple2<>("0:5!", -4), new Tuple2<>("1:7!", -4), new Tuple2<>("end!", -4));
    assertThat(task.apply(Operator.MAP_PARTITIONS, numbered)).containsExactly("end");
  }

  private static Iterator<Tuple2<String, Integer>> withLength(Iterator<String> lines) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return lines.hasNext();
      }

      @Override
      public Tuple2<String, Integer> next() {
        String line = lines.next();
        return new Tuple2<>(line, line.length());
      }
    };
  }

  @Test
  void aPartitionFunctionPullsMoreRecordsThanAPageHolds() {
    Object[] many = new Object[20_000];
    for (int i = 0; i < many.length; i++) {
      many[i] = i;
    }
    FlatMapFunction<Iterator<Integer>, Integer> same = numbers -> numbers;
    assertThat(task.apply(Operator.MAP_PARTITIONS, same, many)).containsExactly(many);
  }

  @Test
  void aFailureBeforeAPartitionFunctionIsReportedAsItself() {
    Function<Integer, Integer> failing =
        x -> {
          throw new java.io.IOException("no such sensor " + x);
        };
    FlatMapFunction<Iterator<Integer>, Integer> same = numbers -> numbers;
    TaskFailed failed =
        task.fail(
            JobBuilder.from(SourceKind.RECORDS)
                .apply(Operator.MAP, failing)
                .apply(Operator.MAP_PARTITIONS, same)
                .sink(SinkKind.COUNT, null),
            task.records(3));
    assertThat(failed.getErrorClass()).isEqualTo("java.io.IOException");
    assertThat(failed.getMessage()).isEqualTo("no such sensor 3");
    assertThat(failed.getErrorCode()).isEqualTo(ErrorCode.TASK_FAILED.number());
    assertThat(failed.getStackTrace()).contains("OperatorsTest");
  }

  @Test
  void anErrorOfAFunctionFailsTheTaskAndTheNextTaskRuns() {
    Function<Integer, Integer> linkage =
        x -> {
          throw new NoClassDefFoundError("com/acme/Missing");
        };
    TaskFailed failed =
        task.fail(
            JobBuilder.from(SourceKind.RECORDS)
                .apply(Operator.MAP, linkage)
                .sink(SinkKind.COLLECT, null),
            task.records(1));
    assertThat(failed.getErrorClass()).isEqualTo("java.lang.NoClassDefFoundError");
    assertThat(task.cluster.fatal).isEmpty();
    assertThat(task.apply(Operator.MAP, (Function<Integer, Integer>) x -> x, 1)).containsExactly(1);
  }

  @Test
  void aFaultOfTheVirtualMachineGoesToTheFatalHandlerAfterTheReport() {
    Function<Integer, Integer> exhausted =
        x -> {
          throw new OutOfMemoryError("of the test");
        };
    TaskFailed failed =
        task.fail(
            JobBuilder.from(SourceKind.RECORDS)
                .apply(Operator.MAP, exhausted)
                .sink(SinkKind.COLLECT, null),
            task.records(1));
    assertThat(failed.getErrorClass()).isEqualTo("java.lang.OutOfMemoryError");
    assertThat(task.cluster.fatal).hasSize(1);
  }

  @Test
  void runawayRecursionOfAFunctionIsNoFaultOfTheVirtualMachine() {
    TaskFailed failed =
        task.fail(
            JobBuilder.from(SourceKind.RECORDS)
                .apply(Operator.MAP, (Function<Integer, Integer>) OperatorsTest::forever)
                .sink(SinkKind.COLLECT, null),
            task.records(1));
    assertThat(failed.getErrorClass()).isEqualTo("java.lang.StackOverflowError");
    assertThat(task.cluster.fatal).isEmpty();
  }

  @SuppressWarnings("InfiniteRecursion") // the point of the test
  private static int forever(int x) {
    return forever(x + 1) + 1;
  }
}
