package org.millrace.am.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.millrace.am.dataset.DatasetRegistry;
import org.millrace.am.dataset.StateRegistry;
import org.millrace.am.log.FakeJournal;
import org.millrace.api.HashPartitioner;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.graph.EmptyNode;
import org.millrace.api.graph.StateNode;
import org.millrace.api.graph.StateNode.StateIdentity;
import org.millrace.api.graph.StateOperation;
import org.millrace.api.streaming.Time;
import org.millrace.checkpoint.files.FakeDurableFiles;
import org.millrace.checkpoint.log.DriverEvent.SectionPlace;
import org.millrace.checkpoint.log.DriverEvent.SnapshotTaken;
import org.millrace.checkpoint.log.DriverEvent.StatePartition;
import org.millrace.checkpoint.runtime.SimulatedTime;
import org.millrace.runner.wire.proto.RestoreState;
import org.millrace.runner.wire.proto.SnapshotPartition;
import org.millrace.runner.wire.proto.SnapshotWritten;
import org.millrace.runner.wire.proto.StateRestored;
import org.millrace.runner.wire.proto.StateVersion;
import org.millrace.runner.wire.proto.TakeSnapshot;
import org.millrace.runner.wire.proto.WrittenSection;

/** Two executors, each with one of two partitions of a state; batches of one second. */
class SnapshotCoordinatorTest {
  private static final int STATE = 5;

  private final SimulatedTime time = SimulatedTime.inOrder();
  private final FakeDurableFiles files = new FakeDurableFiles(time.blockingWork(), time);
  private final FakeJournal journal = new FakeJournal();
  private final StateRegistry states = new StateRegistry();
  private final StateLineage lineage = new StateLineage();
  private final SentMessages pool = new SentMessages(2);
  private final List<MillraceException> failures = new ArrayList<>();
  private SnapshotCoordinator coordinator;
  private StateRestorer restorer;

  @BeforeEach
  void coordinator() {
    coordinator = with(0);
    CompletableFuture<?> made =
        CompletableFuture.allOf(
            files.makeDirectories("/checkpoint/state/e000003-000001"),
            files.makeDirectories("/checkpoint/state/e000003-000002"));
    time.runUntilIdle();
    made.join();
  }

  private SnapshotCoordinator with(long lookBackMs) {
    SnapshotCoordinator made =
        new SnapshotCoordinator(
            new SnapshotCoordinator.Services(
                pool, states, new DatasetRegistry(), lineage, journal, files, time),
            new SnapshotCoordinator.Settings(
                "/checkpoint",
                "application",
                3,
                4_000,
                10_000,
                lookBackMs,
                ByteString.EMPTY,
                false),
            failures::add);
    restorer =
        new StateRestorer(
            pool,
            (id, versions) -> states.onApplied(id, versions),
            made,
            new Standbys(pool, states, ByteString.EMPTY),
            ByteString.EMPTY);
    return made;
  }

  /** A batch changes the state on both executors and is committed. */
  private void batch(long timeMs) {
    lineage.add(
        new StateNode(
            new StateIdentity(
                STATE,
                new StateOperation.UpdateByKey((at, key, values, before) -> before),
                new HashPartitioner(2),
                new Time(0)),
            new EmptyNode(),
            Optional.empty(),
            new Time(timeMs),
            timeMs == 1_000 ? Optional.empty() : Optional.of(new Time(timeMs - 1_000)),
            "state"));
    lineage.onCompleted(timeMs);
    for (int partition = 0; partition < 2; partition++) {
      states.onApplied(partition + 1, List.of(version(partition, timeMs)));
    }
    time.advance(1_000);
    coordinator.onCommitted(timeMs);
  }

  private static StateVersion version(int partition, long timeMs) {
    return StateVersion.newBuilder()
        .setStateId(STATE)
        .setPartition(partition)
        .setVersionMs(timeMs)
        .build();
  }

  private TakeSnapshot asked(int executorId) {
    return pool.last(executorId).getTakeSnapshot();
  }

