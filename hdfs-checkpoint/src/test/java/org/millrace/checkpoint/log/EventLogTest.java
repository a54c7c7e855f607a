package org.millrace.checkpoint.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.files.FakeDurableFiles;
import org.millrace.checkpoint.files.FencedException;
import org.millrace.checkpoint.files.FileStatus;
import org.millrace.checkpoint.files.Outcome;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.checkpoint.runtime.SimulatedTime;
import org.millrace.checkpoint.segment.RecordLogOptions;

class EventLogTest {

  private final SimulatedTime time = SimulatedTime.inOrder();
  private final FakeDurableFiles files = new FakeDurableFiles(time.blockingWork(), time);
  private final Loop loop = time.loop("driver");
  private final List<MillraceException> failures = new ArrayList<>();
  private EpochClaim claim;
  private EventLog log;

  @BeforeEach
  void claimAnEpoch() {
    claim = answer(new Epochs(files, "/checkpoint/log").claim("application_1_0001", 1));
    log = start(EventLog.OPTIONS);
  }

  private EventLog start(RecordLogOptions options) {
    return EventLog.start(files, loop, time, claim, 0, options, failures::add);
  }

  private <T> T answer(CompletableFuture<T> future) {
    time.runUntilIdle();
    assertThat(future).isDone();
    return future.join();
  }

  /** Runs one turn of the loop and nothing after it. */
  private <T> T inLoop(Supplier<T> turn) {
    CompletableFuture<T> result = new CompletableFuture<>();
    loop.execute(() -> result.complete(turn.get()));
    assertThat(time.runUntil(result::isDone, 1_000)).isTrue();
    return result.join();
  }

  private CompletableFuture<Void> append(DriverEvent event) {
    return inLoop(() -> log.whenDurable(log.append(event)));
  }

  private void appendAndSettle(DriverEvent event) {
    inLoop(() -> log.append(event));
    time.runUntilIdle();
  }

  private List<DriverEvent> readBack() {
    List<DriverEvent> events = new ArrayList<>();
    List<Long> positions = new ArrayList<>();
    LogEnd end =
        answer(
            EventLog.read(
                files,
                time.blockingWork(),
                claim.directory(),
                claim.epoch(),
                0,
                (position, event) -> {
                  positions.add(position);
                  events.add(event);
                }));
    assertThat(end.nextPosition()).isEqualTo(events.size());
    for (int i = 0; i < positions.size(); i++) {
      assertThat(positions.get(i)).isEqualTo(i);
    }
    return events;
  }

  private static DriverEvent published(long batchTimeMs) {
    return new DriverEvent.OutputPublished(batchTimeMs);
  }

  @Test
  void readsBackWhatItWrote() {
    List<DriverEvent> events = SampleEvents.all();
    inLoop(() -> events.stream().map(log::append).toList());
    time.runUntilIdle();
    assertThat(readBack()).isEqualTo(events);
  }

  @Test
  void isDurableOnlyAfterItsFlush() {
    files.holdFlushes();
    CompletableFuture<Void> durable = append(published(1));
    time.runUntilIdle();
    assertThat(files.heldFlushes()).isEqualTo(1);
    assertThat(durable).isNotDone();
    files.releaseFlushes();
    assertThat(durable).isNotDone();
    time.runUntilIdle();
    assertThat(durable).isCompleted();
    assertThat(inLoop(log::durablePosition)).isZero();
  }

  @Test
  void putsOneTurnIntoOneFlush() {
    inLoop(
        () -> {
          for (int i = 0; i < 10; i++) {
            log.append(published(i));
          }
          return null;
        });
    time.runUntilIdle();
    assertThat(inLoop(log::counters).flushes()).isEqualTo(1);
    assertThat(readBack()).hasSize(10);
  }

  @Test
  void putsAllThatIsQueuedDuringAFlushIntoTheNext() {
    files.holdFlushes();
    List<CompletableFuture<Void>> durable = new ArrayList<>();
    durable.add(append(published(0)));
    time.runUntilIdle();
    int flushesBefore = files.flushes();
    for (int i = 1; i <= 20; i++) {
      durable.add(append(published(i)));
      time.runUntilIdle();
    }
    assertThat(files.flushes()).isEqualTo(flushesBefore);
    assertThat(durable).noneMatch(CompletableFuture::isDone);
    files.releaseFlushes();
    time.runUntilIdle();
    assertThat(durable).allMatch(CompletableFuture::isDone);
    assertThat(inLoop(log::counters).flushes()).isEqualTo(2);
  }

