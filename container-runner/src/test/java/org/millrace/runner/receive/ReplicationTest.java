package org.millrace.runner.receive;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.millrace.api.streaming.receiver.BlockFormat;
import org.millrace.checkpoint.runtime.SimulatedTime;
import org.millrace.runner.block.Block;
import org.millrace.runner.block.BlockId;
import org.millrace.runner.memory.MemoryAccountant.Use;
import org.millrace.runner.wire.proto.ReceiverReport;
import org.millrace.runner.wire.proto.ReceiverState;
import org.millrace.runner.wire.proto.StreamMark;

class ReplicationTest {
  private static final long MEMORY_BYTES = 8 << 20;

  private final SimulatedTime time = SimulatedTime.inOrder();
  private final PeerNetwork network = new PeerNetwork(time.loop("wire"), time, time.blockingWork());
  private final HandReceiver receiver = HandReceiver.of(BlockFormat.TEXT_LINES);
  private final PeerExecutor primary = executor(1, "a");
  private final long stream = primary.streamId(7);

  private PeerExecutor executor(int id, String host) {
    return network.add(
        id, host, time.loop("executor-" + id), MEMORY_BYTES, ReceiverSettings.DEFAULT);
  }

  private HandReceiver startWith(PeerExecutor... others) {
    assertThat(others).doesNotContain(primary);
    network.announce();
    time.runUntilIdle();
    primary.start(7, receiver, 2);
    time.runUntilIdle();
    return receiver.started();
  }

  private void storeBlocks(HandReceiver started, String... blocks) {
    for (String block : blocks) {
      started.lines(block);
      time.advance(200);
    }
  }

  private StreamMark mark(PeerExecutor executor) {
    return executor.mark(stream).orElseThrow();
  }

  private String text(PeerExecutor executor, long sequence, Integer... holders) {
    CompletableFuture<Block> read =
        executor.store().read(new BlockId(stream, sequence), List.of(holders));
    time.advance(10);
    return StandardCharsets.UTF_8.decode(read.join().payload()).toString();
  }

  @Test
  void theMarkMovesWhenTheCopyIsAcknowledged() {
    PeerExecutor peer = executor(2, "b");
    network.delay(20);
    HandReceiver started = startWith(peer);
    started.lines("to be\nor not\n");
    time.advance(199);
    assertThat(primary.mark(stream)).isEmpty();
    time.advance(21);
    assertThat(mark(primary).getUntil()).isZero();
    assertThat(mark(primary).getRecordCount()).isEqualTo(2);
    assertThat(mark(peer).getUntil()).isEqualTo(1);
    assertThat(mark(peer).getPrimary()).isFalse();
    time.advance(20);
    assertThat(mark(primary).getUntil()).isEqualTo(1);
    assertThat(mark(primary).getUntilRecords()).isEqualTo(2);
    assertThat(mark(primary).getPrimary()).isTrue();
    assertThat(text(peer, 0)).isEqualTo("to be\nor not\n");
  }

  @Test
  void prefersAnotherHost() {
    PeerExecutor sameHost = executor(2, "a");
    PeerExecutor otherHost = executor(3, "b");
    storeBlocks(startWith(sameHost, otherHost), "x\n");
    assertThat(sameHost.mark(stream)).isEmpty();
    assertThat(mark(otherHost).getUntil()).isEqualTo(1);
  }

  @Test
  void anotherPeerGetsAllUnreleasedBlocksWhenTheFirstIsLost() {
    PeerExecutor first = executor(2, "b");
    PeerExecutor second = executor(3, "a");
    HandReceiver started = startWith(first, second);
    storeBlocks(started, "0\n", "1\n", "2\n", "3\n");
    primary.release(stream, 2);
    time.runUntilIdle();
    network.kill(2);
    storeBlocks(started, "4\n");
    assertThat(mark(primary).getUntil()).isEqualTo(4);
    network.announce();
    time.advance(1);
    assertThat(mark(primary).getUntil()).isEqualTo(5);
    assertThat(mark(second).getFrom()).isEqualTo(2);
    assertThat(mark(second).getUntil()).isEqualTo(5);
    assertThat(mark(second).getUntilRecords()).isEqualTo(5);
    assertThat(text(second, 2)).isEqualTo("2\n");
    assertThat(text(second, 4)).isEqualTo("4\n");
  }

  @Test
  void lostFramesAreSentAgain() {
    PeerExecutor peer = executor(2, "b");
    HandReceiver started = startWith(peer);
    network.dropIf(
        (to, frame) ->
            frame.envelope().hasReplicateBlock()
                && frame.envelope().getReplicateBlock().getSequence() == 1);
    storeBlocks(started, "0\n", "1\n", "2\n");
    assertThat(mark(primary).getUntil()).isEqualTo(1);
    network.dropIf((to, frame) -> false);
    time.advance(ReceiverSettings.DEFAULT.resendTimeoutMs() + 250);
    assertThat(mark(primary).getUntil()).isEqualTo(3);
    assertThat(mark(peer).getUntil()).isEqualTo(3);
    network.dropIf((to, frame) -> frame.envelope().hasBlockReplicated());
    storeBlocks(started, "3\n");
    assertThat(mark(primary).getUntil()).isEqualTo(3);
    network.dropIf((to, frame) -> false);
    time.advance(ReceiverSettings.DEFAULT.resendTimeoutMs() + 250);
    assertThat(mark(primary).getUntil()).isEqualTo(4);
    assertThat(mark(peer).getUntilRecords()).isEqualTo(4);
  }

