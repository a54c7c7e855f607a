package org.millrace.runner.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.time.DayOfWeek;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.millrace.api.Partitioner;
import org.millrace.api.Tuple2;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.function.Function;
import org.millrace.api.function.Function2;
import org.millrace.checkpoint.runtime.SimulatedTime;
import org.millrace.runner.memory.MemoryAccountant.Use;
import org.millrace.runner.task.JobBuilder.Pipe;
import org.millrace.runner.task.JobBuilder.PipelineBuilder;
import org.millrace.runner.wire.Frame;
import org.millrace.runner.wire.proto.CombiningKind;
import org.millrace.runner.wire.proto.EndJob;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.MapOutputEnd;
import org.millrace.runner.wire.proto.RunTasks;
import org.millrace.runner.wire.proto.ShufflePage;
import org.millrace.runner.wire.proto.SinkKind;
import org.millrace.runner.wire.proto.SourceKind;
import org.millrace.runner.wire.proto.TaskFailed;
import org.millrace.runner.wire.proto.UseAttempt;

/** Two executors; map task i on executor i mod 2, reduce task i on executor i mod 2. */
class ShuffleTest {
  private static final int REDUCERS = 3;

  private TestCluster cluster = TestCluster.inOrder(2);

  /** Places a number by its last digit. */
  private static final class ByLastDigit extends Partitioner {
    private static final long serialVersionUID = 1L;
    private final int shift;

    private ByLastDigit(int shift) {
      this.shift = shift;
    }

    @Override
    public int numPartitions() {
      return REDUCERS;
    }

    @Override
    public int getPartition(Object key) {
      return (Integer) key % 10 % REDUCERS + shift;
    }
  }

  private static PipelineBuilder mapSide(CombiningKind combining) {
    PipelineBuilder builder = JobBuilder.from(SourceKind.RECORDS);
    builder
        .sink()
        .setKind(SinkKind.SHUFFLE_WRITE)
        .setPartitionCount(REDUCERS)
        .setCombining(combining);
    return builder;
  }

  private static Pipe reduceSide(SourceKind kind) {
    return JobBuilder.from(kind).sink(SinkKind.COLLECT, null).build();
  }

  /** Runs the maps over these records and gives what each reduce partition collects. */
  private List<List<Object>> run(Pipe map, Pipe reduce, List<List<?>> inputs) {
    SingleTask encoder = new SingleTask(cluster);
    for (int executor = 0; executor < 2; executor++) {
      RunTasks.Builder message =
          JobBuilder.job(1, map, reduce).addShuffles(JobBuilder.shuffle(0, inputs.size(), 0, 1, 0));
      for (int i = executor; i < inputs.size(); i += 2) {
        message.addTasks(map.task(0, i, encoder.records(inputs.get(i).toArray())));
      }
      for (int i = executor; i < REDUCERS; i += 2) {
        message.addTasks(reduce.task(1, i, WordCount.shuffle(0, i)));
      }
      cluster.executor(executor).runTasks(message.build());
    }
    cluster.run();
    if (!cluster.driver.failed().isEmpty()) {
      return List.of();
    }
    List<List<Object>> results = new ArrayList<>();
    for (int i = 0; i < REDUCERS; i++) {
      results.add(cluster.driver.finished(1, i).records());
    }
    return results;
  }

  private static Tuple2<Object, Object> pair(Object key, Object value) {
    return new Tuple2<>(key, value);
  }

  private TaskFailed onlyFailure() {
    assertThat(cluster.driver.failed()).isNotEmpty();
    return cluster.driver.failed().get(0);
  }

  @Test
  void placesPairsByKeyInMapOrder() {
    List<List<Object>> results =
        run(
            mapSide(CombiningKind.NONE).build(),
            reduceSide(SourceKind.SHUFFLE),
            List.of(
                List.of(pair(0, "a"), pair(3, "b"), pair(-1, "c")),
                List.of(pair(null, "d"), pair(1, "e")),
                List.of(pair(0, "f"))));
    assertThat(results.get(0))
        .containsExactly(pair(0, "a"), pair(3, "b"), pair(null, "d"), pair(0, "f"));
    assertThat(results.get(1)).containsExactly(pair(1, "e"));
    assertThat(results.get(2)).containsExactly(pair(-1, "c"));
  }

  @Test
  void spreadsRecordsInTurnFromTheMapPartitionOn() {
    List<List<Object>> results =
        run(
            mapSide(CombiningKind.ROUND_ROBIN).build(),
            reduceSide(SourceKind.SHUFFLE),
            List.of(List.of("a0", "a1", "a2", "a3"), List.of("b0", "b1"), List.of("c0")));
    assertThat(results)
        .containsExactly(List.of("a0", "a3"), List.of("a1", "b0"), List.of("a2", "b1", "c0"));
  }

