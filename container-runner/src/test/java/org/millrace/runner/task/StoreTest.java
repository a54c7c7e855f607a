package org.millrace.runner.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.millrace.runner.task.PipeTree.concat;
import static org.millrace.runner.task.PipeTree.piece;
import static org.millrace.runner.task.PipeTree.zipped;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.function.FlatMapFunction;
import org.millrace.api.function.Function;
import org.millrace.api.graph.Operator;
import org.millrace.checkpoint.runtime.SimulatedTime;
import org.millrace.runner.memory.MemoryAccountant.Use;
import org.millrace.runner.task.JobBuilder.PipelineBuilder;
import org.millrace.runner.wire.proto.EndJob;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.ExecutorAddress;
import org.millrace.runner.wire.proto.Membership;
import org.millrace.runner.wire.proto.ReleaseDatasets;
import org.millrace.runner.wire.proto.SinkKind;
import org.millrace.runner.wire.proto.SourceKind;
import org.millrace.runner.wire.proto.StoreTarget;
import org.millrace.runner.wire.proto.StoredInput;
import org.millrace.runner.wire.proto.StoredPartition;
import org.millrace.runner.wire.proto.TaskFailed;
import org.millrace.runner.wire.proto.TaskInput;

class StoreTest {
  private static final long DATASET = 7;
  private static final TaskSettings SMALL_PAGES =
      TaskSettings.DEFAULT.withPageBytes(100).withPeerTimeoutMs(1_000);

  private final TestCluster cluster = new TestCluster(SimulatedTime.inOrder());
  private final SingleTask task = new SingleTask(cluster);
  private final PipelineBuilder functions = JobBuilder.from(SourceKind.EMPTY);
  private long membership;

  private void executors(int count, long memoryBytes) {
    cluster.addExecutors(count, 1, memoryBytes, SMALL_PAGES);
    living(IntStream.range(0, count).toArray());
  }

  private void living(int... ids) {
    Membership.Builder message = Membership.newBuilder().setVersion(++membership);
    for (int id : ids) {
      message.addExecutors(ExecutorAddress.newBuilder().setExecutorId(id));
    }
    cluster.executors.forEach(executor -> executor.onMembership(message.build()));
    cluster.run();
  }

  private static Object[] numbers(int count) {
    return IntStream.range(0, count).boxed().toArray();
  }

  private static StoreTarget.Builder memoryOnly(int partition) {
    return StoreTarget.newBuilder()
        .setDatasetId(DATASET)
        .setPartition(partition)
        .setUseMemory(true)
        .setDeserialized(true)
        .setReplication(1);
  }

  private static StoreTarget.Builder memoryAndDisk(int partition) {
    return memoryOnly(partition).setUseDisk(true).setDeserialized(false);
  }

  private static StoreTarget.Builder diskOnly(int partition) {
    return memoryAndDisk(partition).setUseMemory(false);
  }

  private PipeTree storing() {
    return PipeTree.of(functions, SourceKind.RECORDS).apply("STORE", null);
  }

  private TestDriver.Finished store(StoreTarget.Builder target, Object... records) {
    return task.run(
        storing().root().sink(SinkKind.COUNT, null),
        task.records(records),
        spec -> spec.addStores(target));
  }

  private static List<StoredPartition> stored(TestDriver.Finished finished) {
    return finished.message().getStoredList();
  }

  private static TaskInput.Builder kept(int partition, Integer... holders) {
    return TaskInput.newBuilder()
        .setStored(
            StoredInput.newBuilder()
                .setDatasetId(DATASET)
                .setPartition(partition)
                .addAllHolders(List.of(holders)));
  }

  private PipelineBuilder collect() {
    return JobBuilder.from(SourceKind.STORED).sink(SinkKind.COLLECT, null);
  }

  private PipelineBuilder pulled() {
    FlatMapFunction<Iterator<Object>, Object> same = records -> records;
    return JobBuilder.from(SourceKind.STORED)
        .apply(Operator.MAP_PARTITIONS, same)
        .sink(SinkKind.COLLECT, null);
  }

