package org.millrace.am.receive;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.millrace.api.graph.BlockRange;
import org.millrace.checkpoint.runtime.SimulatedTime;
import org.millrace.runner.wire.proto.ReceiverReport;
import org.millrace.runner.wire.proto.ReceiverState;
import org.millrace.runner.wire.proto.StreamMark;

class ReceiverTrackerTest {
  private static final int INPUT = 0;
  private static final long EPOCH = 3;
  private static final long RESTART_MS = 2_000;
  private static final ReceiverTracker.Settings SETTINGS =
      new ReceiverTracker.Settings(
          1_000, 200, RESTART_MS, new RatePolicy(true, 1_000, 1, 0.2, 0, 100, 50_000), EPOCH);

  private final SimulatedTime time = SimulatedTime.inOrder();
  private final FakeHost host = new FakeHost(1, 2);
  private final ReceiverTracker tracker =
      new ReceiverTracker(host, time.loop("driver"), time, SETTINGS, Optional.empty());

  @Test
  void putsEachReceiverWhereTheFewestAre() {
    tracker.start(List.of(input(0), input(1), input(2)));

    assertThat(host.startedOn).containsExactly(1, 2, 1);
    assertThat(host.started)
        .containsExactly(EPOCH << 32 | 1, EPOCH << 32 | 2, EPOCH << 32 | 3)
        .containsExactly(stream(0, 1), stream(1, 2), stream(2, 1));
  }

  @Test
  void putsAReceiverOnTheHostItWants() {
    tracker.start(
        List.of(new ReceiverInput(0, "receiver", ByteString.EMPTY, 2, List.of("host-2"))));

    assertThat(host.startedOn).containsExactly(2);
  }

  @Test
  void waitsForAnExecutor() {
    FakeHost empty = new FakeHost();
    ReceiverTracker waiting =
        new ReceiverTracker(empty, time.loop("other"), time, SETTINGS, Optional.empty());
    waiting.start(List.of(input(INPUT)));
    assertThat(empty.startedOn).isEmpty();

    empty.join(5);
    waiting.onExecutorJoined();

    assertThat(empty.startedOn).containsExactly(5);
  }

  @Test
  void dealsBlocksInOrderToAsManyPartitionsAsThereAreBlocksOrCores() {
    tracker.start(List.of(input(INPUT), input(1)));
    mark(1, stream(INPUT, 1), 0, 3, 30);
    mark(2, stream(1, 2), 0, 100, 100);

    assertThat(tracker.cut(INPUT, 8))
        .containsExactly(
            List.of(range(INPUT, 1, 0, 1)),
            List.of(range(INPUT, 1, 1, 2)),
            List.of(range(INPUT, 1, 2, 3)));
    assertThat(tracker.cut(INPUT, 2))
        .containsExactly(List.of(range(INPUT, 1, 0, 1)), List.of(range(INPUT, 1, 1, 3)));
    assertThat(tracker.cut(1, 3))
        .extracting(partition -> partition.get(0).blockCount())
        .containsExactly(33L, 33L, 34L);
  }

  @Test
  void takesABlockOnce() {
    tracker.start(List.of(input(INPUT)));
    mark(1, stream(INPUT, 1), 0, 2, 20);
    List<List<BlockRange>> first = tracker.cut(INPUT, 1);
    assertThat(tracker.records(first)).isEqualTo(20);
    tracker.taken(first);
    assertThat(tracker.cut(INPUT, 1)).isEmpty();

    mark(1, stream(INPUT, 1), 0, 5, 55);
    List<List<BlockRange>> second = tracker.cut(INPUT, 1);

    assertThat(second).containsExactly(List.of(range(INPUT, 1, 2, 5)));
    assertThat(tracker.records(second)).isEqualTo(35);
  }

  @Test
  void countsTheRecordsOfACutThatMarksOvertook() {
    tracker.start(List.of(input(INPUT)));
    mark(1, stream(INPUT, 1), 0, 2, 20);
    List<List<BlockRange>> first = tracker.cut(INPUT, 1);
    mark(1, stream(INPUT, 1), 0, 4, 40);
    tracker.taken(first);

    assertThat(tracker.records(tracker.cut(INPUT, 1))).isEqualTo(20);
  }

  @Test
  void namesThePrimaryFirstAmongTheHoldersOfAllBlocks() {
    host.join(3);
    tracker.start(List.of(input(INPUT), input(1)));
    long id = stream(1, 2);
    mark(1, id, 0, 4, 40);
    mark(2, id, 0, 5, 50);
    mark(3, id, 3, 5, 50);

    assertThat(tracker.holders(id, 0, 4)).containsExactly(2, 1);
    assertThat(tracker.holders(id, 3, 5)).containsExactly(2, 3);
    assertThat(tracker.holders(id, 3, 6)).isEmpty();
    assertThat(tracker.holders(99, 0, 1)).isEmpty();
  }

