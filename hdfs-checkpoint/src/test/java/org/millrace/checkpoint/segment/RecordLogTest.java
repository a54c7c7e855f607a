package org.millrace.checkpoint.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.files.FailingDurableFiles.Action;
import org.millrace.checkpoint.files.FailingDurableFiles.Fault;
import org.millrace.checkpoint.files.FailingDurableFiles.Plan;
import org.millrace.checkpoint.files.FencedException;
import org.millrace.checkpoint.runtime.SimulatedTime;

class RecordLogTest {

  private static final long MOST_MS = RecordLogOptions.Hedge.DEFAULT.most().toMillis();
  private static final long STALL_MS = RecordLogOptions.DEFAULT.stallTimeout().toMillis();

  private final LogFixture fixture =
      new LogFixture(SimulatedTime.inOrder(), RecordLogOptions.DEFAULT);
  private final SimulatedTime time = fixture.time;

  private static Plan on(Action action, String name, Fault fault) {
    return (acted, path) -> acted == action && path.endsWith(name) ? fault : null;
  }

  private Plan segment(int number, Action action, Fault fault) {
    return on(action, SegmentNames.segment(number), fault);
  }

  /** One durable record in segment 0, and segment 1 as a spare. */
  private void begin() {
    fixture.appendAndSettle(1);
    assertThat(fixture.names()).containsExactly("segment-000000.log", "segment-000001.log");
  }

  @Test
  void tellsWhereEachRecordIs() {
    fixture.inLoop(
        () -> {
          fixture.appendInLoop();
          fixture.appendInLoop();
          return fixture.appendInLoop();
        });
    time.runUntilIdle();
    assertThat(fixture.durable.keySet()).containsExactly(0L, 1L, 2L);
    fixture.durable.forEach(
        (number, location) ->
            assertThat(RecordLogReader.payload(fixture.behind, LogFixture.DIRECTORY, location))
                .isEqualTo(LogFixture.bytes(LogFixture.text(number))));
    assertThat(fixture.sealAndRead(0)).isEqualTo(3);
  }

  @Test
  void consumesNoBufferAndTellsWhenItMayBeReused() {
    ByteBuffer payload = LogFixture.bytes("payload");
    CompletableFuture<Void> unused =
        fixture.inLoop(() -> fixture.log.whenUnused(fixture.log.append(payload)));
    assertThat(unused).isNotDone();
    time.runUntilIdle();
    assertThat(unused).isCompleted();
    assertThat(payload.remaining()).isEqualTo(7);
  }

  @Test
  void refusesWhatIsEmptyOrTooLarge() {
    for (ByteBuffer payload :
        List.of(ByteBuffer.allocate(0), ByteBuffer.allocate(SegmentFormat.MAX_PAYLOAD_BYTES + 1))) {
      fixture.loop.execute(() -> fixture.log.append(payload));
      assertThatThrownBy(time::runUntilIdle)
          .isInstanceOfSatisfying(
              MillraceException.class,
              e -> assertThat(e.code()).isIn(ErrorCode.ILLEGAL_USE, ErrorCode.RECORD_TOO_LARGE));
    }
  }

  @Test
  void writesToTheSpareWhenASegmentHangs() {
    begin();
    fixture.files.follow(segment(0, Action.FLUSH, new Fault.Hang(false)));
    CompletableFuture<Void> durable =
        fixture.inLoop(() -> fixture.log.whenDurable(fixture.appendInLoop()));
    time.advance(MOST_MS / 100);
    assertThat(durable).isNotDone();
    time.advance(MOST_MS);
    assertThat(durable).isCompleted();
    assertThat(fixture.durable.get(1L).segment()).isEqualTo("segment-000001.log");
    assertThat(fixture.counters().hedgesWon()).isEqualTo(1);
    assertThat(fixture.names()).contains("segment-000002.log");
    fixture.appendAndSettle(3);
    assertThat(fixture.durable.get(4L).segment()).isEqualTo("segment-000001.log");
    assertThat(fixture.failures).isEmpty();
    assertThat(fixture.sealAndRead(0)).isEqualTo(5);
  }

  @Test
  void readsARecordOnceThatBothSegmentsHave() {
    begin();
    fixture.files.follow(segment(0, Action.FLUSH, new Fault.Hang(true)));
    fixture.append();
    time.advance(MOST_MS);
    assertThat(fixture.counters().hedgesWon()).isEqualTo(1);
    assertThat(fixture.sealAndRead(0)).isEqualTo(2);
  }