  private List<Object> read(int executor, TaskInput.Builder input) {
    task.executor = executor;
    List<Object> records = task.run(collect(), input).records();
    assertThat(task.run(pulled(), input).records()).isEqualTo(records);
    return records;
  }

  private void release() {
    for (TaskManager executor : cluster.executors) {
      executor.releaseDatasets(ReleaseDatasets.newBuilder().addDatasetIds(DATASET).build());
    }
    cluster.run();
  }

  private void assertNothingIsHeld() {
    assertThat(cluster.memory).allSatisfy(memory -> assertThat(memory.usedBytes()).isZero());
    assertThat(cluster.spill).allSatisfy(files -> assertThat(files.openFiles()).isZero());
  }

  @Test
  void keepsWhatPassesAtEveryLevelAndGivesItBack() {
    executors(1, 1 << 20);
    List<StoreTarget.Builder> levels =
        List.of(memoryOnly(0), memoryOnly(1).setDeserialized(false), memoryAndDisk(2), diskOnly(3));
    for (int i = 0; i < levels.size(); i++) {
      StoredPartition report = stored(store(levels.get(i), numbers(100))).get(0);
      assertThat(report.getDatasetId()).isEqualTo(DATASET);
      assertThat(report.getPartition()).isEqualTo(i);
      assertThat(report.getRecordCount()).isEqualTo(100);
      assertThat(report.getMemoryBytes() > 0).isEqualTo(i != 3);
      assertThat(report.getDiskBytes() > 0).isEqualTo(i == 3);
      assertThat(read(0, kept(i))).containsExactly(numbers(100));
    }
    assertThat(cluster.memory.get(0).usedBytes(Use.DATASETS)).isPositive();
    release();
    assertNothingIsHeld();
  }

  @Test
  void keepsAnEmptyPartition() {
    executors(2, 1 << 20);
    assertThat(stored(store(memoryOnly(0)))).hasSize(1);
    assertThat(read(0, kept(0, 0))).isEmpty();
    assertThat(read(1, kept(0, 0))).isEmpty();
  }

  @Test
  void objectsInMemoryAreKeptAsTheyAre() {
    cluster.addExecutors(1, 1, 1 << 20, SMALL_PAGES.withResults(TaskSettings.Results.BY_REFERENCE));
    store(memoryOnly(0), "a", "b");
    List<Object> first = task.run(collect(), kept(0)).records();
    List<Object> second = task.run(collect(), kept(0)).records();
    assertThat(first).containsExactly("a", "b");
    assertThat(second.get(0)).isSameAs(first.get(0));
  }

  @Test
  void whatIsKeptIsNotStoredAgain() {
    executors(1, 1 << 20);
    List<StoredPartition> first = stored(store(memoryOnly(0), numbers(50)));
    long usedBytes = cluster.memory.get(0).usedBytes();
    assertThat(stored(store(memoryOnly(0), numbers(50)))).isEqualTo(first);
    assertThat(cluster.memory.get(0).usedBytes()).isEqualTo(usedBytes);
  }

  @Test
  void aTaskThatEndsEarlyKeepsNothing() {
    executors(1, 1 << 20);
    TestDriver.Finished taken =
        task.run(
            storing().root().sink(SinkKind.TAKE, null),
            task.records(numbers(10_000)),
            spec -> spec.setArgument("3").addStores(memoryOnly(0)));
    assertThat(taken.records()).containsExactly(0, 1, 2);
    assertThat(stored(taken)).isEmpty();
    assertNothingIsHeld();
    assertThat(task.fail(collect(), kept(0)).getErrorCode())
        .isEqualTo(ErrorCode.STORED_PARTITION_LOST.number());
  }