  /** The executor writes what it was asked for. */
  private SnapshotWritten written(int executorId, long bytes) {
    TakeSnapshot message = asked(executorId);
    SnapshotPartition partition = message.getPartitions(0);
    String path = message.getDirectory() + "/" + message.getFile();
    files.put(path, new byte[1]);
    return SnapshotWritten.newBuilder()
        .setSnapshotId(message.getSnapshotId())
        .setPath(path)
        .setFileBytes(bytes + 100)
        .addSections(
            WrittenSection.newBuilder()
                .setStateId(STATE)
                .setPartition(partition.getPartition())
                .setVersionMs(partition.getVersionMs())
                .setContinuesMs(partition.getContinuesMs())
                .setIsDelta(partition.getContinuesMs() >= 0)
                .setBytes(bytes))
        .build();
  }

  private void snapshot(long bytes) {
    coordinator.onWritten(1, written(1, bytes));
    coordinator.onWritten(2, written(2, bytes));
    time.runUntilIdle();
  }

  private List<SnapshotTaken> taken() {
    return journal.events().stream().map(SnapshotTaken.class::cast).toList();
  }

  private static List<Long> bytes(SnapshotTaken snapshot, int partition) {
    StatePartition part = snapshot.partitions().get(partition);
    return part.sections().stream().map(SectionPlace::bytes).toList();
  }

  @Test
  void takesTheFirstAtOnceAndOthersAfterTheInterval() {
    batch(1_000);
    assertThat(asked(1).getVersionMs()).isEqualTo(1_000);
    assertThat(asked(1).getDirectory()).isEqualTo("/checkpoint/state/e000003-000001");
    assertThat(asked(1).getPartitions(0).getContinuesMs()).isEqualTo(-1);
    assertThat(asked(2).getDelayMs()).isEqualTo(500);
    coordinator.onWritten(1, written(1, 1_000));
    assertThat(taken()).isEmpty();
    coordinator.onWritten(2, written(2, 1_000));
    assertThat(taken()).singleElement().extracting(SnapshotTaken::versionMs).isEqualTo(1_000L);
    assertThat(coordinator.recoveryPointMs()).isEqualTo(1_000);
    for (long timeMs = 2_000; timeMs < 5_000; timeMs += 1_000) {
      batch(timeMs);
      assertThat(pool.count(1)).isEqualTo(1);
    }
    batch(5_000);
    assertThat(asked(1).getVersionMs()).isEqualTo(5_000);
    assertThat(asked(1).getPartitions(0).getContinuesMs()).isEqualTo(1_000);
  }

  @Test
  void changesFollowEverythingUntilTheyOutweighIt() {
    List<List<Long>> chains = new ArrayList<>();
    for (long timeMs = 1_000; timeMs <= 29_000; timeMs += 4_000) {
      for (long at = timeMs; at < timeMs + 4_000; at += 1_000) {
        batch(at);
      }
      boolean everything = asked(1).getPartitions(0).getContinuesMs() < 0;
      snapshot(everything ? 1_000 : 200);
      chains.add(bytes(taken().get(taken().size() - 1), 0));
    }
    assertThat(chains.subList(0, 5))
        .containsExactly(
            List.of(1_000L),
            List.of(1_000L, 200L),
            List.of(1_000L, 200L, 200L),
            List.of(1_000L, 200L, 200L, 200L),
            List.of(1_000L));
    List<String> named =
        coordinator.newest().orElseThrow().files().stream().map(file -> file.path()).toList();
    List<String> there = new ArrayList<>();
    for (String executor : List.of("e000003-000001", "e000003-000002")) {
      CompletableFuture<Void> listed =
          files
              .list("/checkpoint/state/" + executor)
              .thenAccept(all -> all.forEach(file -> there.add(file.path())));
      time.runUntilIdle();
      listed.join();
    }
    assertThat(there).containsExactlyInAnyOrderElementsOf(named);
  }

  @Test
  void oneThatIsGivenUpIsWhatTheNextGoesOnFrom() {
    batch(1_000);
    snapshot(1_000);
    for (long timeMs = 2_000; timeMs <= 5_000; timeMs += 1_000) {
      batch(timeMs);
    }
    coordinator.onWritten(1, written(1, 10));
    coordinator.onExecutorLost(2);
    assertThat(taken()).hasSize(1);
    for (long timeMs = 6_000; timeMs <= 9_000; timeMs += 1_000) {
      batch(timeMs);
    }
    assertThat(asked(1).getPartitions(0).getContinuesMs()).isEqualTo(5_000);
    assertThat(asked(2).getPartitions(0).getContinuesMs()).isEqualTo(1_000);
    snapshot(20);
    assertThat(bytes(taken().get(1), 0)).containsExactly(1_000L, 10L, 20L);
    assertThat(bytes(taken().get(1), 1)).containsExactly(1_000L, 20L);
  }

