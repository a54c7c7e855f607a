package org.millrace.runner.receive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.millrace.checkpoint.blocklog.BlockCompression;
import org.millrace.checkpoint.blocklog.BlockLogReader;
import org.millrace.checkpoint.blocklog.LoggedBlock;
import org.millrace.checkpoint.files.FakeDurableFiles;
import org.millrace.checkpoint.files.FencedException;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.checkpoint.runtime.SimulatedTime;
import org.millrace.runner.block.BlockCodec;
import org.millrace.runner.block.BlockHeader;
import org.millrace.runner.block.BlockId;
import org.millrace.runner.block.BlockLayout;
import org.millrace.runner.block.LoggedPlace;
import org.millrace.runner.block.StoredBlock;

/** Blocks that are compressed by many threads on their way into the log. */
class SegmentBlockLogTest {
  private static final String DIRECTORY = "/checkpoint/executors/e000001-000001";
  private static final long STREAM = 5;
  private static final int BLOCKS = 20;

  private final List<Throwable> failures = new ArrayList<>();
  private final List<CompletableFuture<LoggedPlace>> places = new ArrayList<>();
  private SimulatedTime time;
  private Loop loop;
  private FakeDurableFiles files;
  private ReceivedBlockLog log;

  private void open(long seed) {
    time = SimulatedTime.shuffled(seed);
    loop = time.loop("executor");
    files = new FakeDurableFiles(time.blockingWork(), time);
    files.makeDirectories(DIRECTORY).isDone();
    time.runUntilIdle();
    inLoop(
        () ->
            log =
                SegmentBlockLog.opener(
                        files, time.blockingWork(), loop, time, 1, BlockCompression.LZ4)
                    .open(DIRECTORY, failures::add));
    time.runUntilIdle();
  }

  private void inLoop(Runnable turn) {
    loop.execute(turn);
  }

  private static StoredBlock block(long sequence) {
    BlockId id = new BlockId(STREAM, sequence);
    BlockHeader header = new BlockHeader(id, BlockCodec.TEXT_LINES, 1, 0, ByteBuffer.allocate(0));
    ByteBuffer area = ByteBuffer.allocate(BlockLayout.HEADER_BYTES + 2_000);
    area.put(BlockLayout.HEADER_BYTES, (byte) sequence);
    return new StoredBlock(
        id,
        1,
        BlockLayout.encodeInPlace(header, area.position(BlockLayout.HEADER_BYTES)),
        area.capacity());
  }

  private void appendAll() {
    for (int i = 0; i < BLOCKS; i++) {
      places.add(log.append(block(i)));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void keepsTheirOrderAndClosesBehindThem(long seed) {
    open(seed);
    List<CompletableFuture<Void>> closed = new ArrayList<>();
    inLoop(
        () -> {
          appendAll();
          closed.add(log.close());
          closed.add(log.close());
        });
    time.runUntilIdle();

    assertThat(closed).allMatch(future -> future.isDone() && !future.isCompletedExceptionally());
    assertThat(places).hasSize(BLOCKS).allMatch(CompletableFuture::isDone);
    CompletableFuture<List<LoggedBlock>> found =
        BlockLogReader.index(files, time.blockingWork(), DIRECTORY, 1)
            .thenApply(index -> index.streams().get(STREAM).blocks());
    time.runUntilIdle();
    assertThat(found.join())
        .extracting(LoggedBlock::location)
        .isEqualTo(places.stream().map(place -> place.join().location()).toList());
    for (LoggedBlock logged : found.join()) {
      assertThat(logged.location().length()).isLessThan(300);
      assertThat(BlockLogReader.read(files, DIRECTORY, logged.location()).bytes())
          .isEqualTo(block(logged.sequence()).encoded());
    }
    assertThat(failures).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void failsAllOfThemWhenTheLogIsGone(long seed) {
    open(seed);
    files.renameDirectory(DIRECTORY, DIRECTORY + ".sealed").isDone();
    time.runUntilIdle();
    inLoop(this::appendAll);
    time.runUntilIdle();

    assertThat(places).hasSize(BLOCKS).allMatch(CompletableFuture::isCompletedExceptionally);
    assertThatThrownBy(places.get(BLOCKS - 1)::join).hasCauseInstanceOf(FencedException.class);
    assertThat(failures).hasSize(1);
  }
}