  @Test
  void aChildOfAZipThatIsNotReadToItsEndIsNotKept() {
    executors(1, 1 << 20);
    FlatMapFunction<List<Iterator<Object>>, Object> firstOnly =
        inputs -> {
          List<Object> all = new ArrayList<>();
          inputs.get(0).forEachRemaining(all::add);
          inputs.get(1).next();
          return all.iterator();
        };
    PipeTree tree = PipeTree.zip(functions, firstOnly, storing(), storing());
    TestDriver.Finished finished =
        task.run(
            tree.root().sink(SinkKind.COUNT, null),
            zipped(task.records(numbers(9_000)), task.records(numbers(9_000))),
            spec -> spec.addStores(memoryOnly(0)).addStores(memoryOnly(1)));
    assertThat(finished.records()).containsExactly(9_000L);
    assertThat(stored(finished)).extracting(StoredPartition::getPartition).containsExactly(0);
  }

  @Test
  void eachPieceOfAConcatIsKeptUnderItsOwnName() {
    executors(1, 1 << 20);
    PipeTree tree =
        PipeTree.of(functions, SourceKind.CONCAT, storing(), storing())
            .apply("STORE", null)
            .apply(Operator.MAP, (Function<Integer, Integer>) x -> x + 1)
            .apply("STORE", null);
    TestDriver.Finished finished =
        task.run(
            tree.root().sink(SinkKind.COLLECT, null),
            concat(
                piece(1, task.records(1, 2)), piece(0, task.records(3)), piece(1, task.records(4))),
            spec -> {
              for (int partition : List.of(10, 11, 12, 13, 14)) {
                spec.addStores(memoryOnly(partition));
              }
            });
    assertThat(finished.records()).containsExactly(2, 3, 4, 5);
    assertThat(stored(finished)).hasSize(5);
    assertThat(read(0, kept(10))).containsExactly(1, 2);
    assertThat(read(0, kept(11))).containsExactly(3);
    assertThat(read(0, kept(12))).containsExactly(4);
    assertThat(read(0, kept(13))).containsExactly(1, 2, 3, 4);
    assertThat(read(0, kept(14))).containsExactly(2, 3, 4, 5);
  }

  @Test
  void aPartitionIsKeptThatAFunctionPulls() {
    executors(1, 1 << 20);
    FlatMapFunction<Iterator<Object>, Object> same = records -> records;
    PipeTree tree = storing().apply(Operator.MAP_PARTITIONS, same).apply("STORE", null);
    TestDriver.Finished finished =
        task.run(
            tree.root().sink(SinkKind.COUNT, null),
            task.records(numbers(9_000)),
            spec -> spec.addStores(diskOnly(0)).addStores(memoryOnly(1)));
    assertThat(stored(finished)).hasSize(2);
    assertThat(read(0, kept(0))).containsExactly(numbers(9_000));
    assertThat(read(0, kept(1))).containsExactly(numbers(9_000));
  }

  @Test
  void whatFindsNoMemoryIsGivenUpInSilence() {
    executors(1, 4_000);
    TestDriver.Finished finished = store(memoryOnly(0), numbers(5_000));
    assertThat(finished.records()).containsExactly(5_000L);
    assertThat(stored(finished)).isEmpty();
    assertNothingIsHeld();
  }

  @Test
  void whatFindsNoMemoryGoesToDiskWhenTheLevelSaysSo() {
    executors(1, 4_000);
    StoredPartition report = stored(store(memoryAndDisk(0), numbers(5_000))).get(0);
    assertThat(report.getMemoryBytes()).isPositive();
    assertThat(report.getDiskBytes()).isPositive();
    assertThat(cluster.executor(0).spilledBytes()).isEqualTo(report.getDiskBytes());
    assertThat(read(0, kept(0))).containsExactly(numbers(5_000));
    release();
    assertNothingIsHeld();
  }

  @Test
  void aFullDiskFailsNoTask() {
    executors(1, 4_000);
    cluster.spill.get(0).fill();
    TestDriver.Finished finished = store(diskOnly(0), numbers(5_000));
    assertThat(finished.records()).containsExactly(5_000L);
    assertThat(stored(finished)).isEmpty();
    assertNothingIsHeld();
  }

