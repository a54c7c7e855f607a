package org.millrace.am.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.millrace.am.dataset.DatasetRegistry;
import org.millrace.am.dataset.Residents;
import org.millrace.am.dataset.StateRecovery;
import org.millrace.am.dataset.StateRegistry;
import org.millrace.am.log.FakeJournal;
import org.millrace.api.HashPartitioner;
import org.millrace.checkpoint.files.FakeDurableFiles;
import org.millrace.checkpoint.log.DriverEvent.SectionPlace;
import org.millrace.checkpoint.log.DriverEvent.SnapshotTaken;
import org.millrace.checkpoint.log.DriverEvent.StateFile;
import org.millrace.checkpoint.log.DriverEvent.StatePartition;
import org.millrace.checkpoint.runtime.SimulatedTime;
import org.millrace.runner.wire.proto.RestorePartition;
import org.millrace.runner.wire.proto.RestoreState;
import org.millrace.runner.wire.proto.StandBy;
import org.millrace.runner.wire.proto.StandbyHeld;
import org.millrace.runner.wire.proto.StandbyPartition;
import org.millrace.runner.wire.proto.StateRestored;
import org.millrace.runner.wire.proto.StateVersion;

/** Three executors, each the home of one of three partitions of a state. */
class StandbysTest {
  private static final int STATE = 5;

  private final SimulatedTime time = SimulatedTime.inOrder();
  private final SentMessages pool = new SentMessages(3);
  private final StateRegistry states = new StateRegistry();
  private final Residents residents =
      new Residents(new DatasetRegistry(), states, StateRecovery.NONE);
  private final Standbys standbys = new Standbys(pool, states, ByteString.EMPTY);
  private final StateRestorer restorer =
      new StateRestorer(
          pool,
          (id, versions) -> states.onApplied(id, versions),
          new SnapshotCoordinator(
              new SnapshotCoordinator.Services(
                  pool,
                  states,
                  new DatasetRegistry(),
                  new StateLineage(),
                  new FakeJournal(),
                  new FakeDurableFiles(time.blockingWork(), time),
                  time),
              new SnapshotCoordinator.Settings(
                  "/checkpoint", "application", 3, 4_000, 10_000, 0, ByteString.EMPTY, true),
              failure -> {
                throw failure;
              }),
          standbys,
          ByteString.EMPTY);

  @BeforeEach
  void homes() {
    for (int partition = 0; partition < 3; partition++) {
      states.onApplied(partition + 1, List.of(version(partition, 1_000)));
    }
  }

  private static StateVersion version(int partition, long timeMs) {
    return StateVersion.newBuilder()
        .setStateId(STATE)
        .setPartition(partition)
        .setVersionMs(timeMs)
        .build();
  }

  /** A file with everything, and others with what changed since; a section for each partition. */
  private static SnapshotTaken snapshot(int sections) {
    List<StateFile> files = new ArrayList<>();
    List<StatePartition> partitions = new ArrayList<>();
    files.add(new StateFile("/state/of-others", 1_000));
    for (int file = 1; file <= sections; file++) {
      files.add(new StateFile("/state/" + file, 1_000));
    }
    for (int partition = 0; partition < 3; partition++) {
      List<SectionPlace> places = new ArrayList<>();
      for (int file = 1; file <= sections; file++) {
        places.add(new SectionPlace(file, partition, 100));
      }
      partitions.add(new StatePartition(STATE, partition, 3, 1_000L * sections, places));
    }
    return new SnapshotTaken(1_000L * sections, 0, files, partitions);
  }

  private List<Integer> told(int executorId) {
    return pool.last(executorId).getStandBy().getPartitionsList().stream()
        .map(StandbyPartition::getPartition)
        .toList();
  }

  private void held(int executorId, Integer... partitions) {
    StandbyHeld.Builder message = StandbyHeld.newBuilder().setBytes(100L * partitions.length);
    for (int partition : partitions) {
      message.addStateIds(STATE).addPartitions(partition);
    }
    standbys.onHeld(executorId, message.build());
  }

  /** A snapshot is durable, and all have read it. */
  private void standBy() {
    standbys.onTaken(snapshot(1));
    assertThat(List.of(told(1), told(2), told(3)))
        .containsExactly(List.of(2), List.of(0), List.of(1));
    held(1, 2);
    held(2, 0);
    held(3, 1);
  }

  private void lose(int executorId) {
    pool.lose(executorId);
    residents.onExecutorLost(executorId);
    standbys.onExecutorLost(executorId);
    restorer.onExecutorLost(executorId);
  }

  private CompletableFuture<Void> restore(Integer... partitions) {
    return restorer.restore(
        snapshot(1), Map.of(STATE, new HashPartitioner(3)), Map.of(STATE, List.of(partitions)));
  }

