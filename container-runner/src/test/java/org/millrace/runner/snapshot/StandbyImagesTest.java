package org.millrace.runner.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.millrace.runner.snapshot.StatefulExecutor.pairs;
import static org.millrace.runner.snapshot.StatefulExecutor.partition;
import static org.millrace.runner.snapshot.StatefulExecutor.place;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.millrace.checkpoint.files.FakeDurableFiles;
import org.millrace.checkpoint.runtime.SimulatedTime;
import org.millrace.runner.memory.MemoryAccountant.Use;
import org.millrace.runner.wire.proto.RestorePartition;
import org.millrace.runner.wire.proto.SnapshotWritten;
import org.millrace.runner.wire.proto.StandbyHeld;
import org.millrace.runner.wire.proto.StateChain;
import org.millrace.runner.wire.proto.StateFileSection;
import org.millrace.runner.wire.proto.StateRestored;

/**
 * A home writes snapshots of two partitions, 5,000 keys and 10 keys; another executor stands by.
 * That an image was used shows when the files are gone which it was read from.
 */
class StandbyImagesTest {
  private static final long MEMORY = 1 << 24;

  private final SimulatedTime time = SimulatedTime.inOrder();
  private final FakeDurableFiles files = new FakeDurableFiles(time.blockingWork(), time);
  private final StatefulExecutor home = new StatefulExecutor(time, files, MEMORY);
  private final StatefulExecutor standby = new StatefulExecutor(time, files, MEMORY);
  private SnapshotWritten base;
  private SnapshotWritten delta;

  /** What the partitions were at the first snapshot. */
  private List<List<Object>> before;

  @BeforeEach
  void twoSnapshots() throws Exception {
    home.run(0, 1_000, -1, pairs(0, 5_000, "a"));
    home.run(1, 1_000, -1, pairs(0, 10, "b"));
    base = home.snapshot(1, 1_000, -1, 2);
    before = List.of(home.view(0, 1_000), home.view(1, 1_000));
    home.run(0, 2_000, 1_000, pairs(4_990, 5_010, "c"));
    home.run(1, 2_000, 1_000, pairs(5, 6, "d"));
    delta = home.snapshot(2, 2_000, 1_000, 2);
  }

  private List<StateFileSection> first(int partition) {
    return List.of(place(base, partition));
  }

  private List<StateFileSection> both(int partition) {
    return List.of(place(base, partition), place(delta, partition));
  }

  private static RestorePartition wanted(int number, long versionMs, List<StateFileSection> chain) {
    return partition(number, versionMs)
        .addChains(StateChain.newBuilder().addAllSections(chain))
        .build();
  }

  private StandbyHeld standBy(List<StateFileSection> zero, List<StateFileSection> one) {
    standby.standBy(List.of(zero, one));
    time.runUntilIdle();
    return held();
  }

  private StandbyHeld held() {
    return standby.sent.remove(standby.sent.size() - 1).getStandbyHeld();
  }

  private void delete(SnapshotWritten file) {
    var deleted = files.delete(file.getPath());
    time.runUntilIdle();
    deleted.join();
  }

  /** Nobody has borrowed anything. */
  private void assertNothingIsLent() {
    long free = (long) (0.9 * MEMORY) - standby.memory.usedBytes();
    assertThat(standby.memory.tryBorrow(free)).isTrue();
    standby.memory.giveBack(free);
  }

