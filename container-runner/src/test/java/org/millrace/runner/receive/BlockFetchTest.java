package org.millrace.runner.receive;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.streaming.receiver.BlockFormat;
import org.millrace.checkpoint.runtime.SimulatedTime;
import org.millrace.runner.block.Block;
import org.millrace.runner.block.BlockId;
import org.millrace.runner.wire.Frame;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.FetchBlock;
import org.millrace.runner.wire.proto.FetchedBlock;
import org.millrace.runner.wire.proto.ReplicateBlock;

/** Blocks that a task reads from another executor. */
class BlockFetchTest {
  private static final int READER = 3;

  private final SimulatedTime time = SimulatedTime.inOrder();
  private final PeerNetwork network = new PeerNetwork(time.loop("wire"), time, time.blockingWork());
  private final PeerExecutor primary = executor(1, "a");
  private final PeerExecutor replica = executor(2, "b");
  private final PeerExecutor reader = executor(READER, "a");
  private final HandReceiver receiver = HandReceiver.of(BlockFormat.TEXT_LINES);
  private final BlockId block = new BlockId(primary.streamId(7), 0);

  private PeerExecutor executor(int id, String host) {
    return network.add(id, host, time.loop("e" + id), 8 << 20, ReceiverSettings.DEFAULT);
  }

  private void storeOneBlock() {
    network.announce();
    time.runUntilIdle();
    primary.start(7, receiver, 2);
    time.runUntilIdle();
    receiver.started().lines("to be\n");
    time.advance(200);
    assertThat(replica.mark(block.streamId())).isPresent();
  }

  private static String text(CompletableFuture<Block> read) {
    assertThat(read).isDone();
    return StandardCharsets.UTF_8.decode(read.join().payload()).toString();
  }

  private static void assertLost(CompletableFuture<Block> read, String why) {
    assertThat(read)
        .failsWithin(java.time.Duration.ZERO)
        .withThrowableThat()
        .havingCause()
        .isInstanceOfSatisfying(
            MillraceException.class,
            error -> {
              assertThat(error.code()).isEqualTo(ErrorCode.BLOCK_LOST);
              assertThat(error).hasMessageContaining("block 7/1#0").hasMessageContaining(why);
            });
  }

  @Test
  void aBlockThatIsHereIsReadAtOnce() {
    storeOneBlock();
    assertThat(text(primary.store().read(block, List.of(1, 2)))).isEqualTo("to be\n");
    assertThat(text(replica.store().read(block, List.of(1, 2)))).isEqualTo("to be\n");
  }

  @Test
  void anotherExecutorGetsItFromAHolder() {
    storeOneBlock();
    CompletableFuture<Block> read = reader.store().read(block, List.of(1, 2));
    assertThat(read).isNotDone();
    time.runUntilIdle();
    assertThat(text(read)).isEqualTo("to be\n");
  }

  @Test
  void theNextHolderIsAskedWhenOneLeaves() {
    storeOneBlock();
    network.dropIf((to, frame) -> to == 1);
    CompletableFuture<Block> read = reader.store().read(block, List.of(1, 2));
    time.advance(10);
    assertThat(read).isNotDone();
    network.kill(1);
    network.announce();
    time.runUntilIdle();
    assertThat(text(read)).isEqualTo("to be\n");
  }

  @Test
  void theNextHolderIsAskedWhenOneDoesNotAnswer() {
    storeOneBlock();
    network.dropIf((to, frame) -> to == 1);
    CompletableFuture<Block> read = reader.store().read(block, List.of(1, 2));
    time.advance(1_000);
    assertThat(text(read)).isEqualTo("to be\n");
  }

  @Test
  void theNextHolderIsAskedWhenOneHasReleasedIt() {
    storeOneBlock();
    primary.release(block.streamId(), 1);
    time.runUntilIdle();
    CompletableFuture<Block> read = reader.store().read(block, List.of(1, 2));
    time.runUntilIdle();
    assertThat(text(read)).isEqualTo("to be\n");
  }

  @Test
  void whatNobodyHoldsIsLost() {
    storeOneBlock();
    network.kill(1);
    network.announce();
    replica.release(block.streamId(), 1);
    time.runUntilIdle();
    CompletableFuture<Block> read = reader.store().read(block, List.of(1, 2));
    time.runUntilIdle();
    assertLost(read, "executor 1 is lost, executor 2 does not hold it");
    assertLost(reader.store().read(block, List.of()), "executor 3 does not hold it");
  }

  @Test
  void aDamagedBlockIsTakenFromTheNextHolder() {
    storeOneBlock();
    network.dropIf((to, frame) -> to == 1);
    CompletableFuture<Block> read = reader.store().read(block, List.of(1, 2));
    time.runUntilIdle();
    ByteBuffer damaged = copy(primary.store().encoded(block).orElseThrow());
    damaged.put(50, (byte) '?');
    FetchedBlock answer = FetchedBlock.newBuilder().setRequest(0).setFound(true).build();
    Envelope envelope = Envelope.newBuilder().setFetchedBlock(answer).build();
    reader.manager().onPeerFrame(1, Frame.of(envelope, damaged));
    time.runUntilIdle();
    assertThat(text(read)).isEqualTo("to be\n");
  }

  @Test
  void anAnswerOfAnExecutorThatWasNotAskedIsIgnored() {
    storeOneBlock();
    network.dropIf((to, frame) -> to == 1);
    CompletableFuture<Block> read = reader.store().read(block, List.of(1));
    FetchedBlock answer = FetchedBlock.newBuilder().setRequest(0).setFound(false).build();
    reader
        .manager()
        .onPeerFrame(2, Frame.of(Envelope.newBuilder().setFetchedBlock(answer).build()));
    assertThat(read).isNotDone();
    time.advance(1_000);
    assertLost(read, "executor 1 did not answer within 1000 ms");
  }

  @Test
  void nonsenseOfAPeerIsDropped() {
    storeOneBlock();
    ByteBuffer good = primary.store().encoded(block).orElseThrow();
    ReplicateBlock otherName =
        ReplicateBlock.newBuilder().setStreamId(block.streamId()).setSequence(5).build();
    Envelope replicate = Envelope.newBuilder().setReplicateBlock(otherName).build();
    reader.manager().onPeerFrame(1, Frame.of(replicate, good));
    reader.manager().onPeerFrame(1, Frame.of(replicate, ByteBuffer.allocate(3)));
    reader.manager().onPeerFrame(1, Frame.of(replicate));
    FetchBlock negative = FetchBlock.newBuilder().setStreamId(1).setSequence(-1).build();
    reader
        .manager()
        .onPeerFrame(1, Frame.of(Envelope.newBuilder().setFetchBlock(negative).build()));
    assertThat(reader.manager().marks()).isEmpty();
    assertThat(reader.accountant().usedBytes()).isZero();
  }

  @Test
  void closingFailsWhatWaits() {
    storeOneBlock();
    network.dropIf((to, frame) -> to == 1);
    CompletableFuture<Block> read = reader.store().read(block, List.of(1, 2));
    reader.manager().close();
    assertLost(read, "executor 3 is closing");
    assertThat(read.handle((done, error) -> error).join())
        .isNotInstanceOf(CompletionException.class);
  }

  private static ByteBuffer copy(ByteBuffer bytes) {
    return ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
  }
}