  @Test
  void anExecutorThatNeverAnswersDoesNotBlockTheNextSnapshot() {
    batch(1_000);
    coordinator.onWritten(1, written(1, 1_000));
    for (long timeMs = 2_000; timeMs <= 10_000; timeMs += 1_000) {
      batch(timeMs);
    }
    assertThat(pool.count(1)).isEqualTo(1);
    SnapshotWritten late = written(2, 1_000);

    batch(11_000);

    assertThat(coordinator.status().failure())
        .contains("batch 1000 ms")
        .contains("executors [2]")
        .contains("millrace.checkpoint.snapshotTimeout");
    assertThat(asked(1).getVersionMs()).isEqualTo(11_000);
    coordinator.onWritten(2, late);
    assertThat(taken()).isEmpty();
    snapshot(20);
    batch(12_000);
    assertThat(coordinator.status().failure()).isEmpty();
    assertThat(taken()).singleElement().extracting(SnapshotTaken::versionMs).isEqualTo(11_000L);
  }

  @Test
  void keepsTheSnapshotThatViewsAreLookedBackFrom() {
    coordinator = with(6_000);
    for (long timeMs = 1_000; timeMs <= 9_000; timeMs += 1_000) {
      batch(timeMs);
      if (timeMs % 4_000 == 1_000) {
        snapshot(1_000);
      }
    }
    assertThat(taken())
        .extracting(SnapshotTaken::versionMs)
        .containsExactly(1_000L, 5_000L, 9_000L);
    assertThat(coordinator.recoveryPointMs()).isEqualTo(1_000);
    batch(10_000);
    batch(11_000);
    assertThat(coordinator.recoveryPointMs()).isEqualTo(5_000);
  }

  @Test
  void aValueThatCannotBeStoredEndsTheApplicationAndAFullDiskDoesNot() {
    batch(1_000);
    coordinator.onWritten(1, failed(ErrorCode.STORAGE_FAILED));
    assertThat(failures).isEmpty();
    assertThat(coordinator.status().failure()).contains("batch 1000 ms").endsWith("STORAGE_FAILED");
    for (long timeMs = 2_000; timeMs <= 5_000; timeMs += 1_000) {
      batch(timeMs);
    }
    coordinator.onWritten(1, failed(ErrorCode.STATE_TYPE_REFUSED));
    assertThat(failures)
        .singleElement()
        .extracting(MillraceException::code)
        .isEqualTo(ErrorCode.STATE_TYPE_REFUSED);
  }

  private SnapshotWritten failed(ErrorCode code) {
    return SnapshotWritten.newBuilder()
        .setSnapshotId(asked(1).getSnapshotId())
        .setErrorCode(code.number())
        .setError(code.name())
        .build();
  }

  @Test
  void restoresEachPartitionSomewhereAndGoesOnFromThere() {
    batch(1_000);
    snapshot(1_000);
    SnapshotTaken snapshot = coordinator.newest().orElseThrow();
    CompletableFuture<Void> restored =
        restorer.restore(snapshot, Map.of(STATE, new HashPartitioner(2)));
    for (int executorId = 1; executorId <= 2; executorId++) {
      RestoreState message = pool.last(executorId).getRestoreState();
      assertThat(message.getPartitionsCount()).isEqualTo(1);
      assertThat(message.getPartitions(0).getVersionMs()).isEqualTo(1_000);
      assertThat(message.getPartitions(0).getPartitioner()).isEqualTo(ByteString.EMPTY);
      assertThat(restored).isNotDone();
      restorer.onRestored(
          executorId,
          StateRestored.newBuilder()
              .setRequest(message.getRequest())
              .addStates(version(message.getPartitions(0).getPartition(), 1_000))
              .build());
    }
    assertThat(restored).isCompleted();
    assertThat(states.home(STATE, 1))
        .hasValueSatisfying(home -> assertThat(home.versionMs()).isEqualTo(1_000));
  }