  @Test
  void groupsValuesInArrivalOrderAndKeysInFirstSeenOrder() {
    List<List<Object>> results =
        run(
            mapSide(CombiningKind.GROUP).build(),
            reduceSide(SourceKind.SHUFFLE_GROUP),
            List.of(
                List.of(pair(3, "a"), pair(0, "b"), pair(3, "c")),
                List.of(pair(6, "d"), pair(0, "e"), pair(3, "f"))));
    assertThat(results.get(0))
        .containsExactly(
            pair(3, List.of("a", "c", "f")), pair(0, List.of("b", "e")), pair(6, List.of("d")));
    assertThat(results.get(1)).isEmpty();
  }

  @Test
  void combinesOnTheReduceSideAloneWhenTheMapSideMayNot() {
    PipelineBuilder reduce = JobBuilder.from(SourceKind.SHUFFLE_COMBINE);
    Function<Integer, String> create = x -> "<" + x;
    Function2<String, Integer, String> merge = (text, x) -> text + "," + x;
    reduce
        .source()
        .setCreateCombiner(reduce.function(create))
        .setMergeValue(reduce.function(merge));
    List<List<Object>> results =
        run(
            mapSide(CombiningKind.COMBINE).build(),
            reduce.sink(SinkKind.COLLECT, null).build(),
            List.of(List.of(pair(0, 1), pair(0, 2)), List.of(pair(3, 3), pair(0, 4))));
    assertThat(results.get(0)).containsExactly(pair(0, "<1,2,4"), pair(3, "<3"));
  }

  @Test
  void combinesWithCombinersOfAnotherType() {
    PipelineBuilder map = mapSide(CombiningKind.COMBINE);
    Function<Integer, String> create = x -> "<" + x;
    Function2<String, Integer, String> merge = (text, x) -> text + "," + x;
    Function2<String, String, String> join = (a, b) -> a + b;
    map.sink()
        .setMapSideCombine(true)
        .setCreateCombiner(map.function(create))
        .setMergeValue(map.function(merge));
    PipelineBuilder reduce = JobBuilder.from(SourceKind.SHUFFLE_COMBINE);
    reduce.source().setCombinedOnMapSide(true).setMergeCombiners(reduce.function(join));
    List<List<Object>> results =
        run(
            map.build(),
            reduce.sink(SinkKind.COLLECT, null).build(),
            List.of(List.of(pair(0, 1), pair(0, 2)), List.of(pair(3, 3), pair(0, 4))));
    assertThat(results.get(0)).containsExactly(pair(0, "<1,2<4"), pair(3, "<3"));
  }

  @Test
  void asksTheProgramsOwnPartitioner() {
    PipelineBuilder map = mapSide(CombiningKind.NONE);
    map.sink().setPartitioner(map.function(new ByLastDigit(0)));
    List<List<Object>> results =
        run(
            map.build(),
            reduceSide(SourceKind.SHUFFLE),
            List.of(List.of(pair(12, "a"), pair(10, "b"), pair(21, "c"))));
    assertThat(results)
        .containsExactly(List.of(pair(10, "b")), List.of(pair(21, "c")), List.of(pair(12, "a")));
  }

  @Test
  void refusesAPartitionThatDoesNotExist() {
    PipelineBuilder map = mapSide(CombiningKind.NONE);
    map.sink().setPartitioner(map.function(new ByLastDigit(1)));
    run(map.build(), reduceSide(SourceKind.SHUFFLE), List.of(List.of(pair(12, "a"))));
    assertThat(onlyFailure().getErrorCode()).isEqualTo(ErrorCode.ILLEGAL_USE.number());
    assertThat(onlyFailure().getMessage()).contains("ByLastDigit").contains("12").contains("3");
  }

  @Test
  void placesEnumsByNameAndRefusesKeysWithoutAStableHashCode() {
    List<List<Object>> results =
        run(
            mapSide(CombiningKind.NONE).build(),
            reduceSide(SourceKind.SHUFFLE),
            List.of(List.of(pair(DayOfWeek.FRIDAY, 1))));
    int partition = Math.floorMod("FRIDAY".hashCode(), REDUCERS);
    assertThat(results.get(partition)).containsExactly(pair(DayOfWeek.FRIDAY, 1));
    cluster = TestCluster.inOrder(2);
    run(
        mapSide(CombiningKind.NONE).build(),
        reduceSide(SourceKind.SHUFFLE),
        List.of(List.of(pair(new byte[] {1}, 1))));
    assertThat(onlyFailure().getErrorCode()).isEqualTo(ErrorCode.UNSTABLE_KEY.number());
    assertThat(onlyFailure().getMessage()).contains("byte[]");
  }

