package org.millrace.runner.receive;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.millrace.checkpoint.blocklog.BlockCompression;
import org.millrace.checkpoint.files.FakeDurableFiles;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.checkpoint.runtime.SimulatedTime;
import org.millrace.runner.block.Block;
import org.millrace.runner.block.BlockCodec;
import org.millrace.runner.block.BlockHeader;
import org.millrace.runner.block.BlockId;
import org.millrace.runner.block.BlockLayout;
import org.millrace.runner.block.BlockMemory;
import org.millrace.runner.block.BlockStore;
import org.millrace.runner.block.LoggedBlockReader;
import org.millrace.runner.block.MemoryRequest;
import org.millrace.runner.block.StoredBlock;
import org.millrace.runner.executor.PeerLinks;
import org.millrace.runner.memory.BudgetAccountant;
import org.millrace.runner.wire.Frame;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.FetchBlock;

/** While there is no driver the log gives receivers room in memory. */
class SpillToLogTest {
  private static final String DIRECTORY = "/checkpoint/executors/e000001-000001";
  private static final long STREAM = 5;
  private static final int PAYLOAD_BYTES = 1_000;
  private static final int RESERVED_BYTES = 1_100;

  private final SimulatedTime time = SimulatedTime.inOrder();
  private final Loop loop = time.loop("executor");
  private final FakeDurableFiles files = new FakeDurableFiles(time.blockingWork(), time);
  private final Answers answers = new Answers();

  /** Room for four blocks. */
  private final BlockMemory memory =
      new BlockMemory(
          new BudgetAccountant(9 * RESERVED_BYTES, PeerExecutor.ALL_BUT_HALF_FOR_BLOCKS));

  /** Three blocks may be in the log alone. */
  private final BlockStore store =
      new BlockStore(
          answers,
          memory,
          new LoggedBlockReader(files, time.blockingWork()),
          2 * RESERVED_BYTES + 1,
          loop,
          1_000);

  private LoggedStream stream;
  private long stored;

  private void open() {
    files.makeDirectories(DIRECTORY).isDone();
    time.runUntilIdle();
    loop.execute(
        () ->
            stream =
                new LoggedStream(
                    DIRECTORY,
                    SegmentBlockLog.opener(
                            files, time.blockingWork(), loop, time, 1, BlockCompression.NONE)
                        .open(DIRECTORY, failure -> {}),
                    store,
                    new SafeMark(() -> {}),
                    loop));
    time.runUntilIdle();
  }

  /** A receiver asks for the memory of a block, and stores the block when it has it. */
  private MemoryRequest store() {
    MemoryRequest memoryOfBlock = memory.reserveReceived(RESERVED_BYTES);
    CompletableFuture<Void> unused = memoryOfBlock.granted().thenRun(() -> loop.execute(this::put));
    time.advance(100);
    return memoryOfBlock;
  }

  private void put() {
    BlockId id = new BlockId(STREAM, stored++);
    BlockHeader header = new BlockHeader(id, BlockCodec.TEXT_LINES, 1, 0, ByteBuffer.allocate(0));
    ByteBuffer area = ByteBuffer.allocate(BlockLayout.HEADER_BYTES + PAYLOAD_BYTES);
    area.put(BlockLayout.HEADER_BYTES, (byte) id.sequence());
    StoredBlock block =
        new StoredBlock(
            id,
            1,
            BlockLayout.encodeInPlace(header, area.position(BlockLayout.HEADER_BYTES)),
            RESERVED_BYTES);
    store.append(block);
    stream.onStored(block);
  }

  private byte first(long sequence) {
    CompletableFuture<Block> read = store.read(new BlockId(STREAM, sequence), List.of());
    time.advance(100);
    return read.join().payload().get();
  }

  @Test
  void theOldestBlocksLeaveMemoryAndAreReadFromTheLog() {
    open();
    for (int i = 0; i < 4; i++) {
      assertThat(store().granted()).isCompleted();
    }
    MemoryRequest fifth = store();
    assertThat(fifth.granted()).as("a driver takes blocks soon").isNotDone();

    store.beginSpilling();
    time.advance(100);

    assertThat(fifth.granted()).isCompleted();
    assertThat(store.memoryFrom(STREAM)).isOne();
    assertThat(store.encoded(new BlockId(STREAM, 0))).isEmpty();
    for (long sequence = 0; sequence < 5; sequence++) {
      assertThat(first(sequence)).isEqualTo((byte) sequence);
    }
  }

  @Test
  void receiversWaitWhenTheLogHasAllThatItMay() {
    open();
    store.beginSpilling();
    for (int i = 0; i < 7; i++) {
      assertThat(store().granted()).isCompleted();
    }

    MemoryRequest eighth = store();
    assertThat(eighth.granted()).isNotDone();
    assertThat(store.memoryFrom(STREAM)).isEqualTo(3);
    store.release(STREAM, 2);
    time.advance(100);
    assertThat(eighth.granted()).as("room in the log is no room in memory yet").isNotDone();
    assertThat(store().granted()).as("the next one who waits makes it").isCompleted();
    assertThat(eighth.granted()).isCompleted();
  }

  @Test
  void receiversWaitForTheDriverThatIsBack() {
    open();
    store.beginSpilling();
    for (int i = 0; i < 5; i++) {
      assertThat(store().granted()).isCompleted();
    }

    store.endSpilling();

    MemoryRequest sixth = store();
    assertThat(sixth.granted()).isNotDone();
    store.release(STREAM, 2);
    time.advance(100);
    assertThat(sixth.granted()).isCompleted();
  }

  @Test
  void anotherExecutorGetsWhatIsInTheLogAlone() {
    open();
    store.beginSpilling();
    for (int i = 0; i < 5; i++) {
      assertThat(store().granted()).isCompleted();
    }

    store.onFetchBlock(
        2, FetchBlock.newBuilder().setRequest(9).setStreamId(STREAM).setSequence(0).build());
    time.advance(100);

    assertThat(answers.sent).hasSize(1);
    Frame answer = answers.sent.get(0);
    assertThat(answer.envelope().getFetchedBlock().getRequest()).isEqualTo(9);
    assertThat(answer.envelope().getFetchedBlock().getFound()).isTrue();
    assertThat(BlockLayout.decode(answer.payload().bytes()).id()).isEqualTo(new BlockId(STREAM, 0));
  }

  /** Keeps what is sent to others. */
  private static final class Answers implements PeerLinks {
    private final List<Frame> sent = new ArrayList<>();

    @Override
    public int self() {
      return 1;
    }

    @Override
    public void send(int executorId, Frame frame) {
      sent.add(frame);
    }

    @Override
    public boolean isWritable(int executorId) {
      return true;
    }

    @Override
    public void onWritable(int executorId, Runnable action) {
      action.run();
    }

    @Override
    public boolean driverByReference() {
      return false;
    }

    @Override
    public void sendToDriver(Envelope.Builder message, Object payloadOrNull) {
      throw new UnsupportedOperationException();
    }
  }
}