  @Test
  void readsAllPartitionsWhenThereIsAnotherNumberOfThem() {
    batch(1_000);
    snapshot(1_000);
    CompletableFuture<Void> restored =
        restorer.restore(coordinator.newest().orElseThrow(), Map.of(STATE, new HashPartitioner(3)));
    assertThat(restored).isNotDone();
    RestoreState message = pool.last(1).getRestoreState();
    assertThat(message.getPartitionsList())
        .allSatisfy(part -> assertThat(part.getChainsCount()).isEqualTo(2))
        .allSatisfy(part -> assertThat(part.getPartitioner().isEmpty()).isFalse());
  }

  @Test
  void aRestoreFailsAsTheExecutorSaysThatItDid() {
    batch(1_000);
    snapshot(1_000);
    CompletableFuture<Void> restored =
        restorer.restore(coordinator.newest().orElseThrow(), Map.of(STATE, new HashPartitioner(2)));
    for (int executorId = 1; executorId <= 2; executorId++) {
      restorer.onRestored(
          executorId,
          StateRestored.newBuilder()
              .setRequest(pool.last(executorId).getRestoreState().getRequest())
              .setErrorCode(ErrorCode.STORAGE_FAILED.number())
              .setError("no DataNode")
              .build());
    }
    assertThat(failureOf(restored).code()).isEqualTo(ErrorCode.STORAGE_FAILED);
    assertThat(failureOf(restored)).hasMessageContaining("no DataNode");
  }

  private static MillraceException failureOf(CompletableFuture<Void> restored) {
    return (MillraceException) restored.handle((none, failure) -> failure).join();
  }

  @Test
  void aRestoreWaitsForAnExecutorWhileNobodyLives() {
    batch(1_000);
    snapshot(1_000);
    SnapshotTaken snapshot = coordinator.newest().orElseThrow();
    pool.lose(1);
    pool.lose(2);
    CompletableFuture<Void> restored =
        restorer.restore(snapshot, Map.of(STATE, new HashPartitioner(2)));
    assertThat(restored).isNotDone();

    pool.join(3);
    restorer.onExecutorJoined();
    RestoreState message = pool.last(3).getRestoreState();
    assertThat(message.getPartitionsCount()).isEqualTo(2);
    restorer.onRestored(
        3,
        StateRestored.newBuilder()
            .setRequest(message.getRequest())
            .addStates(version(0, 1_000))
            .addStates(version(1, 1_000))
            .build());
    assertThat(restored).isCompleted();
    pool.join(4);
    restorer.onExecutorJoined();
    assertThat(pool.count(4)).isZero();
  }

  @Test
  void aRestoreThatWaitsForAnExecutorEndsWithTheContext() {
    batch(1_000);
    snapshot(1_000);
    SnapshotTaken snapshot = coordinator.newest().orElseThrow();
    pool.lose(1);
    pool.lose(2);
    CompletableFuture<Void> waiting =
        restorer.restore(snapshot, Map.of(STATE, new HashPartitioner(2)));
    restorer.stop();

    assertThat(failureOf(waiting).code()).isEqualTo(ErrorCode.ALREADY_STOPPED);
    CompletableFuture<Void> later =
        restorer.restore(snapshot, Map.of(STATE, new HashPartitioner(2)));
    assertThat(failureOf(later).code()).isEqualTo(ErrorCode.ALREADY_STOPPED);
  }

  @Test
  void aRestoreWhoseExecutorIsLostFailsWhenTheOthersHaveAnswered() {
    batch(1_000);
    snapshot(1_000);
    CompletableFuture<Void> restored =
        restorer.restore(coordinator.newest().orElseThrow(), Map.of(STATE, new HashPartitioner(2)));
    restorer.onExecutorLost(2);
    assertThat(restored).isNotDone();

    RestoreState message = pool.last(1).getRestoreState();
    restorer.onRestored(
        1,
        StateRestored.newBuilder()
            .setRequest(message.getRequest())
            .addStates(version(message.getPartitions(0).getPartition(), 1_000))
            .build());
    assertThat(failureOf(restored).code()).isEqualTo(ErrorCode.STATE_VERSION_LOST);
    assertThat(failureOf(restored)).hasMessageContaining("executor 2 was lost");
  }
}