  @Test
  void endsTheStreamOfALostExecutorAtTheHighestHeldMarkWhenAllHaveAnswered() {
    tracker.start(List.of(input(INPUT)));
    long id = stream(INPUT, 1);
    mark(1, id, 0, 5, 50);
    mark(2, id, 0, 3, 30);
    lose(1);

    assertThat(host.ended).isEmpty();
    assertThat(tracker.cut(INPUT, 1)).as("it is not known what is left").isEmpty();
    assertThat(host.startedOn).containsExactly(1);

    mark(2, id, 0, 4, 40);
    host.answerPings();

    assertThat(host.ended).containsEntry(id, 4L);
    List<List<BlockRange>> rest = tracker.cut(INPUT, 1);
    assertThat(rest).containsExactly(List.of(range(INPUT, 1, 0, 4)));
    assertThat(tracker.records(rest)).isEqualTo(40);
    assertThat(status().lostRecords()).isEqualTo(10);
    assertThat(host.startedOn).containsExactly(1, 2);
  }

  @Test
  void tellsWhatHappensToAReceiver() {
    tracker.start(List.of(input(INPUT)));
    long id = stream(INPUT, 1);
    report(1, ReceiverState.STARTED, 0);
    ReceiverReport said = report(INPUT, id, ReceiverState.STARTED, 0);
    tracker.onReport(1, said.toBuilder().setMessage("replicas: 1 of 2").setNotice(true).build());
    tracker.onReport(1, said.toBuilder().setMessage("odd line").build());
    tracker.onReport(
        1, report(INPUT, id, ReceiverState.RESTARTING, 0).toBuilder().setMessage("eof").build());
    report(1, ReceiverState.STARTED, 0);
    lose(1);
    host.answerPings();

    assertThat(host.changes)
        .containsExactly(
            "STARTED 0 ",
            "ERROR 0 odd line",
            "ERROR 0 eof",
            "STARTED 0 eof",
            "STOPPED 0 its executor 1 was lost");
  }

  @Test
  void tellsAReceiverItsRateAtTheStartAndWhenItChanges() {
    tracker.start(List.of(input(INPUT)));
    report(1, ReceiverState.STARTED, 0);
    assertThat(host.starts.get(0).getRecordsPerSecond()).isEqualTo(1_000);
    tracker.onBatchCompleted(1_000, Map.of(INPUT, 1_000L), 100, 0);
    tracker.onBatchCompleted(2_000, Map.of(INPUT, 10L), 100, 0);
    assertThat(host.rates).containsExactly(8_000L);
    assertThat(status().mostRecordsPerSecond()).isEqualTo(8_000);

    lose(1);
    host.answerPings();
    assertThat(host.starts.get(1).getRecordsPerSecond()).isEqualTo(8_000);
  }

  @Test
  void countsAllPromisedRecordsAsLostWhenNobodyHoldsThem() {
    tracker.start(List.of(input(INPUT)));
    mark(1, stream(INPUT, 1), 0, 2, 10);
    mark(1, stream(INPUT, 1), 0, 5, 30);
    lose(1);
    host.answerPings();

    assertThat(host.ended).containsEntry(stream(INPUT, 1), 0L);
    assertThat(status().lostRecords()).isEqualTo(30);
  }

  @Test
  void neverEndsAStreamBelowWhatABatchTook() {
    tracker.start(List.of(input(INPUT)));
    mark(1, stream(INPUT, 1), 0, 5, 50);
    tracker.taken(tracker.cut(INPUT, 1));
    lose(1);
    host.answerPings();

    assertThat(host.ended).containsEntry(stream(INPUT, 1), 5L);
    assertThat(status().lostRecords()).isZero();
  }

  @Test
  void goesElsewhereAfterAFailureAsLongAsItDidNotFailEverywhere() {
    tracker.start(List.of(input(INPUT)));
    report(1, ReceiverState.FAILED, 0);
    time.advance(RESTART_MS - 1);
    assertThat(host.startedOn).containsExactly(1);
    time.advance(1);
    assertThat(host.startedOn).containsExactly(1, 2);
    assertThat(host.starts.get(1).getRestart()).isEqualTo(1);

    // Blocks of the second stream are released, which forgets the first, used up one.
    mark(2, stream(INPUT, 2), 0, 1, 1);
    List<List<BlockRange>> blocks = tracker.cut(INPUT, 1);
    tracker.taken(blocks);
    tracker.release(blocks);
    report(2, ReceiverState.FAILED, 1);
    time.advance(RESTART_MS);
    assertThat(host.startedOn).containsExactly(1, 2, 1);
    assertThat(host.started).as("stream ids are not used again").doesNotHaveDuplicates();

    host.join(3);
    tracker.onReport(1, report(INPUT, stream(INPUT, 1), ReceiverState.FAILED, 0));
    time.advance(RESTART_MS);
    assertThat(host.startedOn).containsExactly(1, 2, 1, 3);
  }

