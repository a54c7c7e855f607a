package org.millrace.checkpoint.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
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

class EpochSealTest {

  private static final String DIRECTORY = "/checkpoint";
  private static final Duration LEASE = Duration.ofSeconds(30);

  private final SimulatedTime time = SimulatedTime.inOrder();
  private final FakeDurableFiles files = new FakeDurableFiles(time.blockingWork(), time);
  private final Loop loop = time.loop("driver");
  private final Epochs epochs = new Epochs(files, DIRECTORY);
  private final List<MillraceException> failures = new ArrayList<>();

  private <T> T answer(CompletableFuture<T> future) {
    time.runUntilIdle();
    assertThat(future).isDone();
    return future.join();
  }

  private <T> T inLoop(Supplier<T> turn) {
    CompletableFuture<T> result = new CompletableFuture<>();
    loop.execute(() -> result.complete(turn.get()));
    time.runUntilIdle();
    return result.join();
  }

  private EpochClaim claim() {
    return answer(epochs.claim("app", 1));
  }

  private EventLog start(EpochClaim claim, long firstPosition, RecordLogOptions options) {
    return EventLog.start(files, loop, time, claim, firstPosition, options, failures::add);
  }

  private static DriverEvent event(long number) {
    return new DriverEvent.OutputPublished(number);
  }

  private void write(EventLog log, long from, long until) {
    for (long i = from; i < until; i++) {
      DriverEvent event = event(i);
      inLoop(() -> log.append(event));
    }
  }

  private List<SealedEpoch> seal(EpochClaim claim) {
    return answer(epochs.seal(claim, LEASE));
  }

  private LogEnd read(List<SealedEpoch> sealed, long from) {
    List<DriverEvent> events = new ArrayList<>();
    LogEnd end =
        answer(
            EventLog.readAll(
                files, time.blockingWork(), sealed, from, (position, event) -> events.add(event)));
    for (int i = 0; i < events.size(); i++) {
      assertThat(events.get(i)).isEqualTo(event(from + i));
    }
    assertThat(end.nextPosition()).isEqualTo(from + events.size());
    return end;
  }

  @Test
  void readsAllEpochsAsOneLog() {
    write(start(claim(), 0, EventLog.OPTIONS), 0, 3);
    EpochClaim second = claim();
    assertThat(read(seal(second), 0).nextPosition()).isEqualTo(3);
    write(start(second, 3, EventLog.OPTIONS.withSegmentBytes(1)), 3, 7);
    EpochClaim third = claim();
    List<SealedEpoch> sealed = seal(third);
    assertThat(sealed)
        .containsExactly(
            new SealedEpoch(1, DIRECTORY + "/epoch-000001.sealed"),
            new SealedEpoch(2, DIRECTORY + "/epoch-000002.sealed"));
    assertThat(read(sealed, 0).nextPosition()).isEqualTo(7);
    assertThat(read(sealed, 5).nextPosition()).isEqualTo(7);
    assertThat(failures).isEmpty();
  }

