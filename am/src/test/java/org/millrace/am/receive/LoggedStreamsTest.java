package org.millrace.am.receive;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.millrace.api.graph.BlockRange;
import org.millrace.api.streaming.receiver.SourcePosition;
import org.millrace.checkpoint.blocklog.BlockLogIndex;
import org.millrace.checkpoint.blocklog.LoggedBlock;
import org.millrace.checkpoint.blocklog.StreamBlocks;
import org.millrace.checkpoint.runtime.SimulatedTime;
import org.millrace.checkpoint.segment.RecordLocation;
import org.millrace.runner.block.LoggedSource;
import org.millrace.runner.wire.proto.LoggedBlocks;
import org.millrace.runner.wire.proto.ReceiverReport;
import org.millrace.runner.wire.proto.ReceiverState;
import org.millrace.runner.wire.proto.SourceOffset;
import org.millrace.runner.wire.proto.StartReceiver;
import org.millrace.runner.wire.proto.StreamMark;

class LoggedStreamsTest {
  private static final int INPUT = 0;
  private static final long EPOCH = 2;
  private static final long RETRY_MS = 2_000;

  private final SimulatedTime time = SimulatedTime.inOrder();
  private final FakeHost host = new FakeHost(1, 2);
  private final FakeBlockLogs logs = new FakeBlockLogs();
  private final ReceiverTracker tracker = tracker();

  private ReceiverTracker tracker() {
    return new ReceiverTracker(
        host,
        time.loop("driver"),
        time,
        new ReceiverTracker.Settings(1_000, 200, RETRY_MS, RatePolicy.UNLIMITED, EPOCH),
        Optional.of(logs));
  }

  private long started() {
    tracker.start(List.of(input(INPUT)));
    time.advance(0);
    return host.stream(INPUT, 1);
  }

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
    tracker.define(List.of(input(INPUT)));
    tracker.restore(
        List.of(new PastStream(old, INPUT, 1, -1, 4, 2)), List.of(), List.of(), Set.of(1));
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
    tracker.define(List.of(input(INPUT)));
    tracker.restore(
        List.of(
            new PastStream(first, INPUT, 1, -1, 0, 0), new PastStream(second, INPUT, 2, -1, 0, 0)),
        List.of(),
        List.of(),
        Set.of(1, 2));
    adopt(1, INPUT, first, 3);
    adopt(2, INPUT, second, 5);
    tracker.start();
    time.advance(0);
    assertThat(host.stops).hasSize(1);
    assertThat(host.ended).isEmpty();

    mark(2, second, 8, 80);
    tracker.onReport(
        2,
        ReceiverReport.newBuilder()
            .setReceiverId(INPUT)
            .setStreamId(second)
            .setState(ReceiverState.STOPPED)
            .setFinalUntil(8)
            .build());

    assertThat(host.ended).containsExactly(Map.entry(second, 8L));
    assertThat(tracker.cut(INPUT, 1))
        .containsExactly(List.of(new BlockRange(first, 0, 3), new BlockRange(second, 0, 8)));
    assertThat(host.starts).isEmpty();
  }

  @Test
  void anExecutorThatIsGivenUpBeforeItWasAdoptedIsSealed() {
    long old = 1L << 32 | 4;
    tracker.define(List.of(input(INPUT)));
    tracker.restore(
        List.of(new PastStream(old, INPUT, 7, -1, 4, 2)), List.of(), List.of(), Set.of(7));
    tracker.onExecutorGone(7, "e000001-000007");
    seal("e000001-000007", old, 2, 6);

    assertThat(host.ended).containsEntry(old, 6L);
    assertThat(tracker.cut(INPUT, 1)).containsExactly(List.of(new BlockRange(old, 4, 6)));
  }

  private record SealedStream(long id, long from, long until) {}

  private void seal(String name, long stream, long from, long until, SourcePosition... positions) {
    seal(log(name, List.of(positions), new SealedStream(stream, from, until)));
  }

  private void seal(SealedStream... streams) {
    seal(log("e000002-000001", List.of(), streams));
  }

  private void seal(SealedLog log) {
    logs.sealed(log);
    host.answerPings();
    time.advance(0);
    time.advance(0);
  }

  /** Ten records a block; positions are of the first stream. */
  private static SealedLog log(
      String name, List<SourcePosition> positions, SealedStream... streams) {
    Map<Long, StreamBlocks> found = new HashMap<>();
    for (SealedStream stream : streams) {
      List<LoggedBlock> blocks = new ArrayList<>();
      for (long at = stream.from(); at < stream.until(); at++) {
        blocks.add(
            new LoggedBlock(stream.id(), at, 0, 10, new RecordLocation("segment-1", 100 * at, 90)));
      }
      found.put(stream.id(), new StreamBlocks(stream.id(), blocks));
    }
    Map<String, org.millrace.checkpoint.blocklog.SourcePosition> logged = new HashMap<>();
    for (SourcePosition position : positions) {
      var of = LoggedSource.position(streams[0].id(), position);
      logged.put(of.source(), of);
    }
    return SealedLog.of(
        name, new BlockLogIndex("/checkpoint/executors/" + name + ".sealed", found, logged, 0));
  }

  /** An executor of the driver before comes back with its log, and a receiver that runs. */
  private void adopt(int executorId, int inputId, long stream, long until) {
    tracker.adopt(
        executorId,
        "e000001-00000" + executorId,
        List.of(mark(stream, until, 10 * until).build()),
        List.of(new RunningStream(inputId, stream)));
  }

  private void lose(int executorId) {
    host.lose(executorId);
    tracker.onExecutorLost(executorId);
  }

  private void mark(int executorId, long stream, long until, long records) {
    tracker.onMarks(executorId, List.of(mark(stream, until, records).build()));
  }

  private static StreamMark.Builder mark(long stream, long until, long records) {
    return StreamMark.newBuilder()
        .setStreamId(stream)
        .setUntil(until)
        .setRecordCount(records)
        .setUntilRecords(records);
  }

  private static ReceiverReport logFailed(int receiverId, long stream) {
    return ReceiverReport.newBuilder()
        .setReceiverId(receiverId)
        .setStreamId(stream)
        .setState(ReceiverState.FAILED)
        .setMessage("the log failed")
        .setLogFailed(true)
        .build();
  }

  private static SourcePosition at(String source, long offset) {
    return SourcePosition.of(source, offset);
  }

  private static SourceOffset offset(SourcePosition position) {
    return SourceOffset.newBuilder()
        .setSource(position.source())
        .setOffset(ByteString.copyFrom(position.offsetBytes()))
        .build();
  }

  private static ReceiverInput input(int id) {
    return new ReceiverInput(id, "receiver-" + id, ByteString.EMPTY, 2, List.of());
  }
}
