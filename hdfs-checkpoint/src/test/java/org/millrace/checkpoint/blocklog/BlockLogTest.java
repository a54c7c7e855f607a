package org.millrace.checkpoint.blocklog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.files.FakeDurableFiles;
import org.millrace.checkpoint.files.FencedException;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.checkpoint.runtime.SimulatedTime;
import org.millrace.checkpoint.segment.RecordLogOptions;
import org.millrace.checkpoint.segment.Sealing;

class BlockLogTest {

  private static final String DIRECTORY = "/checkpoint/executors/executor-000007";
  private static final String GOLDEN = "block-log-v1.bin";

  private final SimulatedTime time = SimulatedTime.inOrder();
  private final FakeDurableFiles files = new FakeDurableFiles(time.blockingWork(), time);
  private final Loop loop = time.loop("executor");
  private final List<MillraceException> failures = new ArrayList<>();
  private BlockLog log;

  @BeforeEach
  void startALog() {
    answer(files.makeDirectories(DIRECTORY));
    log = start(RecordLogOptions.DEFAULT);
  }

  private BlockLog start(RecordLogOptions options) {
    return BlockLog.start(files, loop, time, DIRECTORY, 7, options, failures::add);
  }

  private <T> T answer(CompletableFuture<T> future) {
    time.runUntilIdle();
    assertThat(future).isDone();
    return future.join();
  }

  private <T> T inLoop(Supplier<T> turn) {
    CompletableFuture<T> result = new CompletableFuture<>();
    loop.execute(() -> result.complete(turn.get()));
    assertThat(time.runUntil(result::isDone, 100_000)).isTrue();
    return result.join();
  }

  private static ReceivedBlock block(long stream, long sequence, String position) {
    return new ReceivedBlock(
        stream,
        sequence,
        1_700_000_000_000L + sequence,
        3,
        position.isEmpty()
            ? Optional.empty()
            : Optional.of(new SourcePosition("source " + stream, bytes(position))),
        bytes("block " + stream + "/" + sequence));
  }

