package org.millrace.am.receive;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.millrace.api.graph.BlockRange;
import org.millrace.runner.wire.proto.LoggedBlocks;
import org.millrace.runner.wire.proto.StartReceiver;

class LoggedStreamsTest extends LoggedReceivers {
  @Test
  void startsAReceiverWhenTheDirectoryOfItsLogIsThere() {
    tracker.start(List.of(input(INPUT)));
    assertThat(host.starts).isEmpty();

    time.advance(0);

    assertThat(logs.made).containsExactly("e000002-000001");
    assertThat(host.starts.get(0).getLogDirectory())
        .isEqualTo("/checkpoint/executors/e000002-000001");
  }

  @Test
  void endsAStreamWhereItsLogEndsAndGoesOnAtItsPositions() {
    long stream = started();
    mark(1, stream, 5, 50);
    tracker.taken(tracker.cut(INPUT, 1));
    mark(1, stream, 6, 60);
    lose(1);
    host.answerPings();
    assertThat(host.ended).isEmpty();
    assertThat(tracker.cut(INPUT, 1)).as("it is not known what was acknowledged").isEmpty();
    assertThat(tracker.isSettled(stream, 3, 5)).isFalse();
    assertThat(host.starts).hasSize(1);

    seal("e000002-000001", stream, 2, 8, at("a", 80));

    assertThat(host.ended).containsEntry(stream, 8L);
    assertThat(tracker.isSettled(stream, 3, 5)).isTrue();
    assertThat(host.settled).isPositive();
    List<List<BlockRange>> rest = tracker.cut(INPUT, 1);
    assertThat(rest).containsExactly(List.of(new BlockRange(stream, 5, 8)));
    assertThat(tracker.records(rest)).isEqualTo(30);
    StartReceiver next = host.starts.get(1);
    assertThat(host.startedOn.get(1)).isEqualTo(2);
    assertThat(next.getStreamId()).isNotEqualTo(stream);
    assertThat(next.getPositionsList()).containsExactly(offset(at("a", 80)));
    assertThat(tracker.status().get(0).lostRecords()).isZero();
  }

  @Test
  void readsWhatNoExecutorHoldsFromTheSealedLog() {
    long stream = started();
    mark(1, stream, 5, 50);
    lose(1);
    seal("e000002-000001", stream, 0, 5);

    List<LoggedBlocks> located = tracker.logged(stream, 1, 4);

    assertThat(located)
        .containsExactly(
            LoggedBlocks.newBuilder()
                .setDirectory("/checkpoint/executors/e000002-000001.sealed")
                .setSegment("segment-1")
                .addAllOffsets(List.of(100L, 200L, 300L))
                .addAllLengths(List.of(90, 90, 90))
                .build());
    assertThat(tracker.logged(stream, 3, 6)).isEmpty();
    assertThat(tracker.holders(stream, 1, 4)).isEmpty();
  }

  @Test
  void otherStreamsGoOnWhileALogIsSealed() {
    tracker.start(List.of(input(0), input(1)));
    time.advance(0);
    long lost = host.stream(0, 1);
    long other = host.stream(1, 2);
    mark(1, lost, 5, 50);
    mark(2, other, 3, 30);
    lose(1);

    assertThat(tracker.cut(1, 1)).containsExactly(List.of(new BlockRange(other, 0, 3)));
    assertThat(tracker.isSettled(other, 0, 3)).isTrue();
    assertThat(tracker.cut(0, 1)).isEmpty();
  }

  @Test
  void aReplicaIsReadWithoutWaitingForTheLog() {
    long stream = started();
    mark(1, stream, 5, 50);
    mark(2, stream, 4, 40);
    lose(1);

    assertThat(tracker.isSettled(stream, 0, 4)).isTrue();
    assertThat(tracker.holders(stream, 0, 4)).containsExactly(2);
    assertThat(tracker.isSettled(stream, 0, 5)).isFalse();
  }

  @Test
  void triesAgainUntilTheLogIsSealed() {
    long stream = started();
    lose(1);
    logs.sealingFails("e000002-000001");
    time.advance(0);
    assertThat(host.ended).isEmpty();
    time.advance(RETRY_MS);

    seal("e000002-000001", stream, 0, 2);

    assertThat(host.ended).containsEntry(stream, 2L);
    assertThat(host.startedOn).containsExactly(1, 2);
  }

