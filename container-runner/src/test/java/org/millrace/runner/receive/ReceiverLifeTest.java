package org.millrace.runner.receive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.streaming.receiver.BlockFormat;
import org.millrace.checkpoint.runtime.SimulatedTime;
import org.millrace.runner.block.Block;
import org.millrace.runner.block.BlockCodec;
import org.millrace.runner.block.BlockId;
import org.millrace.runner.codec.RecordCodec;
import org.millrace.runner.wire.proto.ReceiverReport;
import org.millrace.runner.wire.proto.ReceiverState;
import org.millrace.runner.wire.proto.RunningReceiver;
import org.millrace.runner.wire.proto.StreamMark;

class ReceiverLifeTest {
  private final SimulatedTime time = SimulatedTime.inOrder();
  private final PeerNetwork network = new PeerNetwork(time.loop("wire"), time, time.blockingWork());
  private final HandReceiver receiver = HandReceiver.of(BlockFormat.OBJECTS);
  private final PeerExecutor executor =
      network.add(1, "a", time.loop("executor-1"), 8 << 20, ReceiverSettings.DEFAULT);
  private final long stream = executor.streamId(7);

  private HandReceiver start(int replication) {
    network.announce();
    time.runUntilIdle();
    executor.start(7, receiver, replication);
    time.runUntilIdle();
    return receiver.started();
  }

  private StreamMark mark() {
    return executor.mark(stream).orElseThrow();
  }

  private ReceiverReport newest() {
    return executor.newestReport();
  }

  @Test
  void objectsAreEncodedAndReadBack() {
    HandReceiver started = start(1);
    started.store("to be");
    started.store(42L);
    time.advance(200);
    Block block = executor.store().read(new BlockId(stream, 0), List.of()).join();
    assertThat(block.codec()).isEqualTo(BlockCodec.RECORDS);
    RecordCodec codec = new RecordCodec(getClass().getClassLoader());
    assertThat(codec.decode(block.payload(), block.recordCount())).containsExactly("to be", 42L);
    assertThat(mark().getUntil()).isEqualTo(1);
    assertThat(mark().getUntilRecords()).isEqualTo(2);
    assertThat(executor.accountant().usedBytes())
        .as("a block holds what it needs")
        .isEqualTo(block.payload().remaining() + 48L);
  }

  @Test
  void anIntervalWithoutRecordsMakesNoBlock() {
    HandReceiver started = start(1);
    time.advance(2_000);
    started.store("x");
    time.advance(200);
    time.advance(2_000);
    assertThat(mark().getUntil()).isEqualTo(1);
  }

