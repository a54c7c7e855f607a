package org.millrace.am.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.files.FakeDurableFiles;
import org.millrace.checkpoint.files.FileStatus;
import org.millrace.checkpoint.log.DriverEvent;
import org.millrace.checkpoint.log.DriverEvent.ApplicationStarted;
import org.millrace.checkpoint.log.DriverEvent.BatchCommitted;
import org.millrace.checkpoint.log.DriverEvent.BatchCut;
import org.millrace.checkpoint.log.DriverEvent.CommitOutcome;
import org.millrace.checkpoint.log.DriverEvent.InputReleased;
import org.millrace.checkpoint.log.EpochClaim;
import org.millrace.checkpoint.log.Epochs;
import org.millrace.checkpoint.log.EventHistory;
import org.millrace.checkpoint.log.EventLog;
import org.millrace.checkpoint.log.EventSnapshots;
import org.millrace.checkpoint.log.FileRange;
import org.millrace.checkpoint.log.InputCut;
import org.millrace.checkpoint.log.SealedEpoch;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.checkpoint.runtime.SimulatedTime;

class SnapshotTakerTest {
  private static final long START = 1_600_000_000_000L;
  private static final int EVERY = 2_000;

  private final SimulatedTime time = SimulatedTime.inOrder();
  private final FakeDurableFiles files = new FakeDurableFiles(time.blockingWork(), time);
  private final Loop loop = time.loop("driver");
  private final EventJournal journal = new EventJournal(loop);
  private final DriverState state = new DriverState();
  private final List<MillraceException> failures = new ArrayList<>();
  private SnapshotTaker taker;
  private int refusals;

  @BeforeEach
  void open() {
    EpochClaim claim = await(new Epochs(files, "/checkpoint").claim("app", 1));
    journal.open(
        EventLog.start(
            files,
            loop,
            time,
            claim,
            0,
            EventLog.OPTIONS.withSegmentBytes(1 << 18),
            failures::add));
    journal.addState(state);
    EventSnapshots snapshots = new EventSnapshots(files, time.blockingWork(), "/checkpoint");
    SnapshotTaker.Store store =
        new SnapshotTaker.Store() {
          @Override
          public CompletableFuture<Void> write(long position, List<DriverEvent> events) {
            if (refusals-- > 0) {
              return CompletableFuture.failedFuture(
                  new MillraceException(ErrorCode.STORAGE_FAILED, "no space"));
            }
            return snapshots.write(claim.epoch(), position, events);
          }

          @Override
          public CompletableFuture<Void> release(long position) {
            return snapshots.deleteBefore(claim.epoch(), position);
          }
        };
    taker = new SnapshotTaker(journal, state, store, loop, EVERY);
    journal.addState(taker);
    loop.execute(() -> journal.append(new ApplicationStarted("name", "app", START, 1_000, 2)));
  }

  @Test
  void aRestartAfterAMillionBatchesReadsOneSnapshotAndABoundedTail() {
    int batches = Integer.getInteger("org.millrace.batches", 1_000_000);
    for (int batch = 1; batch <= batches; batch += 500) {
      run(batch, Math.min(batches + 1, batch + 500));
    }
    EventHistory history = restart();

    assertThat(failures).isEmpty();
    assertThat(history.events()).hasSizeLessThan(EVERY + 2_000);
    DriverState restarted = new DriverState();
    history.events().forEach(restarted::replay);
    assertThat(StateView.of(restarted)).isEqualTo(StateView.of(state));
    assertThat(restarted.committed()).isEqualTo(batches);
    long bytes =
        await(files.list("/checkpoint/epoch-000001")).stream()
            .mapToLong(FileStatus::lengthBytes)
            .sum();
    assertThat(bytes).isLessThan(4L << 18);
    assertThat(await(files.list("/checkpoint/snapshots"))).hasSize(1);
  }

  @Test
  void aSnapshotThatCannotBeWrittenIsTriedAgainAndTheOneBeforeCounts() {
    refusals = 2;
    run(1, 1_000);
    assertThat(taker.problem()).contains("no space");
    assertThat(restart().snapshot()).isEmpty();

    time.advance(30_000);

    assertThat(taker.problem()).isEmpty();
    assertThat(restart().snapshot()).isPresent();
    assertThat(replayed()).isEqualTo(StateView.of(state));
  }

  @Test
  void aSnapshotThatWasNotFinishedDoesNotCount() {
    run(1, 1_000);
    files.put(
        "/checkpoint/snapshots/snapshot-000001-000000099999.log.tmp", new byte[] {'M', 'R', 'E'});

    assertThat(replayed()).isEqualTo(StateView.of(state));
  }

  private StateView replayed() {
    DriverState restarted = new DriverState();
    restart().events().forEach(restarted::replay);
    return StateView.of(restarted);
  }

  /** Batches from one number to before another, all durable. */
  private void run(int from, int until) {
    loop.execute(
        () -> {
          for (int batch = from; batch < until; batch++) {
            long timeMs = START + batch * 1_000L;
            journal.append(
                new BatchCut(
                    timeMs,
                    List.of(
                        new InputCut.FilesCut(
                            0, List.of(List.of(new FileRange("/in/" + batch, 0, 10, 1))))),
                    List.of()));
            journal.append(new BatchCommitted(timeMs, CommitOutcome.COMPLETED, List.of()));
            journal.append(new InputReleased(timeMs + 1));
          }
        });
    time.advance(1_000);
  }

  private EventHistory restart() {
    return await(
        EventHistory.read(
            files,
            time.blockingWork(),
            "/checkpoint",
            List.of(new SealedEpoch(1, "/checkpoint/epoch-000001")),
            2));
  }

  private <T> T await(CompletableFuture<T> future) {
    assertThat(time.runUntil(future::isDone, 10_000_000)).isTrue();
    return future.join();
  }
}