  @Test
  void tellsWhenAllHaveStopped() {
    tracker.start(List.of(input(INPUT), input(1)));
    tracker.stop(true);
    assertThat(host.stops).hasSize(2).allMatch(stop -> stop.getDrain());
    report(1, ReceiverState.STOPPED, 7);
    assertThat(host.allStopped).isZero();

    tracker.onReport(2, report(1, stream(1, 2), ReceiverState.STOPPED, 0));

    assertThat(host.allStopped).isEqualTo(1);
    assertThat(host.ended).containsEntry(stream(INPUT, 1), 7L);
    assertThat(tracker.hasUncutBlocks()).isTrue();
    tracker.taken(tracker.cut(INPUT, 4));
    assertThat(tracker.hasUncutBlocks()).isFalse();
  }

  @Test
  void aStopWaitsUntilItIsKnownWhatALostExecutorLeft() {
    tracker.start(List.of(input(INPUT)));
    mark(1, stream(INPUT, 1), 0, 5, 50);
    mark(2, stream(INPUT, 1), 0, 5, 50);
    lose(1);
    tracker.stop(true);
    assertThat(host.allStopped).isZero();

    host.answerPings();

    assertThat(host.allStopped).isEqualTo(1);
    assertThat(tracker.hasUncutBlocks()).isTrue();
    assertThat(host.startedOn).as("it does not start again").containsExactly(1);
  }

  @Test
  void aLossDuringAStopStopsTheReceiver() {
    tracker.start(List.of(input(INPUT)));
    tracker.stop(true);
    lose(1);
    host.answerPings();

    assertThat(host.allStopped).isEqualTo(1);
    assertThat(host.startedOn).containsExactly(1);
  }

  @Test
  void tellsExecutorsThatHoldBlocksOnceWhatTheyMayDrop() {
    tracker.start(List.of(input(INPUT)));
    mark(1, stream(INPUT, 1), 0, 4, 40);
    List<List<BlockRange>> blocks = tracker.cut(INPUT, 2);
    tracker.taken(blocks);
    tracker.release(blocks);
    tracker.release(blocks);

    assertThat(host.releases).hasSize(1);
    assertThat(host.releases.get(0).getStreamsList())
        .extracting(StreamMark::getUntil)
        .containsExactly(4L);
  }

  @Test
  void keepsRecordsOfEndedStreamsInItsTotals() {
    tracker.start(List.of(input(INPUT)));
    mark(1, stream(INPUT, 1), 0, 2, 20);
    mark(2, stream(INPUT, 1), 0, 2, 20);
    lose(1);
    host.answerPings();
    mark(2, stream(INPUT, 2), 0, 1, 5);

    assertThat(status().records()).isEqualTo(25);
    assertThat(status().restarts()).isEqualTo(1);
    assertThat(status().executorId()).isEqualTo(2);
  }

  private ReceiverStatus status() {
    return tracker.status().get(0);
  }

  private void lose(int executorId) {
    host.lose(executorId);
    tracker.onExecutorLost(executorId);
  }

  private void mark(int executorId, long streamId, long from, long until, long records) {
    tracker.onMarks(
        executorId,
        List.of(
            StreamMark.newBuilder()
                .setStreamId(streamId)
                .setFrom(from)
                .setUntil(until)
                .setRecordCount(records)
                .setUntilRecords(records)
                .build()));
  }

  private void report(int executorId, ReceiverState state, long finalUntil) {
    tracker.onReport(executorId, report(INPUT, stream(INPUT, executorId), state, finalUntil));
  }

  private static ReceiverReport report(
      int receiverId, long streamId, ReceiverState state, long finalUntil) {
    return ReceiverReport.newBuilder()
        .setReceiverId(receiverId)
        .setStreamId(streamId)
        .setState(state)
        .setFinalUntil(finalUntil)
        .build();
  }

  private static ReceiverInput input(int id) {
    return new ReceiverInput(id, "receiver-" + id, ByteString.EMPTY, 2, List.of());
  }

  private long stream(int receiverId, int executorId) {
    return host.stream(receiverId, executorId);
  }

  private BlockRange range(int receiverId, int executorId, long from, long until) {
    return new BlockRange(stream(receiverId, executorId), from, until);
  }
}
