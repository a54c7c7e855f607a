package org.millrace.checkpoint.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.files.FakeDurableFiles;
import org.millrace.checkpoint.files.FileStatus;
import org.millrace.checkpoint.runtime.SimulatedTime;

class EpochsTest {

  private static final String DIRECTORY = "/checkpoint/log";

  private static <T> T answer(SimulatedTime time, CompletableFuture<T> future) {
    time.runUntilIdle();
    assertThat(future).isDone();
    return future.join();
  }

  @Test
  void countsFromOne() {
    SimulatedTime time = SimulatedTime.inOrder();
    FakeDurableFiles files = new FakeDurableFiles(time.blockingWork(), time);
    Epochs epochs = new Epochs(files, DIRECTORY);
    assertThat(answer(time, epochs.claim("app", 1)))
        .isEqualTo(new EpochClaim(1, "app", 1, DIRECTORY + "/epoch-000001"));
    assertThat(answer(time, epochs.claim("app", 2)))
        .isEqualTo(new EpochClaim(2, "app", 2, DIRECTORY + "/epoch-000002"));
    assertThat(answer(time, files.list(DIRECTORY)))
        .extracting(FileStatus::name)
        .containsExactly(
            "epoch-000001", "epoch-000001.claim", "epoch-000002", "epoch-000002.claim");
  }

  @Test
  void goesOnBehindWhateverIsLeftOfAnEpoch() {
    SimulatedTime time = SimulatedTime.inOrder();
    FakeDurableFiles files = new FakeDurableFiles(time.blockingWork(), time);
    answer(time, files.makeDirectories(DIRECTORY + "/epoch-000007.sealed"));
    files.put(DIRECTORY + "/epoch-000009.claim", new byte[0]);
    files.put(DIRECTORY + "/epoch-notes.txt", new byte[0]);
    assertThat(answer(time, new Epochs(files, DIRECTORY).claim("app", 1)).epoch()).isEqualTo(10);
  }

  @Test
  void saysInTheClaimWhoOwnsTheEpoch() {
    SimulatedTime time = SimulatedTime.inOrder();
    FakeDurableFiles files = new FakeDurableFiles(time.blockingWork(), time);
    answer(time, new Epochs(files, DIRECTORY).claim("application_1_0001", 3));
    byte[] claim = files.content(DIRECTORY + "/epoch-000001.claim");
    assertThat(claim).startsWith('M', 'R', 'E', 'L');
    answer(time, files.makeDirectories("/copy"));
    files.put("/copy/segment-000000.log", claim);
    List<DriverEvent> events = new ArrayList<>();
    answer(
        time,
        EventLog.read(
            files, time.blockingWork(), "/copy", 1, 0, (position, event) -> events.add(event)));
    assertThat(events).containsExactly(new DriverEvent.EpochClaimed(1, "application_1_0001", 3));
  }

  @Test
  void givesDriversThatClaimAtTheSameTimeDifferentEpochs() {
    for (long seed = 0; seed < 50; seed++) {
      SimulatedTime time = SimulatedTime.shuffled(seed);
      FakeDurableFiles files = new FakeDurableFiles(time.blockingWork(), time);
      List<CompletableFuture<EpochClaim>> claims = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        claims.add(new Epochs(files, DIRECTORY).claim("app", i));
      }
      time.runUntilIdle();
      Set<Long> epochs = new HashSet<>();
      claims.forEach(claim -> epochs.add(claim.join().epoch()));
      assertThat(epochs).as("seed %d", seed).containsExactlyInAnyOrder(1L, 2L, 3L, 4L, 5L);
    }
  }

  @Test
  void failsWhenItsDirectoryCannotBeMade() {
    SimulatedTime time = SimulatedTime.inOrder();
    FakeDurableFiles files = new FakeDurableFiles(time.blockingWork(), time);
    files.put("/checkpoint", new byte[0]);
    CompletableFuture<EpochClaim> claim = new Epochs(files, DIRECTORY).claim("app", 1);
    time.runUntilIdle();
    assertThatThrownBy(claim::join)
        .cause()
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORAGE_FAILED))
        .hasMessageContaining(DIRECTORY);
  }
}