  @Test
  void sealsTheLogThatFailedAndStartsItsReceiversElsewhere() {
    tracker.start(List.of(input(0), input(1), input(2)));
    time.advance(0);
    long first = host.stream(0, 1);
    long third = host.stream(2, 1);
    mark(1, first, 2, 20);
    tracker.onReport(1, logFailed(0, first));

    assertThat(logs.sealing()).containsExactly("e000002-000001");
    tracker.onReport(1, logFailed(2, third));
    seal(new SealedStream(first, 0, 3), new SealedStream(third, 0, 1));

    assertThat(host.ended).containsEntry(first, 3L).containsEntry(third, 1L);
    assertThat(host.startedOn).containsExactly(1, 2, 1, 2, 2);
    assertThat(tracker.cut(0, 1)).containsExactly(List.of(new BlockRange(first, 0, 3)));
  }

  @Test
  void theOnlyExecutorGetsAnotherLog() {
    lose(2);
    long stream = started();
    tracker.onReport(1, logFailed(INPUT, stream));
    seal("e000002-000001", stream, 0, 1);

    assertThat(host.startedOn).containsExactly(1, 1);
    assertThat(host.starts.get(1).getLogDirectory()).endsWith("/e000002-000001-2");
  }

  @Test
  void deletesASealedLogWhenAllOfItIsReleased() {
    long stream = started();
    mark(1, stream, 2, 20);
    List<List<BlockRange>> first = tracker.cut(INPUT, 1);
    tracker.taken(first);
    lose(1);
    seal("e000002-000001", stream, 0, 3);
    List<List<BlockRange>> second = tracker.cut(INPUT, 1);
    tracker.taken(second);
    tracker.release(first);
    assertThat(logs.deleted).isEmpty();

    tracker.release(second);

    assertThat(logs.deleted).containsExactly("e000002-000001");
  }

  @Test
  void tellsThePositionsOfABatchBeforeTheirBlocksCanBeReleased() {
    long stream = started();
    tracker.onMarks(1, List.of(mark(stream, 2, 20).addPositions(offset(at("a", 7))).build()));
    List<List<BlockRange>> blocks = tracker.cut(INPUT, 1);
    assertThat(host.reached).isEmpty();

    tracker.taken(blocks);
    tracker.taken(blocks);

    assertThat(host.reached).containsExactly("0 ['a' at 7]");
  }

  @Test
  void severalLossesInARowLoseNoPosition() {
    long first = started();
    mark(1, first, 1, 10);
    lose(1);
    seal("e000002-000001", first, 0, 2, at("a", 20));
    host.join(3);
    tracker.onExecutorJoined();
    time.advance(0);
    lose(2);
    long second = host.starts.get(1).getStreamId();
    assertThat(tracker.cut(INPUT, 1)).containsExactly(List.of(new BlockRange(first, 0, 2)));
    seal(SealedLog.empty("e000002-000002"));

    assertThat(host.ended).containsEntry(second, 0L);
    assertThat(host.starts.get(2).getPositionsList()).containsExactly(offset(at("a", 20)));
  }

  /** Its last flush took longer than a stop waits, and what it has was never acknowledged. */
  @Test
  void aStreamThatHasEndedDoesNotFollowLaterMarks() {
    long stream = started();
    tracker.onMarks(1, List.of(mark(stream, 4, 40).addPositions(offset(at("a", 40))).build()));
    tracker.onReport(1, stopped(stream, 4));
    tracker.onMarks(1, List.of(mark(stream, 6, 60).addPositions(offset(at("a", 60))).build()));

    List<List<BlockRange>> last = tracker.cut(INPUT, 1);
    tracker.taken(last);

    assertThat(last).containsExactly(List.of(new BlockRange(stream, 0, 4)));
    assertThat(host.reached).containsExactly("0 ['a' at 40]");
  }

  /** The report of a stop may be faster than the mark of its last block. */
  @Test
  void thePositionsOfTheEndAreToldWhenTheyComeAfterIt() {
    long stream = started();
    tracker.onMarks(1, List.of(mark(stream, 3, 30).addPositions(offset(at("a", 30))).build()));
    tracker.onReport(1, stopped(stream, 4));
    List<List<BlockRange>> last = tracker.cut(INPUT, 1);
    tracker.taken(last);
    tracker.release(last);

    tracker.onMarks(1, List.of(mark(stream, 4, 40).addPositions(offset(at("a", 40))).build()));

    assertThat(host.reached).containsExactly("0 ['a' at 30]", "0 ['a' at 40]");
  }
}