  @Test
  void aRefusedStartIsTriedAgainWithGrowingDelay() {
    RuntimeException refused = new IllegalStateException("port 9999 refused");
    receiver.failNextStarts(refused, refused, refused, refused, refused, refused, refused);
    start(1);
    List<Long> delays = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      assertThat(newest().getState()).isEqualTo(ReceiverState.RESTARTING);
      assertThat(newest().getMessage()).contains("onStart failed").contains("port 9999 refused");
      assertThat(newest().getError()).contains("IllegalStateException").contains("\tat ");
      delays.add(newest().getNextStartDelayMs());
      time.advance(newest().getNextStartDelayMs());
    }
    assertThat(delays).containsExactly(2_000L, 4_000L, 8_000L, 16_000L, 32_000L, 60_000L, 60_000L);
    assertThat(newest().getState()).isEqualTo(ReceiverState.STARTED);
    assertThat(receiver.started().starts()).isEqualTo(8);
    assertThat(receiver.started().stops()).isEqualTo(7);
  }

  @Test
  void theDelayIsSmallAgainAfterSomethingWasStored() {
    HandReceiver started = start(1);
    started.restart("first");
    time.advance(2_000);
    started.restart("second");
    time.runUntilIdle();
    assertThat(newest().getNextStartDelayMs()).isEqualTo(4_000);
    time.advance(4_000);
    started.store("x");
    started.restart("third");
    time.runUntilIdle();
    assertThat(newest().getNextStartDelayMs()).isEqualTo(2_000);
  }

  @Test
  void theReceiversOwnDelayIsKept() {
    HandReceiver started = start(1);
    started.restart("soon", new IOException("broken"), 10);
    time.runUntilIdle();
    assertThat(newest().getNextStartDelayMs()).isEqualTo(10);
    assertThat(newest().getError()).contains("java.io.IOException: broken");
    assertThat(started.isStopped()).isTrue();
    time.advance(10);
    assertThat(started.starts()).isEqualTo(2);
    assertThat(started.isStarted()).isTrue();
  }

  @Test
  void severalThreadsThatAskForARestartCauseOne() {
    HandReceiver started = start(1);
    started.restart("one");
    started.restart("two");
    time.advance(10_000);
    assertThat(started.starts()).isEqualTo(2);
    assertThat(started.stops()).isEqualTo(1);
  }

  @Test
  void whatCannotBeLoadedFails() {
    network.announce();
    executor.start(7, ByteString.copyFromUtf8("no receiver"), 1);
    time.runUntilIdle();
    assertThat(newest().getState()).isEqualTo(ReceiverState.FAILED);
    assertThat(newest().getMessage()).contains("cannot be loaded").contains("--jars");
    assertThat(newest().getFinalUntil()).isZero();
  }

  @Test
  void aDrainedStopStoresTheRestAndNamesTheLastBlock() {
    PeerExecutor peer =
        network.add(2, "b", time.loop("executor-2"), 8 << 20, ReceiverSettings.DEFAULT);
    network.delay(50);
    HandReceiver started = start(2);
    started.store("last words");
    executor.stop(7, true);
    time.advance(60);
    assertThat(newest().getState()).isEqualTo(ReceiverState.STARTED);
    time.advance(60);
    assertThat(newest().getState()).isEqualTo(ReceiverState.STOPPED);
    assertThat(newest().getFinalUntil()).isEqualTo(1);
    assertThat(started.stops()).isEqualTo(1);
    assertThat(mark().getUntil()).isEqualTo(1);
    assertThat(peer.mark(stream).orElseThrow().getUntil()).isEqualTo(1);
    assertThatThrownBy(() -> started.store("too late"))
        .isInstanceOfSatisfying(
            MillraceException.class,
            error -> assertThat(error.code()).isEqualTo(ErrorCode.ILLEGAL_USE));
  }

  @Test
  void aDrainThatFindsNoPeerThatAnswersEnds() {
    network.add(2, "b", time.loop("executor-2"), 8 << 20, ReceiverSettings.DEFAULT);
    network.dropIf((to, frame) -> true);
    HandReceiver started = start(2);
    started.store("last words");
    executor.stop(7, true);
    time.advance(ReceiverSettings.DEFAULT.drainTimeoutMs() - 1);
    assertThat(newest().getState()).isEqualTo(ReceiverState.STARTED);
    time.advance(1);
    assertThat(newest().getState()).isEqualTo(ReceiverState.STOPPED);
    assertThat(newest().getFinalUntil()).isEqualTo(1);
  }

  @Test
  void aStopWithoutDrainDoesNotWaitForCopies() {
    network.add(2, "b", time.loop("executor-2"), 8 << 20, ReceiverSettings.DEFAULT);
    network.dropIf((to, frame) -> true);
    start(2).store("x");
    executor.stop(7, false);
    time.runUntilIdle();
    assertThat(newest().getState()).isEqualTo(ReceiverState.STOPPED);
    assertThat(newest().getFinalUntil()).isEqualTo(1);
  }

  /** The report has said where it ends, and what is behind that was never acknowledged. */
  @Test
  void aStreamThatHasEndedDoesNotGrowWhenItsFlushSucceedsAfterAll() {
    network.announce();
    executor.startLogged(7, receiver);
    time.runUntilIdle();
    executor.log().hold();
    receiver.started().store("last words");
    executor.stop(7, true);
    time.advance(ReceiverSettings.DEFAULT.drainTimeoutMs() + 1_000);
    assertThat(newest().getState()).isEqualTo(ReceiverState.STOPPED);
    assertThat(newest().getFinalUntil()).isZero();

    executor.log().flush();
    time.runUntilIdle();

    assertThat(mark().getUntil()).isZero();
  }

  @Test
  void aPausedReceiverIsStoppedWithoutBeingStartedAgain() {
    HandReceiver started = start(1);
    started.restart("broken");
    time.advance(100);
    executor.stop(7, true);
    time.advance(60_000);
    assertThat(newest().getState()).isEqualTo(ReceiverState.STOPPED);
    assertThat(started.starts()).isEqualTo(1);
    assertThat(started.stops()).isEqualTo(1);
  }

  @Test
  void aReceiverEndsOfItsOwnWill() {
    HandReceiver started = start(1);
    started.store("x");
    started.stop("all read", new IOException("end"));
    time.runUntilIdle();
    assertThat(newest().getState()).isEqualTo(ReceiverState.STOPPED);
    assertThat(newest().getMessage()).isEqualTo("all read");
    assertThat(newest().getError()).contains("java.io.IOException: end");
    assertThat(newest().getFinalUntil()).isEqualTo(1);
  }

  @Test
  void theStreamGoesOnWhenTheReceiverIsStartedHereAgain() {
    start(1).store("x");
    executor.stop(7, true);
    executor.start(7, receiver, 1);
    time.runUntilIdle();
    receiver.started().store("y");
    time.advance(200);
    assertThat(mark().getUntil()).isEqualTo(2);
    assertThat(mark().getUntilRecords()).isEqualTo(2);
    assertThat(newest().getState()).isEqualTo(ReceiverState.STARTED);
  }

  @Test
  void manyProblemsAreShownOnceInASecond() {
    HandReceiver started = start(1);
    int before = executor.reports().size();
    for (int i = 0; i < 500; i++) {
      started.reportError("problem " + i, new IOException("cause " + i));
    }
    time.runUntilIdle();
    assertThat(executor.reports()).hasSize(before + 1);
    time.advance(1_000);
    assertThat(executor.reports()).hasSize(before + 2);
    assertThat(newest().getMessage()).isEqualTo("problem 499 (and 498 before)");
    assertThat(newest().getError()).contains("cause 499");
    assertThat(newest().getState()).isEqualTo(ReceiverState.STARTED);
  }

  @Test
  void closingTheExecutorStopsItsReceiversAndFreesTheirMemory() {
    HandReceiver started = start(1);
    started.store("x");
    time.advance(200);
    started.store("y");
    executor.manager().close();
    time.advance(1_000);
    assertThat(started.stops()).isEqualTo(1);
    assertThat(executor.accountant().usedBytes()).isZero();
    assertThat(executor.manager().marks()).isEmpty();
  }

  @Test
  void aRecordThatCannotBeSerializedHarmsNoOther() {
    HandReceiver started = start(1);
    started.store("a");
    List<Object> holdsItself = new ArrayList<>();
    holdsItself.add(holdsItself);
    assertThatThrownBy(() -> started.store((Object) holdsItself))
        .isInstanceOfSatisfying(
            MillraceException.class,
            error -> assertThat(error.code()).isEqualTo(ErrorCode.RECORD_TOO_LARGE));
    started.store("b");
    time.advance(200);
    assertThat(mark().getUntilRecords()).isEqualTo(2);
  }

  /** The driver has given the stream up, and the executor has not heard of it. */
  @Test
  void aStartWithAnotherStreamEndsTheRunThatIsThere() {
    HandReceiver first = start(1);
    first.store("x");
    long other = stream + 100;
    executor.start(7, receiver, other);
    time.runUntilIdle();

    assertThat(first.isStopped()).isTrue();
    ReceiverReport stopped = executor.reports().get(executor.reports().size() - 2);
    assertThat(stopped.getState()).isEqualTo(ReceiverState.STOPPED);
    assertThat(stopped.getStreamId()).isEqualTo(stream);
    assertThat(stopped.getFinalUntil()).isEqualTo(1);
    assertThat(newest().getState()).isEqualTo(ReceiverState.STARTED);
    assertThat(newest().getStreamId()).isEqualTo(other);
    receiver.started().store("y");
    time.advance(200);
    assertThat(executor.mark(other).orElseThrow().getUntil()).isEqualTo(1);
  }

  @Test
  void aStartThatWaitsIsStoppedWithAReport() {
    start(1);
    long other = stream + 100;
    executor.stop(7, false);
    executor.start(7, receiver, other);
    executor.stop(7, false);
    time.runUntilIdle();

    assertThat(executor.reports())
        .filteredOn(report -> report.getState() == ReceiverState.STOPPED)
        .extracting(ReceiverReport::getStreamId)
        .containsExactlyInAnyOrder(stream, other);
    assertThat(receiver.started().starts()).isEqualTo(1);
  }

  @Test
  void startsThatWaitFollowWhenTheLogFailsMeanwhile() {
    network.announce();
    List<Integer> receivers = List.of(7, 8);
    receivers.forEach(id -> executor.startLogged(id, receiver));
    time.runUntilIdle();
    executor.log().hold();
    for (int id : receivers) {
      executor.stop(id, true);
      executor.startLogged(id, receiver, executor.streamId(id) + 100);
    }
    executor.fail(new IOException("its directory is gone"));
    time.runUntilIdle();

    for (int id : receivers) {
      assertThat(executor.reports())
          .filteredOn(report -> report.getStreamId() == executor.streamId(id) + 100)
          .extracting(ReceiverReport::getState)
          .containsExactly(ReceiverState.STARTED);
    }
  }

  /** A driver that comes back is not to take it for one that goes on. */
  @Test
  void tellsThatARunIsEnding() {
    network.announce();
    executor.startLogged(7, receiver);
    time.runUntilIdle();
    RunningReceiver running =
        RunningReceiver.newBuilder().setReceiverId(7).setStreamId(stream).build();
    assertThat(executor.manager().running()).containsExactly(running);

    executor.log().hold();
    receiver.started().store("x");
    executor.stop(7, true);
    executor.startLogged(7, receiver, stream + 100);
    time.advance(100);

    assertThat(executor.manager().running())
        .containsExactlyInAnyOrder(
            running.toBuilder().setEnding(true).build(),
            running.toBuilder().setStreamId(stream + 100).setEnding(true).build());
  }
}