  private List<Integer> asked(int executorId) {
    RestoreState message = pool.last(executorId).getRestoreState();
    return message.getPartitionsList().stream().map(RestorePartition::getPartition).toList();
  }

  private void restored(int executorId, int fromStandby) {
    RestoreState message = pool.last(executorId).getRestoreState();
    StateRestored.Builder answer =
        StateRestored.newBuilder().setRequest(message.getRequest()).setFromStandby(fromStandby);
    message
        .getPartitionsList()
        .forEach(partition -> answer.addStates(version(partition.getPartition(), 1_000)));
    restorer.onRestored(executorId, answer.build());
  }

  @Test
  void tellsEachWhatToReadAndNamesFilesOnce() {
    pool.lose(3);
    standbys.onTaken(snapshot(2));
    StandBy message = pool.last(1).getStandBy();
    assertThat(message.getFilesList())
        .extracting(file -> file.getPath() + " " + file.getFileBytes())
        .containsExactly("/state/1 1000", "/state/2 1000");
    assertThat(told(1)).containsExactly(1, 2);
    assertThat(message.getPartitions(1).getFilesList()).containsExactly(0, 1);
    assertThat(message.getPartitions(1).getSectionsList()).containsExactly(2, 2);
    assertThat(told(2)).containsExactly(0);
    assertThat(pool.count(3)).isZero();
  }

  @Test
  void whoHasAnImageIsAskedAndSaysWhatCameOfIt() {
    standBy();
    lose(3);
    CompletableFuture<Void> done = restore(2);
    assertThat(asked(1)).containsExactly(2);
    restored(1, 1);
    assertThat(done).isCompleted();
    StandbyStatus status = restorer.standbyStatus();
    assertThat(status.fromStandby()).isEqualTo(1);
    assertThat(status.fromFiles()).isZero();
    assertThat(status.heldPartitions()).isEqualTo(1);
    assertThat(status.heldBytes()).isEqualTo(200);
  }

  @Test
  void anImageThatWasDroppedIsNotAskedFor() {
    standBy();
    held(1);
    lose(3);
    CompletableFuture<Void> done = restore(2, 0);
    assertThat(asked(1)).containsExactly(2);
    assertThat(asked(2)).containsExactly(0);
    restored(1, 0);
    restored(2, 1);
    assertThat(done).isCompleted();
    assertThat(restorer.standbyStatus().fromFiles()).isEqualTo(1);
  }

  @Test
  void aHomeThatIsLostTogetherWithItsStandbyComesFromFiles() {
    standBy();
    lose(1);
    lose(2);
    CompletableFuture<Void> done = restore(0, 1);
    assertThat(asked(3)).containsExactly(0, 1);
    restored(3, 1);
    assertThat(done).isCompleted();
    assertThat(restorer.standbyStatus().fromStandby()).isEqualTo(1);
    assertThat(restorer.standbyStatus().fromFiles()).isEqualTo(1);
  }

  @Test
  void theImageOfAHomeThatIsLostStaysUntilItIsUsed() {
    standBy();
    lose(3);
    standbys.onTaken(snapshot(2));
    assertThat(told(1)).containsExactly(1, 2);
    assertThat(pool.last(1).getStandBy().getPartitions(1).getSectionsCount()).isEqualTo(2);
    CompletableFuture<Void> done = restore(2);
    restored(1, 1);
    assertThat(done).isCompleted();
    standbys.onTaken(snapshot(2));
    assertThat(told(1)).containsExactly(1);
    assertThat(told(2)).containsExactly(0, 2);
  }

  @Test
  void anotherIsChosenWhenOneIsLostOrHasBecomeTheHome() {
    standBy();
    pool.join(4);
    lose(1);
    CompletableFuture<Void> done = restore(0);
    restored(2, 1);
    assertThat(done).isCompleted();
    standbys.onTaken(snapshot(2));
    assertThat(List.of(told(2), told(3), told(4)))
        .containsExactly(List.of(2), List.of(1), List.of(0));
  }

  @Test
  void keysThatAreSortedAnewHaveNoImages() {
    standBy();
    CompletableFuture<Void> done =
        restorer.restore(snapshot(1), Map.of(STATE, new HashPartitioner(2)));
    assertThat(done).isNotDone();
    assertThat(asked(1)).containsExactly(0);
    assertThat(asked(2)).containsExactly(1);
  }

  @Test
  void whoLeavesIsNotAskedAndDropsItsImages() {
    standBy();
    pool.lose(2);
    lose(3);
    pool.join(4);
    standbys.onTaken(snapshot(2));
    assertThat(pool.last(2).getStandBy().getPartitionsList()).isEmpty();
    held(2, 0);
    assertThat(standbys.holder(STATE, 0)).isEmpty();
  }
}