  @Test
  void onlyWhatCameSinceIsReadWhenTheHomeIsLost() throws Exception {
    StandbyHeld held = standBy(first(0), first(1));
    assertThat(held.getPartitionsList()).containsExactly(0, 1);
    assertThat(held.getBytes()).isGreaterThan(5_000L * 64);
    assertThat(standby.memory.usedBytes()).isZero();
    delete(base);

    StateRestored restored = standby.restore(wanted(0, 2_000, both(0)), wanted(1, 2_000, both(1)));

    assertThat(restored.getError()).isEmpty();
    assertThat(restored.getFromStandby()).isEqualTo(2);
    assertThat(restored.getStates(0).getKeyCount()).isEqualTo(5_010);
    for (int i = 0; i < 2; i++) {
      assertThat(standby.view(i, 2_000)).isEqualTo(home.view(i, 2_000));
    }
    assertThat(standby.memory.usedBytes(Use.STATE)).isPositive();
    assertNothingIsLent();
    standby.run(0, 3_000, 2_000, pairs(5, 6, "e"));
    SnapshotWritten next = standby.snapshot(3, 3_000, 2_000, 1);
    assertThat(next.getSections(0).getIsDelta()).isTrue();
    assertThat(next.getSections(0).getRows()).isEqualTo(1);
  }

  @Test
  void anImageFollowsEachSnapshot() {
    standBy(first(0), first(1));
    delete(base);
    assertThat(standBy(both(0), both(1)).getPartitionsList()).containsExactly(0, 1);
    delete(delta);
    StateRestored restored = standby.restore(wanted(0, 2_000, both(0)), wanted(1, 2_000, both(1)));
    assertThat(restored.getFromStandby()).isEqualTo(2);
    assertThat(standby.view(0, 2_000)).isEqualTo(home.view(0, 2_000));
    assertThat(standby.view(1, 2_000)).isEqualTo(home.view(1, 2_000));
  }

  @Test
  void anImageOfOtherSectionsIsNotTaken() {
    standBy(both(1), both(0));
    StateRestored restored = standby.restore(wanted(0, 2_000, both(0)), wanted(1, 1_000, first(1)));
    assertThat(restored.getError()).isEmpty();
    assertThat(restored.getFromStandby()).isZero();
    assertThat(standby.view(0, 2_000)).isEqualTo(home.view(0, 2_000));
    assertThat(standby.view(1, 1_000)).isEqualTo(before.get(1));
    assertNothingIsLent();
  }

  @Test
  void anImageThatIsAheadIsNotTaken() {
    standBy(both(0), both(1));
    StateRestored restored = standby.restore(wanted(1, 1_000, first(1)));
    assertThat(restored.getFromStandby()).isZero();
    assertThat(standby.view(1, 1_000)).isEqualTo(before.get(1));
  }

  @Test
  void theLengthOfAFileIsAPartOfItsName() {
    standBy(first(0), first(1));
    StateFileSection other = first(1).get(0).toBuilder().setFileBytes(1).build();
    StateRestored restored = standby.restore(wanted(1, 1_000, List.of(other)));
    assertThat(restored.getError()).contains("1 bytes");
  }

  @Test
  void anImageBeginsAgainWhenEverythingIsWrittenAnew() throws Exception {
    standBy(both(0), both(1));
    home.run(0, 3_000, 2_000, pairs(0, 3, "f"));
    home.run(1, 3_000, 2_000, pairs(0, 3, "f"));
    SnapshotWritten anew = home.snapshot(3, 3_000, -1, 2);
    delete(base);
    delete(delta);
    standBy(List.of(place(anew, 0)), List.of(place(anew, 1)));
    delete(anew);
    StateRestored restored =
        standby.restore(
            wanted(0, 3_000, List.of(place(anew, 0))), wanted(1, 3_000, List.of(place(anew, 1))));
    assertThat(restored.getFromStandby()).isEqualTo(2);
    assertThat(standby.view(0, 3_000)).isEqualTo(home.view(0, 3_000));
    assertNothingIsLent();
  }

  @Test
  void anImageThatIsBeingReadIsWaitedFor() {
    standby.standBy(List.of(first(0), first(1)));
    StateRestored restored = standby.restore(wanted(0, 2_000, both(0)));
    assertThat(restored.getFromStandby()).isEqualTo(1);
    assertThat(standby.view(0, 2_000)).isEqualTo(home.view(0, 2_000));
    assertThat(held().getPartitionsList()).containsExactly(1);
  }

