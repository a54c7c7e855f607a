package org.millrace.runner.receive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.spi.ReceiverSupervisor;
import org.millrace.api.streaming.receiver.BlockFormat;
import org.millrace.api.streaming.receiver.SourcePosition;
import org.millrace.checkpoint.runtime.SimulatedTime;
import org.millrace.runner.block.BlockLayout;
import org.millrace.runner.block.StoredBlock;
import org.millrace.runner.wire.proto.ReceiverReport;
import org.millrace.runner.wire.proto.ReceiverState;

class ReliableReceiverTest {
  private static final int RECEIVER = 7;

  private final SimulatedTime time = SimulatedTime.inOrder();
  private final PeerNetwork network = new PeerNetwork(time.loop("wire"), time, time.blockingWork());
  private final PeerExecutor executor =
      network.add(1, "host-1", time.loop("executor"), 8 << 20, ReceiverSettings.DEFAULT);
  private final FakeBlockLog log = executor.log();
  private final HandReceiver receiver = HandReceiver.of(BlockFormat.TEXT_LINES);

  private HandReceiver started(SourcePosition... positions) {
    executor.startLogged(RECEIVER, receiver, positions);
    time.advance(1);
    return receiver.started();
  }

  @Test
  void isSafeWhenTheLogHasIt() {
    HandReceiver running = started();
    log.hold();

    CompletableFuture<Void> stored = running.storeAsync(lines("a\nb\n"), at(2));
    time.advance(1);

    assertThat(log.waiting()).as("it does not wait for the block interval").isOne();
    assertThat(stored).isNotDone();
    assertThat(until()).isZero();
    log.flush();
    time.advance(0);
    assertThat(stored).isCompleted();
    assertThat(until()).isOne();
  }

  @Test
  void collectsWhatComesDuringAFlushInOneBlock() {
    HandReceiver running = started();
    log.hold();
    CompletableFuture<Void> first = running.storeAsync(lines("a\n"), at(1));
    time.advance(1);
    CompletableFuture<Void> second = running.storeAsync(lines("b\n"), at(2));
    CompletableFuture<Void> third = running.storeAsync(lines("c\n"), at(3));
    time.advance(1);
    assertThat(log.waiting()).isOne();

    log.flushNext();
    time.advance(0);

    assertThat(first).isCompleted();
    assertThat(second).isNotDone();
    assertThat(log.waiting()).as("what came meanwhile goes at once").isOne();
    log.flush();
    time.advance(0);
    assertThat(second).isCompleted();
    assertThat(third).isCompleted();
    assertThat(log.flushed()).extracting(StoredBlock::recordCount).containsExactly(1, 2);
    assertThat(log.flushed())
        .extracting(ReliableReceiverTest::position)
        .containsExactly(at(1), at(3));
  }

  @Test
  void keepsSourcesAndRecordsWithoutPositionInBlocksOfTheirOwn() {
    HandReceiver running = started();
    log.hold();
    running.storeAsync(lines("a\n"), at(1)).isDone();
    running.storeAsync(lines("b\n"), at(2)).isDone();
    running.storeAsync(lines("x\n"), SourcePosition.of("other", 9)).isDone();
    running.lines("plain\n");
    running.storeAsync(lines("c\n"), at(3)).isDone();
    log.flush();
    time.advance(400);
    log.flush();

    assertThat(log.flushed())
        .extracting(block -> text(block) + BlockLayout.position(block.encoded()).isPresent())
        .containsExactly("a\ntrue", "b\ntrue", "x\ntrue", "plain\nfalse", "c\ntrue");
  }

  @Test
  void goesOnAtThePositionsThatTheDriverKnows() {
    SourcePosition other = SourcePosition.of("other", new byte[] {1});

    HandReceiver running = started(other, at(40));

    assertThat(running.lastPosition("source").get()).isEqualTo(at(40));
    assertThat(running.lastPosition("other").get()).isEqualTo(other);
    running.storeAsync(lines("a\n"), SourcePosition.of("other", new byte[] {2})).isDone();
    assertThat(running.lastPosition("other").get()).as("what is stored now").isEqualTo(other);
  }

  @Test
  void startsAgainBehindWhatWasStoredWhenThatIsSafe() {
    HandReceiver running = started(at(40));
    log.hold();
    CompletableFuture<Void> stored = running.storeAsync(lines("a\n"), at(41));
    running.restart("connection reset", null, 10);
    time.advance(60_000);
    assertThat(running.starts()).as("a resume behind it would lose it").isOne();
    assertThat(stored).isNotDone();

    log.flush();
    time.advance(0);

    assertThat(running.starts()).isEqualTo(2);
    assertThat(running.lastPosition().get()).isEqualTo(at(41));
  }