  private static PackedBlock plain(ReceivedBlock block) {
    return PackedBlock.of(block, BlockCompression.NONE);
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  private LoggedBlock append(ReceivedBlock block) {
    return answer(inLoop(() -> log.append(plain(block))));
  }

  private String seal() {
    return answer(new Sealing(files, Duration.ofSeconds(10)).seal(DIRECTORY)).orElseThrow();
  }

  private BlockLogIndex index(String directory) {
    return answer(BlockLogReader.index(files, time.blockingWork(), directory, 7));
  }

  /** All kinds of records; pins the format. */
  private void appendSamples() {
    append(block(1, 0, ""));
    append(block(2, 5, "line 17"));
    append(block(1, 1, ""));
    append(block(2, 6, "line 42"));
  }

  @Test
  void findsBlocksAndPositionsOfASealedExecutor() {
    appendSamples();
    append(block(2, 7, "x".repeat(SourcePosition.MAX_POSITION_BYTES)));
    String sealed = seal();
    BlockLogIndex index = index(sealed);
    assertThat(index.streams()).containsOnlyKeys(1L, 2L);
    assertThat(index.streams().get(1L).first()).isZero();
    assertThat(index.streams().get(1L).end()).isEqualTo(2);
    StreamBlocks second = index.streams().get(2L);
    assertThat(second.first()).isEqualTo(5);
    assertThat(second.end()).isEqualTo(8);
    assertThat(second.blocks().get(0).arrivalTimeMs()).isEqualTo(1_700_000_000_005L);
    assertThat(second.blocks().get(0).recordCount()).isEqualTo(3);
    assertThat(index.positions()).containsOnlyKeys("source 2");
    assertThat(index.positions().get("source 2").position().remaining())
        .isEqualTo(SourcePosition.MAX_POSITION_BYTES);
    for (LoggedBlock found : second.range(6, 8)) {
      ReceivedBlock read = BlockLogReader.read(files, sealed, found.location());
      assertThat(read.sequence()).isEqualTo(found.sequence());
      assertThat(read.bytes()).isEqualTo(bytes("block 2/" + found.sequence()));
    }
    assertThat(BlockLogReader.read(files, sealed, second.range(6, 7).get(0).location()).position())
        .contains(new SourcePosition("source 2", bytes("line 42")));
  }

  @Test
  void putsAllBlocksOfATurnIntoOneFlush() {
    List<CompletableFuture<LoggedBlock>> answers =
        inLoop(
            () -> {
              List<CompletableFuture<LoggedBlock>> appended = new ArrayList<>();
              for (int i = 0; i < 20; i++) {
                appended.add(log.append(plain(block(1, i, ""))));
              }
              return appended;
            });
    time.runUntilIdle();
    assertThat(answers).allMatch(CompletableFuture::isDone);
    assertThat(inLoop(log::counters).flushes()).isEqualTo(1);
    LoggedBlock last = answers.get(19).join();
    assertThat(BlockLogReader.read(files, DIRECTORY, last.location()).bytes())
        .isEqualTo(bytes("block 1/19"));
    assertThat(answer(inLoop(log::whenUnused))).isNull();
  }

  @Test
  void keepsASegmentUntilAllItsBlocksWereReleased() {
    log = start(RecordLogOptions.DEFAULT.withSegmentBytes(1));
    for (int i = 0; i < 4; i++) {
      append(block(1, i, ""));
      append(block(2, i, ""));
    }
    long all = inLoop(log::retainedBytes);
    release(1, 4);
    assertThat(index(DIRECTORY).streams().get(2L).first()).isZero();
    release(2, 2);
    BlockLogIndex index = index(DIRECTORY);
    assertThat(index.streams().get(2L).first()).isEqualTo(2);
    assertThat(index.streams().get(2L).end()).isEqualTo(4);
    assertThat(inLoop(log::retainedBytes)).isLessThan(all / 2 + 1).isPositive();
    release(2, 4);
    assertThat(inLoop(log::retainedBytes)).isZero();
    append(block(1, 4, ""));
    assertThat(index(DIRECTORY).streams().get(1L).end()).isEqualTo(5);
  }

  private void release(long stream, long before) {
    inLoop(
        () -> {
          log.releaseBlocks(stream, before);
          return null;
        });
    time.runUntilIdle();
  }

  @Test
  void refusesABlockThatLeavesAHole() {
    append(block(1, 3, ""));
    loop.execute(
        () -> {
          var unused = log.append(plain(block(1, 5, "")));
        });
    assertThatThrownBy(time::runUntilIdle)
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ILLEGAL_USE))
        .hasMessageContaining("expected block 4");
  }

  @Test
  void acknowledgesNothingAfterItsExecutorWasGivenUp() {
    appendSamples();
    String sealed = seal();
    CompletableFuture<LoggedBlock> late = inLoop(() -> log.append(plain(block(1, 2, ""))));
    time.runUntilIdle();
    assertThatThrownBy(late::join).hasCauseInstanceOf(FencedException.class);
    assertThat(failures).hasSize(1).first().isInstanceOf(FencedException.class);
    assertThat(index(sealed).streams().get(1L).end()).isEqualTo(2);
  }

  @Test
  void findsNothingInTheLogOfAnExecutorThatReceivedNothing() {
    BlockLogIndex index = index(seal());
    assertThat(index.streams()).isEmpty();
    assertThat(index.positions()).isEmpty();
  }

  @Test
  void failsWhatIsWaitingWhenItIsAborted() {
    CompletableFuture<LoggedBlock> waiting =
        inLoop(
            () -> {
              CompletableFuture<LoggedBlock> appended = log.append(plain(block(1, 0, "")));
              log.abort();
              return appended;
            });
    time.runUntilIdle();
    assertThat(waiting).isCompletedExceptionally();
    assertThat(failures).isEmpty();
  }

  /** When this fails the format changed: files that exist could no longer be read. */
  @Test
  void writesAndReadsTheGoldenFile() throws IOException {
    appendSamples();
    byte[] written = files.content(DIRECTORY + "/segment-000000.log");
    if (Boolean.getBoolean("org.millrace.regenerate")) {
      java.nio.file.Files.write(
          java.nio.file.Path.of("src/test/resources/org/millrace/checkpoint/blocklog", GOLDEN),
          written);
    }
    try (InputStream stream = BlockLogTest.class.getResourceAsStream(GOLDEN)) {
      assertThat(stream).as(GOLDEN).isNotNull();
      assertThat(written).isEqualTo(stream.readAllBytes());
    }
  }
}
