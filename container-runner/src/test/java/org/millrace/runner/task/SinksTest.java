package org.millrace.runner.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.function.FlatMapFunction;
import org.millrace.api.function.Function;
import org.millrace.api.function.Function2;
import org.millrace.api.function.VoidFunction;
import org.millrace.api.graph.Operator;
import org.millrace.checkpoint.runtime.SimulatedTime;
import org.millrace.runner.wire.proto.SinkKind;
import org.millrace.runner.wire.proto.SourceKind;
import org.millrace.runner.wire.proto.TaskFailed;
import org.millrace.runner.wire.proto.TaskFinished;

class SinksTest {
  private static final List<Object> SEEN = new ArrayList<>();
  private static final AtomicInteger MADE = new AtomicInteger();

  private final SingleTask task = SingleTask.inOrder();

  @BeforeEach
  void forget() {
    SEEN.clear();
    MADE.set(0);
  }

  private static JobBuilder.PipelineBuilder to(SinkKind kind, Object function) {
    return JobBuilder.from(SourceKind.RECORDS).sink(kind, function);
  }

  @Test
  void countsRecords() {
    assertThat(task.run(to(SinkKind.COUNT, null), task.records(1, null, 3)).records())
        .containsExactly(3L);
    assertThat(task.run(to(SinkKind.COUNT, null), task.records()).records()).containsExactly(0L);
  }

  @Test
  void takesTheFirstRecordsAndStopsReading() {
    FlatMapFunction<Iterator<Object>, Object> endless = unused -> endless();
    TestDriver.Finished finished =
        task.run(
            JobBuilder.from(SourceKind.EMPTY)
                .apply(Operator.MAP_PARTITIONS, endless)
                .sink(SinkKind.TAKE, null),
            task.records(),
            "3");
    assertThat(finished.records()).containsExactly(0, 1, 2);
    assertThat(MADE.get()).isLessThan(5_000);
  }

  private static Iterator<Object> endless() {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return true;
      }

      @Override
      public Object next() {
        return MADE.getAndIncrement();
      }
    };
  }

  @Test
  void reducesFromTheFirstToTheLast() {
    Function2<String, String, String> join = (a, b) -> a + b;
    assertThat(task.run(to(SinkKind.REDUCE, join), task.records("a", "b", "c")).records())
        .containsExactly("abc");
    assertThat(task.run(to(SinkKind.REDUCE, join), task.records()).records()).isEmpty();
  }

  @Test
  void callsFunctionsForRecordsAndPartitions() {
    task.run(
        to(SinkKind.FOR_EACH, (VoidFunction<Object>) record -> SEEN.add(record)),
        task.records(1, 2));
    assertThat(SEEN).containsExactly(1, 2);
    VoidFunction<Iterator<Object>> eachPartition =
        records -> {
          records.forEachRemaining(record -> SEEN.add(record));
          SEEN.add("end");
        };
    task.run(to(SinkKind.FOR_EACH_PARTITION, eachPartition), task.records(3, 4));
    task.run(to(SinkKind.FOR_EACH_PARTITION, eachPartition), task.records());
    assertThat(SEEN).containsExactly(1, 2, 3, 4, "end", "end");
    Function<Iterator<Object>, Object> first = Iterator::next;
    assertThat(task.run(to(SinkKind.MAP_PARTITION, first), task.records("x", "y")).records())
        .containsExactly("x");
    Function<Iterator<Object>, Object> nothing = records -> null;
    assertThat(task.run(to(SinkKind.MAP_PARTITION, nothing), task.records("x")).records())
        .containsExactly((Object) null);
  }

  @Test
  void refusesAResultThatIsLargerThanTheDriverMayHold() {
    for (TaskSettings.Results form : TaskSettings.Results.values()) {
      SingleTask small = new SingleTask(new TestCluster(SimulatedTime.inOrder()));
      small.cluster.addExecutors(
          1, 1, 1 << 20, TaskSettings.DEFAULT.withResults(form).withMaxResultBytes(1_000));
      TaskFailed failed =
          small.fail(
              to(SinkKind.COLLECT, null),
              small.records(Arrays.asList("x".repeat(600), "y".repeat(600)).toArray()));
      assertThat(failed.getErrorCode()).isEqualTo(ErrorCode.RESULT_TOO_LARGE.number());
      assertThat(failed.getMessage()).contains("millrace.driver.maxResultSize");
    }
  }

  @Test
  void givesResultsByReferenceWithinOneProcess() {
    SingleTask local = new SingleTask(new TestCluster(SimulatedTime.inOrder()));
    local.cluster.addExecutors(
        1, 1, 1 << 20, TaskSettings.DEFAULT.withResults(TaskSettings.Results.BY_REFERENCE));
    Function<Integer, Object> unserializable = x -> Thread.currentThread();
    List<Object> results =
        local
            .run(
                JobBuilder.from(SourceKind.RECORDS)
                    .apply(Operator.MAP, unserializable)
                    .sink(SinkKind.COLLECT, null),
                local.records(1))
            .records();
    assertThat(results).containsExactly(Thread.currentThread());
  }

  @Test
  void writesTextAndReportsNameAndSize() {
    task.cluster.makeDirectories("/out/_staging");
    TaskFinished report =
        task.run(to(SinkKind.SAVE_TEXT, null), task.records("é", null, 3), "/out/_staging")
            .message();
    byte[] content = task.cluster.files.content("/out/_staging/" + report.getOutputFile());
    assertThat(new String(content, StandardCharsets.UTF_8)).isEqualTo("é\nnull\n3\n");
    assertThat(report.getOutputBytes()).isEqualTo(content.length);
    assertThat(report.getOutputFile()).startsWith("part-00000").contains("a0");
  }

  @Test
  void writesAnEmptyFileForAnEmptyPartitionAndLongFilesInPages() {
    task.cluster.makeDirectories("/out");
    TaskFinished empty = task.run(to(SinkKind.SAVE_TEXT, null), task.records(), "/out").message();
    assertThat(empty.getOutputBytes()).isZero();
    assertThat(task.cluster.files.content("/out/" + empty.getOutputFile())).isEmpty();
    SingleTask other = SingleTask.inOrder();
    other.cluster.makeDirectories("/out");
    Object[] many = new Object[30_000];
    Arrays.fill(many, "0123456789".repeat(12));
    TaskFinished large =
        other.run(to(SinkKind.SAVE_TEXT, null), other.records(many), "/out").message();
    assertThat(large.getOutputBytes()).isEqualTo(30_000L * 121);
    assertThat(other.cluster.files.content("/out/" + large.getOutputFile())).hasSize(30_000 * 121);
    assertThat(other.cluster.files.appends()).isGreaterThan(2);
  }

  @Test
  void failsWhenTheStagingDirectoryIsGone() {
    TaskFailed failed = task.fail(to(SinkKind.SAVE_TEXT, null), task.records("x"), "/gone");
    assertThat(failed.getErrorCode()).isEqualTo(ErrorCode.FENCED.number());
  }
}