  @Test
  void theCombiningTableKeepsFirstSeenOrderThroughGrowth() throws Exception {
    CombineTable table = new CombineTable();
    Function2<Object, Object, Object> sum = (a, b) -> (Integer) a + (Integer) b;
    table.use(null, sum);
    Map<Object, Object> expected = new LinkedHashMap<>();
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < 20_000; i++) {
        Object key = i % 3 == 0 ? "k" + i % 7_000 : (Object) (i % 5_000 << 12);
        table.accept(pair(key, i));
        expected.merge(key, i, (a, b) -> (Integer) a + (Integer) b);
      }
      table.accept(pair(null, 1));
      expected.merge(null, 1, (a, b) -> b);
      List<Object> pairs = new ArrayList<>();
      table.push(0, table.size(), pairs::add);
      List<Object> wanted = new ArrayList<>();
      expected.forEach((key, value) -> wanted.add(pair(key, value)));
      assertThat(pairs).isEqualTo(wanted);
      table.clear();
      expected.clear();
      assertThat(table.size()).isZero();
    }
  }

  @Test
  void aDamagedPageFailsTheReduceTaskThatReadsIt() {
    Pipe reduce = reduceSide(SourceKind.SHUFFLE);
    cluster
        .executor(0)
        .runTasks(
            JobBuilder.job(1, reduce)
                .addShuffles(JobBuilder.shuffle(0, 1, 0))
                .addTasks(reduce.task(1, 0, WordCount.shuffle(0, 0)))
                .build());
    ShufflePage page =
        ShufflePage.newBuilder()
            .setJobId(1)
            .setPlacementVersion(1)
            .setRecordCount(1)
            .setChecksum(77)
            .build();
    ByteBuffer bytes = cluster.codec.encode(List.of("record"));
    cluster
        .executor(0)
        .onPeerFrame(1, Frame.of(Envelope.newBuilder().setShufflePage(page).build(), bytes));
    cluster.run();
    assertThat(onlyFailure().getErrorCode()).isEqualTo(ErrorCode.PROTOCOL_VIOLATION.number());
    assertThat(onlyFailure().getMessage()).contains("CRC-32C");
  }

  /** The only map task of job 1 has sent its only page to the first reducer, before the job. */
  private void theMapHasSent(Object record) {
    ByteBuffer bytes = cluster.codec.encode(List.of(record));
    CRC32C crc = new CRC32C();
    crc.update(bytes.duplicate());
    ShufflePage page =
        ShufflePage.newBuilder()
            .setJobId(1)
            .setPlacementVersion(1)
            .setRecordCount(1)
            .setChecksum((int) crc.getValue())
            .build();
    MapOutputEnd end =
        MapOutputEnd.newBuilder()
            .setJobId(1)
            .setPlacementVersion(1)
            .addReducePartitions(0)
            .addPageCounts(1)
            .build();
    cluster
        .executor(0)
        .onPeerFrame(1, Frame.of(Envelope.newBuilder().setMapOutputEnd(end).build()));
    cluster
        .executor(0)
        .onPeerFrame(1, Frame.of(Envelope.newBuilder().setShufflePage(page).build(), bytes));
    cluster.run();
  }

  private void runTheReducer() {
    Pipe reduce = reduceSide(SourceKind.SHUFFLE);
    cluster
        .executor(0)
        .runTasks(
            JobBuilder.job(1, reduce)
                .addShuffles(JobBuilder.shuffle(0, 1, 0))
                .addTasks(reduce.task(1, 0, WordCount.shuffle(0, 0)))
                .build());
  }

  @Test
  void pagesThatCameBeforeTheirJobAreKeptForIt() {
    theMapHasSent("early");
    runTheReducer();
    cluster.run();
    assertThat(cluster.driver.finished(1, 0).records()).containsExactly("early");
  }

  @Test
  void aReducerThatHasAllOfAnAttemptReadsItThoughAnotherOneIsToCount() {
    theMapHasSent("record");
    runTheReducer(); // Its input is here: it waits for a slot only.
    cluster
        .executor(0)
        .useAttempt(
            UseAttempt.newBuilder().setJobId(1).setPlacementVersion(1).setAttempt(1).build());
    cluster.run(); // The pages of the other attempt are still on their way.
    assertThat(cluster.driver.finished(1, 0).records()).containsExactly("record");
  }

  @Test
  void aFullDiskFailsTheMapTasksThatWouldSpill() {
    cluster = new TestCluster(SimulatedTime.inOrder());
    cluster.addExecutors(2, 1, 500, TaskSettings.DEFAULT.withPageBytes(64));
    cluster.spill.forEach(FakeLocalFiles::fill);
    Object[] pairs = new Object[20_000];
    Arrays.setAll(pairs, i -> pair(i, "value " + i));
    run(
        mapSide(CombiningKind.NONE).build(),
        reduceSide(SourceKind.SHUFFLE),
        List.of(List.of(pairs), List.of(pairs)));
    assertThat(onlyFailure().getErrorCode()).isEqualTo(ErrorCode.DISK_FULL.number());
    cluster.executors.forEach(one -> one.endJob(EndJob.newBuilder().setJobId(1).build()));
    cluster.run();
    assertThat(cluster.memory).allSatisfy(m -> assertThat(m.usedBytes(Use.SHUFFLE)).isZero());
  }
}
