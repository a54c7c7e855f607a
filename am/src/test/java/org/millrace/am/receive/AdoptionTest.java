package org.millrace.am.receive;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.millrace.api.graph.BlockRange;
import org.millrace.runner.wire.proto.ReceiverReport;
import org.millrace.runner.wire.proto.ReceiverState;
import org.millrace.runner.wire.proto.StopReceiver;

/** Streams of drivers before, and the executors that stayed. */
class AdoptionTest extends LoggedReceivers {
  @Test
  void streamsOfADriverBeforeComeBackFromTheirLogs() {
    long old = 1L << 32 | 4;
    long older = 1L << 32 | 3;
    tracker.define(List.of(input(INPUT)));
    tracker.restore(
        List.of(new PastStream(old, INPUT, 9, -1, 4, 2), new PastStream(older, INPUT, 8, 6, 6, 6)),
        List.of(log("e000001-000009", List.of(at("a", 70)), new SealedStream(old, 2, 7))),
        List.of(
            new ReachedPosition(INPUT, older, at("b", 1)),
            new ReachedPosition(INPUT, old, at("a", 60))),
        Set.of());
    tracker.start();
    time.advance(0);

    assertThat(host.ended).containsEntry(old, 7L).doesNotContainKey(older);
    List<List<BlockRange>> uncut = tracker.cut(INPUT, 1);
    assertThat(uncut).containsExactly(List.of(new BlockRange(old, 4, 7)));
    assertThat(tracker.records(uncut)).isEqualTo(30);
    assertThat(tracker.logged(old, 2, 4)).as("of a batch that is run again").isNotEmpty();
    assertThat(host.starts.get(0).getPositionsList())
        .containsExactlyInAnyOrder(offset(at("a", 70)), offset(at("b", 1)));
    assertThat(host.starts.get(0).getStreamId() >>> 32).isEqualTo(EPOCH);
  }

  @Test
  void whatIsInALogBehindTheEndOfItsStreamWasNeverAcknowledged() {
    long old = 1L << 32 | 4;
    tracker.define(List.of(input(INPUT)));
    tracker.restore(
        List.of(new PastStream(old, INPUT, 9, 5, 4, 2)),
        List.of(log("e000001-000009", List.of(at("a", 70)), new SealedStream(old, 2, 7))),
        List.of(new ReachedPosition(INPUT, old, at("a", 50))),
        Set.of());
    tracker.start();
    time.advance(0);

    assertThat(tracker.cut(INPUT, 1)).containsExactly(List.of(new BlockRange(old, 4, 5)));
    assertThat(host.starts.get(0).getPositionsList()).containsExactly(offset(at("a", 50)));
  }

  @Test
  void anExecutorThatStayedGoesOnWithItsReceiver() {
    long old = 1L << 32 | 4;
    restore(Set.of(1), new PastStream(old, INPUT, 1, -1, 4, 2));
    assertThat(tracker.isSettled(old, 2, 4)).isFalse();

    adopt(1, INPUT, old, 9);
    tracker.start();
    time.advance(0);

    assertThat(host.starts).isEmpty();
    assertThat(tracker.isSettled(old, 2, 4)).isTrue();
    assertThat(tracker.holders(old, 2, 4)).containsExactly(1);
    assertThat(tracker.cut(INPUT, 1)).containsExactly(List.of(new BlockRange(old, 4, 9)));
    assertThat(tracker.status().get(0).state()).isEqualTo("active");
    lose(1);
    assertThat(logs.sealing()).containsExactly("e000001-000001");
  }

  /** The first of them is no place for the receiver of the second, which has one. */
  @Test
  void receiversOfSeveralExecutorsThatStayedGoOnWhereTheyAre() {
    long first = 1L << 32 | 4;
    long second = 1L << 32 | 5;
    tracker.define(List.of(input(0), input(1)));
    tracker.restore(
        List.of(new PastStream(first, 1, 1, -1, 0, 0), new PastStream(second, 0, 2, -1, 0, 0)),
        List.of(),
        List.of(),
        Set.of(1, 2));
    adopt(1, 1, first, 3);
    adopt(2, 0, second, 5);
    tracker.start();
    time.advance(0);

    assertThat(host.starts).isEmpty();
    assertThat(host.stops).isEmpty();
    assertThat(host.ended).isEmpty();
    assertThat(tracker.status()).extracting(ReceiverStatus::executorId).containsExactly(2, 1);
  }