  @Test
  void anImageThatIsBeingReadFurtherThanIsWantedIsNotWaitedFor() {
    standby.standBy(List.of(both(0), first(1)));
    StateRestored restored = standby.restore(wanted(0, 1_000, first(0)));
    assertThat(restored.getFromStandby()).isZero();
    assertThat(standby.view(0, 1_000)).isEqualTo(before.get(0));
    assertThat(held().getPartitionsList()).containsExactly(1);
  }

  @Test
  void theLargestImageGoesFirstWhenMemoryIsShortAndComesBackWhenItIsNot() {
    StandbyHeld held = standBy(first(0), first(1));
    long used = MEMORY - held.getBytes() / 2;

    standby.memory.overdraw(Use.SHUFFLE, used);

    time.runUntilIdle();
    StandbyHeld left = held();
    assertThat(left.getPartitionsList()).containsExactly(1);
    assertThat(left.getBytes()).isBetween(1L, 10_000L);
    assertThat(standBy(both(0), both(1)).getPartitionsList()).containsExactly(1);
    StateRestored restored = standby.restore(wanted(0, 2_000, both(0)), wanted(1, 2_000, both(1)));
    assertThat(restored.getFromStandby()).isEqualTo(1);
    assertThat(standby.view(0, 2_000)).isEqualTo(home.view(0, 2_000));
    assertThat(standby.view(1, 2_000)).isEqualTo(home.view(1, 2_000));

    standby.memory.release(Use.SHUFFLE, used);
    assertThat(standBy(both(0), both(1)).getPartitionsList()).containsExactly(0, 1);
  }

  @Test
  void anImageThatIsBeingReadGoesToo() {
    standBy(first(0), first(1));
    standby.standBy(List.of(both(0), both(1)));
    standby.memory.overdraw(Use.BLOCKS, MEMORY);
    time.runUntilIdle();
    assertThat(held().getPartitionsCount()).isZero();
    standby.memory.release(Use.BLOCKS, MEMORY);
    assertNothingIsLent();
  }

  @Test
  void whatHasNoRoomIsGivenUpAndTakesNothing() {
    standby.memory.overdraw(Use.STATE, (long) (0.9 * MEMORY) - 50_000);
    StandbyHeld held = standBy(both(0), both(1));
    assertThat(held.getPartitionsList()).containsExactly(1);
    assertThat(held.getBytes()).isLessThan(10_000);
  }

  @Test
  void aFileThatIsGoneCostsItsImageAlone() {
    standBy(first(0), first(1));
    standby.standBy(
        List.of(
            List.of(place(base, 0), place(delta, 0).toBuilder().setPath("/gone").build()),
            both(1)));
    time.runUntilIdle();
    assertThat(held().getPartitionsList()).containsExactly(1);
    assertThat(standBy(both(0), both(1)).getPartitionsList()).containsExactly(0, 1);
  }

  @Test
  void imagesThatAreNotNamedAnyMoreAreDropped() {
    standBy(first(0), first(1));
    standby.standBy(List.of());
    time.runUntilIdle();
    assertNothingIsLent();
    StateRestored restored = standby.restore(wanted(0, 1_000, first(0)));
    assertThat(restored.getFromStandby()).isZero();
  }

  @Test
  void anotherDriverFindsNoImages() {
    standBy(first(0), first(1));
    standby.standBy(List.of(both(0), both(1)));
    standby.service.forgetDriver();
    time.runUntilIdle();
    assertThat(standby.sent).isEmpty();
    assertNothingIsLent();
    StateRestored restored = standby.restore(wanted(0, 2_000, both(0)));
    assertThat(restored.getFromStandby()).isZero();
    assertThat(standby.view(0, 2_000)).isEqualTo(home.view(0, 2_000));
  }
}