  @Test
  void readsFromAnotherExecutorPageByPage() {
    executors(2, 1 << 20);
    store(memoryOnly(0), numbers(500));
    store(diskOnly(1), numbers(500));
    assertThat(read(1, kept(0, 0))).containsExactly(numbers(500));
    assertThat(read(1, kept(1, 0))).containsExactly(numbers(500));
    assertThat(cluster.network.sent())
        .filteredOn(Envelope::hasFetchedPartition)
        .hasSizeGreaterThan(8);
  }

  @Test
  void turnsToTheNextHolderWhenOneHasNothingIsLostOrSaysNothing() {
    executors(5, 1 << 20);
    task.executor = 4;
    store(memoryAndDisk(0), numbers(100));
    living(0, 1, 3, 4);
    AtomicInteger asked = new AtomicInteger();
    cluster.network.lose(message -> message.hasFetchPartition() && asked.getAndIncrement() == 1);
    task.executor = 0;
    task.start(collect(), kept(0, 0, 1, 2, 3, 4), "");
    cluster.time.advance(999);
    assertThat(cluster.driver.finished()).hasSize(1);
    cluster.time.advance(1);
    assertThat(cluster.driver.finished().get(1).records()).containsExactly(numbers(100));
  }

  @Test
  void goesOnWithTheNextHolderWhereTheFirstOneFailed() {
    executors(3, 1 << 20);
    task.executor = 1;
    store(memoryOnly(0), numbers(400));
    task.executor = 2;
    store(memoryAndDisk(0), numbers(400)); // other pages
    AtomicInteger asked = new AtomicInteger();
    cluster.network.lose(
        message ->
            message.hasFetchPartition()
                && message.getFetchPartition().getPage() == 9
                && asked.getAndIncrement() == 0);
    task.executor = 0;
    task.start(collect(), kept(0, 1, 2), "");
    cluster.time.advance(1_000);
    assertThat(asked).hasValue(2);
    assertThat(cluster.driver.finished().get(2).records()).containsExactly(numbers(400));
    assertThat(cluster.driver.finished().get(2).message().getMetrics().getRecordsIn())
        .isEqualTo(400);
  }

  @Test
  void saysWhyAPartitionIsLost() {
    executors(3, 1 << 20);
    living(0, 1);
    TaskFailed failed = task.fail(collect(), kept(3, 0, 1, 2));
    assertThat(failed.getErrorCode()).isEqualTo(ErrorCode.STORED_PARTITION_LOST.number());
    assertThat(failed.getMessage())
        .contains("partition 3 of dataset 7", "executor 1 does not hold it", "executor 2 is lost");
  }

  @Test
  void aHolderThatLeavesWhileItIsAskedIsNotWaitedFor() {
    executors(2, 1 << 20);
    cluster.network.lose(Envelope::hasFetchPartition);
    task.start(collect(), kept(0, 1), "");
    while (cluster.network.sent().isEmpty()) {
      cluster.time.step();
    }
    long before = cluster.time.nowMs();
    living(0);
    assertThat(cluster.driver.failed()).hasSize(1);
    assertThat(cluster.time.nowMs()).isEqualTo(before);
  }

  @Test
  void aTaskThatEndsAfterItsDatasetWasReleasedKeepsNothing() {
    executors(1, 1 << 20);
    task.start(
        storing().root().sink(SinkKind.COUNT, null),
        task.records(numbers(100)),
        spec -> spec.addStores(memoryOnly(0)));
    release();
    assertThat(stored(cluster.driver.finished().get(0))).isEmpty();
    assertNothingIsHeld();
  }

