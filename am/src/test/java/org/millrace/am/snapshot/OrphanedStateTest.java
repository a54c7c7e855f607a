package org.millrace.am.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.millrace.checkpoint.files.FakeDurableFiles;
import org.millrace.checkpoint.runtime.SimulatedTime;

class OrphanedStateTest {
  private static final String STATE = "/checkpoint/state/";
  private static final long EPOCH = 3;

  private final SimulatedTime time = SimulatedTime.inOrder();
  private final FakeDurableFiles files = new FakeDurableFiles(time.blockingWork(), time);

  private void put(String... paths) {
    for (String path : paths) {
      CompletableFuture<?> made =
          files.makeDirectories(STATE + path.substring(0, path.indexOf('/')));
      time.runUntilIdle();
      made.join();
      files.put(STATE + path, new byte[1]);
    }
  }

  private List<String> sweep(Set<String> named) {
    CompletableFuture<List<String>> swept =
        new OrphanedState(files, time.loop("driver"), "/checkpoint", EPOCH, () -> named).sweep();
    time.runUntilIdle();
    return swept.join();
  }

  private boolean isThere(String path) {
    CompletableFuture<Boolean> there =
        files.status(STATE + path).thenApply(java.util.Optional::isPresent);
    time.runUntilIdle();
    return there.join();
  }

  @Test
  void deletesWhatNoSnapshotNamesInEpochsBefore() {
    put("e000001-000001/old", "e000002-000001/named", "e000002-000001/half", "e000003-000001/new");
    put("e000004-000001/later", "mine/file");

    List<String> gone = sweep(Set.of("hdfs://name" + STATE + "e000002-000001/named"));

    assertThat(gone)
        .containsExactlyInAnyOrder(STATE + "e000001-000001", STATE + "e000002-000001/half");
    assertThat(isThere("e000001-000001")).isFalse();
    assertThat(isThere("e000002-000001/half")).isFalse();
    assertThat(isThere("e000002-000001/named")).isTrue();
    assertThat(isThere("e000003-000001/new")).as("of this epoch").isTrue();
    assertThat(isThere("e000004-000001/later")).as("of one that is not known").isTrue();
    assertThat(isThere("mine/file")).as("not ours").isTrue();
  }

  @Test
  void findsNothingWhereThereWasNeverState() {
    assertThat(sweep(Set.of())).isEmpty();
  }
}