  @Test
  void completesWaitersInTheOrderOfTheirPositions() {
    List<Integer> completed = new ArrayList<>();
    inLoop(
        () -> {
          long first = log.append(published(1));
          long second = log.append(published(2));
          return List.of(
              log.whenDurable(second).thenRun(() -> completed.add(2)),
              log.whenDurable(first).thenRun(() -> completed.add(1)));
        });
    time.runUntilIdle();
    assertThat(completed).containsExactly(1, 2);
  }

  @Test
  void letsAWaiterAppend() {
    inLoop(
        () ->
            log.whenDurable(log.append(published(1)))
                .thenRun(() -> log.append(published(2)))
                .thenRun(() -> log.append(published(3))));
    time.runUntilIdle();
    assertThat(readBack()).containsExactly(published(1), published(2), published(3));
  }

  @Test
  void rollsSegmentsBySize() {
    log = start(EventLog.OPTIONS.withSegmentBytes(1));
    List<DriverEvent> events = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      events.add(published(i));
      appendAndSettle(events.get(i));
    }
    List<FileStatus> segments = answer(files.list(claim.directory()));
    assertThat(segments)
        .extracting(FileStatus::name)
        .containsExactly(
            "segment-000000.log",
            "segment-000001.log",
            "segment-000002.log",
            "segment-000003.log",
            "segment-000004.log",
            "segment-000005.log"); // the spare
    assertThat(readBack()).isEqualTo(events);
  }

  @Test
  void losesNothingDurableInACrash() {
    CompletableFuture<Void> durable = append(published(1));
    time.runUntilIdle();
    assertThat(durable).isCompleted();
    files.crash();
    assertThat(readBack()).containsExactly(published(1));
  }

  @Test
  void failsAllWaitersAndItselfWhenNoSegmentTakesTheEvents() {
    files.failFlushes(path -> path.contains("segment"));
    CompletableFuture<Void> first = append(published(1));
    CompletableFuture<Void> second = append(published(2));
    time.advance(EventLog.OPTIONS.stallTimeout().toMillis());
    assertThat(failures).hasSize(1);
    assertThat(failures.get(0).code()).isEqualTo(ErrorCode.DURABILITY_UNKNOWN);
    for (CompletableFuture<Void> waiter : List.of(first, second)) {
      assertThatThrownBy(waiter::join).hasCause(failures.get(0));
    }
  }

  @Test
  void refusesAppendsAfterAFailure() {
    files.failFlushes(path -> true);
    appendAndSettle(published(1));
    time.advance(EventLog.OPTIONS.stallTimeout().toMillis());
    loop.execute(() -> log.append(published(2)));
    assertThatThrownBy(time::runUntilIdle).isSameAs(failures.get(0));
  }

  @Test
  void reportsThatItIsFencedWhenItsLeaseWasRecovered() {
    appendAndSettle(published(1));
    answer(files.recoverLease(claim.directory() + "/segment-000000.log", Duration.ofSeconds(1)));
    CompletableFuture<Void> durable = append(published(2));
    time.runUntilIdle();
    assertThat(durable).isCompletedExceptionally();
    assertThat(failures).hasSize(1).first().isInstanceOf(FencedException.class);
    assertThat(readBack()).containsExactly(published(1));
  }

  @Test
  void isFencedByTheRenameOfItsDirectory() {
    log = start(EventLog.OPTIONS.withSegmentBytes(1));
    appendAndSettle(published(1));
    assertThat(answer(files.renameDirectory(claim.directory(), claim.directory() + ".sealed")))
        .isEqualTo(Outcome.DONE);
    appendAndSettle(published(2));
    assertThat(failures).hasSize(1).first().isInstanceOf(FencedException.class);
  }

  @Test
  void closesAfterAllIsDurable() {
    CompletableFuture<Void> closed =
        inLoop(
            () -> {
              log.append(published(1));
              return log.close();
            });
    assertThat(closed).isNotDone();
    time.runUntilIdle();
    assertThat(closed).isCompleted();
    assertThat(readBack()).containsExactly(published(1));
    loop.execute(() -> log.append(published(2)));
    assertThatThrownBy(time::runUntilIdle)
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ILLEGAL_USE));
  }

  @Test
  void refusesUseOffItsLoop() {
    assertThatThrownBy(() -> log.append(published(1))).isInstanceOf(MillraceException.class);
  }
}