  /** What it stored after its executor had said where it was is acknowledged. */
  @Test
  void aReceiverThatRunsTwiceIsStoppedAndItsStreamEndsWhereItSays() {
    long first = 1L << 32 | 4;
    long second = 1L << 32 | 5;
    restore(
        Set.of(1, 2),
        new PastStream(first, INPUT, 1, -1, 0, 0),
        new PastStream(second, INPUT, 2, -1, 0, 0));
    adopt(1, INPUT, first, 3);
    adopt(2, INPUT, second, 5);
    tracker.start();
    time.advance(0);
    assertThat(host.stops).hasSize(1);
    assertThat(host.ended).isEmpty();

    mark(2, second, 8, 80);
    tracker.onReport(2, stopped(second, 8));

    assertThat(host.ended).containsExactly(Map.entry(second, 8L));
    assertThat(tracker.cut(INPUT, 1))
        .containsExactly(List.of(new BlockRange(first, 0, 3), new BlockRange(second, 0, 8)));
    assertThat(host.starts).isEmpty();
  }

  @Test
  void anExecutorThatIsGivenUpBeforeItWasAdoptedIsSealed() {
    long old = 1L << 32 | 4;
    restore(Set.of(7), new PastStream(old, INPUT, 7, -1, 4, 2));
    tracker.onExecutorGone(7, "e000001-000007");
    seal("e000001-000007", old, 2, 6);

    assertThat(host.ended).containsEntry(old, 6L);
    assertThat(tracker.cut(INPUT, 1)).containsExactly(List.of(new BlockRange(old, 4, 6)));
  }

  /** Those that live are no place for a receiver that may run, or has run, on another. */
  @Test
  void aReceiverWaitsForTheExecutorsThatStayedAndThenForTheLogOfTheOneThatIsGone() {
    long old = 1L << 32 | 4;
    restore(Set.of(1, 7), new PastStream(old, INPUT, 7, -1, 4, 2));
    tracker.adopt(1, "e000001-000001", List.of(), List.of());
    tracker.start();
    tracker.onExecutorJoined();
    time.advance(0);
    assertThat(host.starts).isEmpty();

    tracker.onExecutorGone(7, "e000001-000007");
    host.answerPings();
    time.advance(0);
    assertThat(host.starts).as("what is left is not known").isEmpty();
    seal(log("e000001-000007", List.of(at("a", 60)), new SealedStream(old, 2, 6)));

    assertThat(host.startedOn).containsExactly(1);
    assertThat(host.starts.get(0).getPositionsList()).containsExactly(offset(at("a", 60)));
  }

  /** What is started there before its turn would be taken for a stream that it brings. */
  @Test
  void aReceiverWaitsForAnExecutorThatStayedWithoutAStreamToo() {
    long old = 1L << 32 | 4;
    restore(Set.of(1, 2), new PastStream(old, INPUT, 1, -1, 4, 2));
    tracker.start();
    tracker.adopt(1, "e000001-000001", List.of(mark(old, 9, 90).build()), List.of());
    time.advance(0);
    assertThat(host.starts).isEmpty();

    tracker.adopt(2, "", List.of(), List.of());
    time.advance(0);
    assertThat(host.starts).hasSize(1);
    assertThat(host.ended).containsExactly(Map.entry(old, 9L));
  }

  @Test
  void aStreamWhoseReceiverDoesNotRunAnyMoreEndsAtItsMark() {
    long old = 1L << 32 | 4;
    restore(Set.of(1), new PastStream(old, INPUT, 1, -1, 4, 2));
    tracker.adopt(1, "e000001-000001", List.of(mark(old, 9, 90).build()), List.of());
    time.advance(0);

    assertThat(host.ended).containsExactly(Map.entry(old, 9L));
    assertThat(host.startedOn).containsExactly(1);
    assertThat(host.starts.get(0).getLogDirectory())
        .as("the executor has its log still")
        .endsWith("/e000001-000001");
    assertThat(tracker.cut(INPUT, 1)).containsExactly(List.of(new BlockRange(old, 4, 9)));
  }

  /** Today's program has no such receiver. */
  @Test
  void aRunThatTheProgramDoesNotKnowIsStoppedAndItsStreamEndsWhereItSays() {
    long old = 1L << 32 | 4;
    int gone = 5;
    restore(Set.of(1), new PastStream(old, gone, 1, -1, 4, 4));
    adopt(1, gone, old, 6);
    assertThat(host.stops).extracting(StopReceiver::getReceiverId).containsExactly(gone);
    assertThat(host.ended).isEmpty();

    tracker.onReport(
        1,
        ReceiverReport.newBuilder()
            .setReceiverId(gone)
            .setStreamId(old)
            .setState(ReceiverState.STOPPED)
            .setFinalUntil(7)
            .build());

    assertThat(host.ended).containsExactly(Map.entry(old, 7L));
  }