  @Test
  void goesOnWithASegmentThatAnswersLateButFirst() {
    begin();
    fixture.files.follow(
        (action, path) ->
            action != Action.FLUSH
                ? null
                : path.endsWith("0.log") ? new Fault.Slow(200, 0) : new Fault.Slow(500, 500));
    CompletableFuture<Void> durable =
        fixture.inLoop(() -> fixture.log.whenDurable(fixture.appendInLoop()));
    time.advance(210);
    assertThat(durable).isCompleted();
    assertThat(fixture.durable.get(1L).segment()).isEqualTo("segment-000000.log");
    assertThat(fixture.counters().hedges()).isEqualTo(1);
    assertThat(fixture.counters().hedgesWon()).isZero();
    fixture.files.follow((action, path) -> null);
    fixture.appendAndSettle(3);
    time.advance(10_000);
    assertThat(fixture.durable.get(4L).segment()).isEqualTo("segment-000000.log");
    assertThat(fixture.sealAndRead(0)).isEqualTo(5);
  }

  @Test
  void triesAThirdSegmentWhenTheSpareHangsToo() {
    begin();
    fixture.files.follow(
        (action, path) ->
            action == Action.FLUSH && !path.endsWith("2.log") ? new Fault.Hang(false) : null);
    fixture.append();
    time.advance(3 * MOST_MS);
    assertThat(fixture.durable.get(1L).segment()).isEqualTo("segment-000002.log");
    assertThat(fixture.sealAndRead(0)).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a:1", "b:1", "c:1"})
  void findsTheMachinesThatDoNotHang(String hung) {
    // Three of three hold the first segment; the file system goes on to like the first two.
    fixture.behind.machines(List.of("a:1", "b:1", "c:1"));
    begin();
    fixture.files.follow(
        (action, path) ->
            action == Action.FLUSH && fixture.behind.machinesOf(path).contains(hung)
                ? new Fault.Hang(false)
                : null);
    CompletableFuture<Void> durable =
        fixture.inLoop(() -> fixture.log.whenDurable(fixture.appendInLoop()));
    time.advance(2 * MOST_MS);
    assertThat(durable).isCompleted();

    for (int more = 0; more < 5; more++) {
      durable = fixture.inLoop(() -> fixture.log.whenDurable(fixture.appendInLoop()));
      time.advance(50);
      assertThat(durable).isCompleted();
    }
    assertThat(fixture.failures).isEmpty();
    assertThat(fixture.sealAndRead(0)).isEqualTo(7);
  }

  @Test
  void waitsBetweenSegmentsThatCannotBeCreatedBesideOneThatHangs() {
    begin();
    List<String> created = new ArrayList<>();
    fixture.files.follow(
        (action, path) -> {
          if (action == Action.CREATE) {
            created.add(path);
            return created.size() == 1 ? new Fault.Hang(false) : new Fault.Fail(false);
          }
          return action == Action.FLUSH ? new Fault.Hang(false) : null;
        });
    fixture.append();
    time.advance(4_000);

    assertThat(created).hasSizeBetween(3, 10);
    assertThat(fixture.failures).isEmpty();
  }

  @Test
  void doesNotOpenTwoSegmentsAtOnceWithoutNeed() {
    begin();
    fixture.files.follow(
        (action, path) -> action == Action.CREATE ? new Fault.Slow(2_000, 0) : null);
    fixture.inLoop(
        () -> {
          fixture.log.append(
              ByteBuffer.allocate((int) RecordLogOptions.DEFAULT.segmentBytes() - 1_000));
          return fixture.log.append(ByteBuffer.allocate(1_000));
        });
    time.advance(100);
    fixture.append();
    time.advance(1_900);
    assertThat(fixture.names()).containsExactly("segment-000000.log", "segment-000001.log");

    time.advance(1_000);
    assertThat(fixture.names())
        .containsExactly("segment-000000.log", "segment-000001.log", "segment-000002.log");
  }

  @Test
  void replacesASegmentThatFails() {
    begin();
    fixture.files.follow(segment(0, Action.FLUSH, new Fault.Fail(true)));
    fixture.appendAndSettle(1);
    assertThat(fixture.durable.get(1L).segment()).isEqualTo("segment-000001.log");
    assertThat(fixture.counters().failures()).isEqualTo(1);
    time.advance(1_000);
    assertThat(fixture.names()).contains("segment-000002.log");
    assertThat(fixture.sealAndRead(0)).isEqualTo(2);
  }

  @Test
  void survivesAnAppendThatIsTornAtAnyByte() {
    int bytes = SegmentFormat.RECORD_PREFIX_BYTES + LogFixture.text(1).length();
    for (int i = 0; i <= bytes; i++) {
      LogFixture torn = new LogFixture(SimulatedTime.inOrder(), RecordLogOptions.DEFAULT);
      torn.appendAndSettle(1);
      torn.files.follow(segment(0, Action.APPEND, new Fault.Tear(i)));
      torn.appendAndSettle(2);
      assertThat(torn.durable.lastKey()).isEqualTo(2);
      assertThat(torn.sealAndRead(0)).isEqualTo(3);
    }
  }

  @Test
  void opensASpareAgainUntilItSucceeds() {
    fixture.files.follow(
        (action, path) ->
            action == Action.CREATE && !path.endsWith("0.log") ? new Fault.Fail(false) : null);
    fixture.appendAndSettle(1);
    time.advance(20_000);
    fixture.appendAndSettle(1);
    assertThat(fixture.names()).containsExactly("segment-000000.log");
    assertThat(fixture.counters().failures()).isBetween(4L, 20L);
    fixture.files.follow((action, path) -> null);
    time.advance(6_000);
    assertThat(fixture.names()).hasSize(2);
    assertThat(fixture.failures).isEmpty();
  }

  @Test
  void givesUpACreateThatDoesNotAnswer() {
    fixture.files.follow(segment(0, Action.CREATE, new Fault.Slow(0, 7_000)));
    CompletableFuture<Void> durable =
        fixture.inLoop(() -> fixture.log.whenDurable(fixture.appendInLoop()));
    time.advance(5_200);
    assertThat(durable).isCompleted();
    assertThat(fixture.durable.get(0L).segment()).isEqualTo("segment-000001.log");
    time.advance(5_000);
    assertThat(fixture.failures).isEmpty();
    assertThat(fixture.sealAndRead(0)).isEqualTo(1);
  }

  @Test
  void waitsForASegmentThatHangsWhenThereIsNoSpareAndFailsInTheEnd() {
    begin();
    fixture.files.follow(
        (action, path) -> action == Action.CREATE ? new Fault.Fail(false) : new Fault.Hang(false));
    CompletableFuture<Void> durable =
        fixture.inLoop(() -> fixture.log.whenDurable(fixture.appendInLoop()));
    time.advance(STALL_MS - 1);
    assertThat(fixture.failures).isEmpty();
    time.advance(1);
    assertThat(fixture.failures).hasSize(1);
    assertThat(fixture.failures.get(0).code()).isEqualTo(ErrorCode.DURABILITY_UNKNOWN);
    assertThat(durable).isCompletedExceptionally();
  }

  @Test
  void failsAtOnceWhenItsFirstWriteFails() {
    for (Action action : List.of(Action.CREATE, Action.APPEND, Action.FLUSH)) {
      LogFixture first = new LogFixture(SimulatedTime.inOrder(), RecordLogOptions.DEFAULT);
      first.files.follow((acted, path) -> acted == action ? new Fault.Fail(false) : null);
      CompletableFuture<Void> durable =
          first.inLoop(() -> first.log.whenDurable(first.appendInLoop()));
      first.time.runUntilIdle();
      assertThat(durable).isCompletedExceptionally();
      assertThat(first.failures).hasSize(1);
      assertThat(first.failures.get(0)).hasMessageContaining("Broken on purpose");
    }
  }

  @Test
  void countsTheStallFromTheLastAcknowledgement() {
    begin();
    fixture.files.follow(
        (action, path) -> action == Action.FLUSH ? new Fault.Slow(STALL_MS / 2, 0) : null);
    for (int i = 0; i < 4; i++) {
      fixture.append();
      time.advance(STALL_MS / 2);
    }
    assertThat(fixture.failures).isEmpty();
    assertThat(fixture.durable).hasSize(5);
  }

  @Test
  void rollsToTheSpareBySizeAndByAge() {
    LogFixture rolling =
        new LogFixture(
            SimulatedTime.inOrder(),
            RecordLogOptions.DEFAULT.withSegmentBytes(100).withSegmentAge(Duration.ofMinutes(1)));
    rolling.appendAndSettle(6);
    assertThat(rolling.durable.get(5L).segment()).isGreaterThan("segment-000000.log");
    String last = rolling.durable.get(5L).segment();
    time(rolling).advance(60_000);
    rolling.appendAndSettle(1);
    assertThat(rolling.durable.get(6L).segment()).isGreaterThan(last);
    assertThat(rolling.readFrom(0, LogFixture.DIRECTORY)).isEqualTo(7);
    assertThat(rolling.readFrom(4, LogFixture.DIRECTORY)).isEqualTo(7);
  }

  private static SimulatedTime time(LogFixture fixture) {
    return fixture.time;
  }

  @Test
  void rollsDuringAStall() {
    LogFixture rolling =
        new LogFixture(SimulatedTime.inOrder(), RecordLogOptions.DEFAULT.withSegmentBytes(1));
    rolling.appendAndSettle(2);
    rolling.files.follow(
        (action, path) ->
            action == Action.FLUSH && path.endsWith("2.log") ? new Fault.Hang(true) : null);
    rolling.append();
    time(rolling).advance(MOST_MS);
    rolling.appendAndSettle(3);
    assertThat(rolling.durable.lastKey()).isEqualTo(5);
    assertThat(rolling.sealAndRead(0)).isEqualTo(6);
  }

  @Test
  void releasesSegmentsWithoutLeavingAHole() {
    LogFixture rolling =
        new LogFixture(SimulatedTime.inOrder(), RecordLogOptions.DEFAULT.withSegmentBytes(1));
    rolling.appendAndSettle(6);
    rolling.inLoop(() -> release(rolling, 4));
    time(rolling).runUntilIdle();
    assertThat(rolling.names())
        .containsExactly("segment-000004.log", "segment-000005.log", "segment-000006.log");
    assertThat(rolling.readFrom(4, LogFixture.DIRECTORY)).isEqualTo(6);
    CompletableFuture<RecordLogEnd> fromTheBeginning =
        RecordLogReader.read(
            rolling.behind,
            rolling.time.blockingWork(),
            LogFixture.DIRECTORY,
            LogFixture.LABEL,
            0,
            record -> {});
    rolling.time.runUntilIdle();
    assertThat(fromTheBeginning).isCompletedExceptionally();
    rolling.inLoop(() -> release(rolling, 100));
    time(rolling).runUntilIdle();
    assertThat(rolling.readFrom(6, LogFixture.DIRECTORY)).isEqualTo(6);
    rolling.appendAndSettle(1);
    assertThat(rolling.readFrom(6, LogFixture.DIRECTORY)).isEqualTo(7);
  }

  private static Void release(LogFixture fixture, long number) {
    fixture.log.releaseBefore(number);
    return null;
  }

  @Test
  void isFencedWhenASegmentCannotBeCreatedAnyMore() {
    LogFixture rolling =
        new LogFixture(SimulatedTime.inOrder(), RecordLogOptions.DEFAULT.withSegmentBytes(1));
    rolling.appendAndSettle(2);
    rolling.answer(
        rolling.behind.renameDirectory(LogFixture.DIRECTORY, LogFixture.DIRECTORY + ".sealed"));
    rolling.appendAndSettle(1);
    assertThat(rolling.failures).hasSize(1).first().isInstanceOf(FencedException.class);
  }

  @Test
  void keepsTheSpareOfAFencedWriterFromTakingRecords() {
    begin();
    assertThat(fixture.sealAndRead(0)).isEqualTo(1);
    // The active segment does not answer, so that the spare would get the record.
    fixture.files.follow(segment(0, Action.FLUSH, new Fault.Hang(false)));
    CompletableFuture<Void> durable =
        fixture.inLoop(() -> fixture.log.whenDurable(fixture.appendInLoop()));
    time.advance(MOST_MS);
    assertThat(durable).isCompletedExceptionally();
    assertThat(fixture.failures).hasSize(1).first().isInstanceOf(FencedException.class);
  }

  @Test
  void isAbortedWithoutACallback() {
    begin();
    CompletableFuture<Void> durable =
        fixture.inLoop(
            () -> {
              CompletableFuture<Void> waiting = fixture.log.whenDurable(fixture.appendInLoop());
              fixture.log.abort();
              return waiting;
            });
    time.advance(STALL_MS);
    assertThat(durable).isCompletedExceptionally();
    assertThat(fixture.failures).isEmpty();
    assertThat(fixture.sealAndRead(0)).isEqualTo(1);
  }

  @Test
  void leavesNoSpareBehindWhenItIsClosed() {
    begin();
    fixture.append();
    assertThat(fixture.answer(fixture.inLoop(fixture.log::close))).isNull();
    assertThat(fixture.names()).containsExactly("segment-000000.log");
    assertThat(fixture.readFrom(0, LogFixture.DIRECTORY)).isEqualTo(2);
  }

  @Test
  void countsWhatItDid() {
    begin();
    fixture.appendAndSettle(1);
    RecordLogCounters counters = fixture.counters();
    assertThat(counters.records()).isEqualTo(2);
    assertThat(counters.flushes()).isEqualTo(2);
    assertThat(counters.bytes())
        .isEqualTo(LogFixture.text(0).length() + LogFixture.text(1).length());
  }
}