  @Test
  void aPeerWithoutMemoryRefusesAndGetsTheBlocksWhenItHasRoom() {
    PeerExecutor peer = executor(2, "b");
    HandReceiver started = startWith(peer);
    storeBlocks(started, "0\n");
    assertThat(peer.accountant().tryReserve(Use.BLOCKS, MEMORY_BYTES / 2 - 1_000)).isTrue();
    String large = "x".repeat(2_000) + "\n";
    storeBlocks(started, large, large);
    assertThat(mark(primary).getUntil()).isEqualTo(1);
    int sentBefore = network.sent().size();
    peer.accountant().release(Use.BLOCKS, MEMORY_BYTES / 2 - 1_000);
    time.runUntilIdle();
    assertThat(mark(primary).getUntil()).isEqualTo(3);
    assertThat(network.sent().size() - sentBefore).as("no polling").isLessThan(8);
    assertThat(text(peer, 2)).isEqualTo(large);
  }

  @Test
  void aPeerThatTakesNothingForLongIsLeftForAnother() {
    PeerExecutor first = executor(2, "b");
    PeerExecutor second = executor(3, "a");
    HandReceiver started = startWith(first, second);
    storeBlocks(started, "0\n");
    assertThat(mark(first).getUntil()).isEqualTo(1);
    network.dropIf((to, frame) -> to == 2);
    storeBlocks(started, "1\n");
    time.advance(ReceiverSettings.DEFAULT.peerPatienceMs() + 500);
    assertThat(mark(second).getUntil()).isEqualTo(2);
    assertThat(mark(primary).getUntil()).isEqualTo(2);
  }

  @Test
  void withoutAnotherExecutorTheMarkMovesAndTheReportSaysSoOnce() {
    HandReceiver started = startWith();
    storeBlocks(started, "0\n", "1\n", "2\n");
    assertThat(mark(primary).getUntil()).isEqualTo(3);
    assertThat(primary.reports())
        .extracting(ReceiverReport::getMessage)
        .filteredOn(message -> message.contains("replicas: 1 of 2"))
        .hasSize(1);
    PeerExecutor late = executor(2, "b");
    network.announce();
    time.runUntilIdle();
    assertThat(mark(late).getUntil()).isEqualTo(3);
    assertThat(primary.newestReport().getMessage()).contains("again");
    assertThat(primary.newestReport().getState()).isEqualTo(ReceiverState.STARTED);
  }

  @Test
  void waitsForALinkThatIsFull() {
    PeerExecutor peer = executor(2, "b");
    HandReceiver started = startWith(peer);
    network.closeLinkTo(2);
    storeBlocks(started, "0\n", "1\n");
    assertThat(peer.mark(stream)).isEmpty();
    network.openLinkTo(2);
    time.runUntilIdle();
    assertThat(mark(primary).getUntil()).isEqualTo(2);
  }

  @Test
  void aReleaseFreesTheMemoryOfBothCopies() {
    PeerExecutor peer = executor(2, "b");
    HandReceiver started = startWith(peer);
    storeBlocks(started, "0\n", "1\n");
    assertThat(primary.accountant().usedBytes()).isPositive();
    assertThat(peer.accountant().usedBytes()).isPositive();
    primary.release(stream, 2);
    peer.release(stream, 2);
    time.runUntilIdle();
    assertThat(primary.accountant().usedBytes()).isZero();
    assertThat(peer.accountant().usedBytes()).isZero();
    assertThat(mark(primary).getFrom()).isEqualTo(2);
    storeBlocks(started, "2\n");
    assertThat(mark(primary).getUntil()).isEqualTo(3);
    assertThat(mark(peer).getUntil()).isEqualTo(3);
  }

  @Test
  void aPeerThatMissedReleasedBlocksStartsAgainBehindThem() {
    PeerExecutor peer = executor(2, "b");
    HandReceiver started = startWith(peer);
    storeBlocks(started, "0\n");
    network.kill(2);
    network.announce();
    storeBlocks(started, "1\n", "2\n");
    primary.release(stream, 2);
    time.runUntilIdle();
    PeerExecutor next = executor(3, "b");
    network.announce();
    time.runUntilIdle();
    assertThat(mark(next).getFrom()).isEqualTo(2);
    assertThat(mark(next).getUntil()).isEqualTo(3);
    assertThat(mark(next).getUntilRecords()).isEqualTo(3);
    assertThat(mark(peer).getUntil()).isEqualTo(1);
  }

  @Test
  void theExecutorOfALostReceiverIsNotListenedToAnyMore() {
    PeerExecutor peer = executor(2, "b");
    network.delay(20);
    HandReceiver started = startWith(peer);
    started.lines("0\n");
    time.advance(205);
    network.kill(1);
    network.announce();
    time.advance(100);
    assertThat(peer.mark(stream)).isEmpty();
  }
}