  @Test
  void aCopyGoesToAPeer() {
    executors(3, 1 << 20);
    StoredPartition report = stored(store(memoryOnly(1).setReplication(2), numbers(300))).get(0);
    assertThat(report.getCopiesList()).hasSize(1);
    int peer = report.getCopies(0);
    assertThat(peer).isNotZero();
    cluster.network.lose(Envelope::hasFetchPartition);
    assertThat(read(peer, kept(1))).containsExactly(numbers(300));
    release();
    assertNothingIsHeld();
  }

  @Test
  void aCopyGoesToTheNextPeerWhenOneIsLostOrHasNoRoom() {
    executors(2, 1 << 20);
    cluster.addExecutors(1, 1, 4_000, SMALL_PAGES);
    cluster.addExecutors(1, 1, 1 << 20, SMALL_PAGES);
    living(0, 1, 2, 3);
    AtomicInteger asked = new AtomicInteger();
    cluster.network.lose(message -> message.hasCopyPartition() && asked.getAndIncrement() == 0);
    StoreTarget.Builder target = memoryOnly(0).setReplication(2).setDeserialized(false);
    task.start(
        storing().root().sink(SinkKind.COUNT, null),
        task.records(numbers(5_000)),
        spec -> spec.addStores(target));
    cluster.run();
    assertThat(cluster.driver.finished()).isEmpty();
    cluster.time.advance(1_000);
    assertThat(stored(cluster.driver.finished().get(0)).get(0).getCopiesList()).containsExactly(3);
    assertThat(cluster.memory.get(1).usedBytes()).isZero();
    assertThat(cluster.memory.get(2).usedBytes()).isZero();
  }

  @Test
  void aPartitionIsKeptWithoutACopyWhenNobodyCanHoldOne() {
    executors(1, 1 << 20);
    StoredPartition report = stored(store(memoryOnly(0).setReplication(2), 1)).get(0);
    assertThat(report.getCopiesList()).isEmpty();
  }

  @Test
  void aTaskThatFailsKeepsNothingOfWhatItHadNotStoredToTheEnd() {
    executors(1, 1 << 20);
    PipeTree tree =
        PipeTree.of(functions, SourceKind.CONCAT, storing())
            .apply(
                Operator.MAP,
                (Function<Integer, Integer>)
                    x -> {
                      if (x == 8_000) {
                        throw new IllegalArgumentException("no more");
                      }
                      return x;
                    });
    TaskInput.Builder input =
        concat(piece(0, task.records(1)), piece(0, task.records(numbers(9_000))));
    task.start(
        tree.root().sink(SinkKind.COUNT, null),
        input,
        spec -> spec.addStores(memoryOnly(0)).addStores(memoryAndDisk(1)));
    cluster.run();
    assertThat(cluster.driver.failed()).hasSize(1);
    assertThat(read(0, kept(0))).containsExactly(1);
    assertThat(task.fail(collect(), kept(1)).getErrorCode())
        .isEqualTo(ErrorCode.STORED_PARTITION_LOST.number());
    release();
    assertNothingIsHeld();
  }

  @Test
  void aJobThatEndsLeavesNothingHalfStored() {
    executors(1, 1 << 20);
    cluster.addTextBlock(0, "a");
    cluster.addTextBlock(1, "b");
    cluster.hold(1);
    PipeTree child = PipeTree.of(functions, SourceKind.BLOCKS).apply("STORE", null);
    PipeTree tree = PipeTree.of(functions, SourceKind.CONCAT, child).apply("STORE", null);
    task.start(
        tree.root().sink(SinkKind.COUNT, null),
        concat(piece(0, WordCount.block(0)), piece(0, WordCount.block(1))),
        spec ->
            spec.addStores(memoryAndDisk(0)).addStores(memoryAndDisk(1)).addStores(memoryOnly(2)));
    cluster.run();
    cluster.executor(0).endJob(EndJob.newBuilder().setJobId(1).build());
    cluster.run();
    assertThat(cluster.executor(0).runningTasks()).isZero();
    assertThat(task.run(collect(), kept(0)).records()).containsExactly("a");
    release();
    assertNothingIsHeld();
  }
}