  /** A batch may still need what was stored before it ended. */
  @Test
  void aStreamThatHadEndedIsReadFromItsLogWhenTheExecutorThatStayedIsLost() {
    long old = 1L << 32 | 4;
    restore(Set.of(1), new PastStream(old, INPUT, 1, 6, 4, 2));
    tracker.adopt(1, "e000001-000001", List.of(mark(old, 6, 60).build()), List.of());
    tracker.start();
    time.advance(0);
    assertThat(tracker.holders(old, 2, 4)).containsExactly(1);

    lose(1);
    assertThat(tracker.isSettled(old, 2, 4)).as("its log is being sealed").isFalse();
    seal("e000001-000001", old, 2, 6);

    assertThat(tracker.isSettled(old, 2, 4)).isTrue();
    assertThat(tracker.logged(old, 2, 4)).isNotEmpty();
    assertThat(tracker.cut(INPUT, 1)).containsExactly(List.of(new BlockRange(old, 4, 6)));
    assertThat(logs.deleted).isEmpty();
  }

  /** The driver before has told it to stop, and was gone before it had stopped. */
  @Test
  void aRunThatIsEndingIsNotTakenForARunningReceiver() {
    long old = 1L << 32 | 4;
    restore(Set.of(1), new PastStream(old, INPUT, 1, -1, 4, 2));
    tracker.adopt(
        1,
        "e000001-000001",
        List.of(mark(old, 9, 90).build()),
        List.of(new RunningStream(INPUT, old, true)));
    tracker.start();
    time.advance(0);
    assertThat(host.starts).isEmpty();
    assertThat(host.ended).as("it may store more").isEmpty();

    tracker.onReport(1, stopped(old, 11));
    time.advance(0);

    assertThat(host.ended).containsExactly(Map.entry(old, 11L));
    assertThat(host.startedOn).containsExactly(1);
    assertThat(tracker.cut(INPUT, 1)).containsExactly(List.of(new BlockRange(old, 4, 11)));
  }

  /** It stopped, its report came before streaming had started here, and then it was lost. */
  @Test
  void aStreamWhoseLogIsSealedEndsThereWhateverAnEarlierReportSays() {
    long old = 1L << 32 | 4;
    restore(Set.of(7), new PastStream(old, INPUT, 7, -1, 4, 2));
    tracker.onExecutorGone(7, "e000001-000007");
    tracker.onReport(7, stopped(old, 6));
    tracker.start();
    host.answerPings();
    time.advance(0);
    assertThat(host.starts).as("its positions are not known").isEmpty();

    seal(log("e000001-000007", List.of(at("a", 60)), new SealedStream(old, 2, 6)));

    assertThat(host.ended).containsExactly(Map.entry(old, 6L));
    assertThat(host.starts.get(0).getPositionsList()).containsExactly(offset(at("a", 60)));
  }

  /** The driver before died before it heard how far the stream was at its end. */
  @Test
  void thePositionsOfAStreamThatHadEndedComeWithItsExecutor() {
    long old = 1L << 32 | 4;
    adoptEnded(old, new ReachedPosition(INPUT, old, at("a", 40)));

    assertThat(host.starts.get(0).getPositionsList()).containsExactly(offset(at("a", 60)));
  }

  /** A later stream went on from there, and was used up. */
  @Test
  void anOlderStreamThatComesBackTakesNoPositionBack() {
    long old = 1L << 32 | 4;
    adoptEnded(old, new ReachedPosition(INPUT, old + 1, at("a", 90)));
    tracker.taken(tracker.cut(INPUT, 1));

    assertThat(host.starts.get(0).getPositionsList()).containsExactly(offset(at("a", 90)));
    assertThat(host.reached).isEmpty();
  }

  /** A stream that had ended at block 6, where its executor says that the source was at 60. */
  private void adoptEnded(long streamId, ReachedPosition told) {
    tracker.define(List.of(input(INPUT)));
    tracker.restore(
        List.of(new PastStream(streamId, INPUT, 1, 6, 4, 2)), List.of(), List.of(told), Set.of(1));
    tracker.adopt(
        1,
        "e000001-000001",
        List.of(mark(streamId, 6, 60).addPositions(offset(at("a", 60))).build()),
        List.of());
    tracker.start();
    time.advance(0);
  }

  /** A program with one receiver, and nothing in sealed logs. */
  private void restore(Set<Integer> stayed, PastStream... past) {
    tracker.define(List.of(input(INPUT)));
    tracker.restore(List.of(past), List.of(), List.of(), stayed);
  }
}