  @Test
  void refusesPositionsOfAThreadThatOutlivedItsStart() {
    HandReceiver running = started();
    ReceiverSupervisor old = running.supervisor();
    running.restart("again", null, 10);
    time.advance(1_000);

    assertThat(running.starts()).isEqualTo(2);
    assertThatThrownBy(() -> old.storeBytesAt(lines("late\n"), at(1)))
        .isInstanceOfSatisfying(
            MillraceException.class,
            refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.ILLEGAL_USE));
    assertThat(log.flushed()).isEmpty();
  }

  @Test
  void endsWithItsReasonWhenTheLogFails() {
    HandReceiver running = started();
    running.storeAsync(lines("a\n"), at(1)).isDone();
    time.advance(0);
    log.hold();
    CompletableFuture<Void> stored = running.storeAsync(lines("b\n"), at(2));
    time.advance(1);

    log.fail(new MillraceException(ErrorCode.DURABILITY_UNKNOWN, "no DataNode is left"));
    time.advance(0);

    assertThat(stored).isCompletedExceptionally();
    assertThatThrownBy(() -> stored.get(1, TimeUnit.SECONDS))
        .hasMessageContaining("no DataNode is left");
    assertThatThrownBy(() -> running.store(lines("c\n"), at(3)))
        .isInstanceOf(MillraceException.class);
    ReceiverReport report = executor.newestReport();
    assertThat(report.getState()).isEqualTo(ReceiverState.FAILED);
    assertThat(report.getLogFailed()).isTrue();
    assertThat(report.getMessage()).contains("write-ahead log", "no DataNode is left");
    assertThat(report.getFinalUntil()).isOne();
    assertThat(running.stops()).isOne();
  }

  @Test
  void aStopWaitsUntilAllIsFlushed() {
    HandReceiver running = started();
    log.hold();
    running.lines("plain\n");
    executor.stop(RECEIVER, true);
    time.advance(1_000);
    assertThat(executor.newestReport().getState()).isEqualTo(ReceiverState.STARTED);

    log.flush();
    time.advance(0);

    assertThat(executor.newestReport().getState()).isEqualTo(ReceiverState.STOPPED);
    assertThat(executor.newestReport().getFinalUntil()).isOne();
  }

  @Test
  void aStopEndsWhatIsFlushedWhenTheLogHangs() {
    HandReceiver running = started();
    running.storeAsync(lines("a\n"), at(1)).isDone();
    time.advance(0);
    log.hold();
    CompletableFuture<Void> stored = running.storeAsync(lines("b\n"), at(2));
    executor.stop(RECEIVER, true);
    time.advance(ReceiverSettings.DEFAULT.drainTimeoutMs() + 1);

    assertThat(stored).isCompletedExceptionally();
    assertThat(executor.newestReport().getState()).isEqualTo(ReceiverState.STOPPED);
    assertThat(executor.newestReport().getFinalUntil()).isOne();
  }

  @Test
  void releasesInTheLog() {
    HandReceiver running = started();
    running.storeAsync(lines("a\n"), at(1)).isDone();
    time.advance(0);
    executor.release(executor.streamId(RECEIVER), 1);
    time.advance(0);

    assertThat(log.released()).containsEntry(executor.streamId(RECEIVER), 1L);
  }

  @Test
  void storesAllRecordsOfAPositionOrNone() {
    HandReceiver objects = HandReceiver.of(BlockFormat.OBJECTS);
    executor.startLogged(RECEIVER, objects);
    time.advance(1);
    HandReceiver running = objects.started();
    log.hold();
    running.storeAsync(List.<Object>of("first").iterator(), at(1)).isDone();
    running.storeAsync(List.<Object>of("second").iterator(), at(2)).isDone();
    List<Object> broken = List.of("third", new Unserializable());
    assertThatThrownBy(() -> running.storeAsync(broken.iterator(), at(4)))
        .isInstanceOf(MillraceException.class);
    running.storeAsync(List.<Object>of("fourth").iterator(), at(4)).isDone();
    time.advance(1);
    log.flush();
    time.advance(1);

    assertThat(log.flushed()).extracting(StoredBlock::recordCount).containsExactly(1, 2);
    assertThat(position(log.flushed().get(1))).isEqualTo(at(4));
  }

  /** It says that it can be serialized and cannot. */
  private static final class Unserializable implements java.io.Serializable {
    private static final long serialVersionUID = 1L;

    private void writeObject(java.io.ObjectOutputStream out) throws java.io.IOException {
      throw new java.io.NotSerializableException("for the test");
    }
  }

  private long until() {
    return executor.mark(executor.streamId(RECEIVER)).map(mark -> mark.getUntil()).orElse(0L);
  }

  private static SourcePosition position(StoredBlock block) {
    return BlockLayout.position(block.encoded()).orElseThrow();
  }

  private static String text(StoredBlock block) {
    return StandardCharsets.UTF_8.decode(BlockLayout.decode(block.encoded()).payload()).toString();
  }

  private static SourcePosition at(long offset) {
    return SourcePosition.of("source", offset);
  }

  private static ByteBuffer lines(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }
}