  @Test
  void readsWhatIsLeftBehindASnapshot() {
    EventLog log = start(claim(), 0, EventLog.OPTIONS.withSegmentBytes(1));
    write(log, 0, 6);
    inLoop(
        () -> {
          log.releaseBefore(4);
          return null;
        });
    EpochClaim next = claim();
    List<SealedEpoch> sealed = seal(next);
    assertThat(read(sealed, 4).nextPosition()).isEqualTo(6);
    CompletableFuture<LogEnd> all =
        EventLog.readAll(files, time.blockingWork(), sealed, 0, (position, event) -> {});
    time.runUntilIdle();
    assertThatThrownBy(all::join)
        .cause()
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT_LOG));
    assertThat(answer(epochs.release(sealed))).isEqualTo(Outcome.DONE);
    assertThat(seal(next)).isEmpty();
    assertThat(claim().epoch()).isEqualTo(3);
  }

  @Test
  void fencesADriverThatWantsToRollItsLog() {
    EventLog old = start(claim(), 0, EventLog.OPTIONS.withSegmentBytes(1));
    write(old, 0, 2);
    assertThat(read(seal(claim()), 0).nextPosition()).isEqualTo(2);
    CompletableFuture<Void> late = inLoop(() -> old.whenDurable(old.append(event(2))));
    assertThat(late).isCompletedExceptionally();
    assertThat(failures).hasSize(1).first().isInstanceOf(FencedException.class);
  }

  @Test
  void fencesADriverThatHasWrittenNothingYet() {
    EventLog old = start(claim(), 0, EventLog.OPTIONS);
    EpochClaim next = claim();
    assertThat(read(seal(next), 0).nextPosition()).isZero();
    CompletableFuture<Void> late = inLoop(() -> old.whenDurable(old.append(event(0))));
    assertThat(late).isCompletedExceptionally();
    assertThat(failures).hasSize(1).first().isInstanceOf(FencedException.class);
  }

  @Test
  void keepsADriverThatSleptInItsClaimFromEverMakingItsDirectory() {
    answer(files.makeDirectories(DIRECTORY));
    files.put(DIRECTORY + "/epoch-000001.claim", new byte[0]);
    EpochClaim next = claim();
    assertThat(next.epoch()).isEqualTo(2);
    assertThat(seal(next)).isEmpty();
    // What the old one does when it wakes.
    assertThat(answer(files.makeDirectories(DIRECTORY + "/epoch-000001")))
        .isNotEqualTo(Outcome.DONE);
    EventLog old =
        start(new EpochClaim(1, "app", 1, DIRECTORY + "/epoch-000001"), 0, EventLog.OPTIONS);
    CompletableFuture<Void> late = inLoop(() -> old.whenDurable(old.append(event(0))));
    assertThat(late).isCompletedExceptionally();
    assertThat(failures).hasSize(1).first().isInstanceOf(FencedException.class);
  }

  @Test
  void sealsAgainWhatWasSealedInPart() {
    write(start(claim(), 0, EventLog.OPTIONS), 0, 2);
    // A driver that died after its rename.
    claim();
    answer(files.renameDirectory(DIRECTORY + "/epoch-000001", DIRECTORY + "/epoch-000001.sealed"));
    EpochClaim third = claim();
    assertThat(read(seal(third), 0).nextPosition()).isEqualTo(2);
    assertThat(seal(third)).hasSize(2);
    assertThat(answer(files.list(DIRECTORY)))
        .filteredOn(FileStatus::directory)
        .extracting(FileStatus::name)
        .containsExactly("epoch-000001.sealed", "epoch-000002.sealed", "epoch-000003");
  }

  @Test
  void goesOnWhenTheAnswerOfTheRenameIsNotKnown() {
    write(start(claim(), 0, EventLog.OPTIONS), 0, 2);
    files.answerUnknownAfterRename(target -> true);
    assertThat(read(seal(claim()), 0).nextPosition()).isEqualTo(2);
  }

  @Test
  void refusesToSealWhatIsThereTwice() {
    write(start(claim(), 0, EventLog.OPTIONS), 0, 2);
    answer(files.makeDirectories(DIRECTORY + "/epoch-000001.sealed"));
    CompletableFuture<List<SealedEpoch>> sealed = epochs.seal(claim(), LEASE);
    time.runUntilIdle();
    assertThatThrownBy(sealed::join)
        .cause()
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORAGE_FAILED))
        .hasMessageContaining("epoch-000001.sealed");
  }

  /** A driver that is alive writes on while the next one seals: what it was told is read. */
  @Test
  void readsWhatAnOldDriverWasToldWhileItWasSealed() {
    for (long seed = 0; seed < 100; seed++) {
      readsAllThatWasAcknowledged(seed);
    }
  }

  private static void readsAllThatWasAcknowledged(long seed) {
    SimulatedTime time = SimulatedTime.shuffled(seed);
    FakeDurableFiles files = new FakeDurableFiles(time.blockingWork(), time);
    Loop loop = time.loop("old driver");
    Epochs epochs = new Epochs(files, DIRECTORY);
    CompletableFuture<EpochClaim> first = epochs.claim("app", 1);
    time.runUntilIdle();
    List<MillraceException> failures = new ArrayList<>();
    EventLog old =
        EventLog.start(
            files,
            loop,
            time,
            first.join(),
            0,
            EventLog.OPTIONS.withSegmentBytes(seed % 2 == 0 ? 1 : 2_000),
            failures::add);
    CompletableFuture<List<SealedEpoch>> sealed =
        epochs.claim("app", 2).thenCompose(claim -> epochs.seal(claim, LEASE));
    long[] appended = {0};
    for (int i = 0; i < 200 && failures.isEmpty(); i++) {
      loop.execute(
          () -> {
            if (failures.isEmpty()) {
              old.append(event(appended[0]++));
            }
          });
      for (int j = 0; j < seed % 7; j++) {
        time.step();
      }
    }
    time.runUntilIdle();
    CompletableFuture<LogEnd> end =
        EventLog.readAll(
            files,
            time.blockingWork(),
            sealed.join(),
            0,
            (position, event) -> {
              assertThat(event).isEqualTo(event(position));
            });
    time.runUntilIdle();
    assertThat(end.join().nextPosition()).as("seed %d", seed).isGreaterThan(old.durablePosition());
  }
}
