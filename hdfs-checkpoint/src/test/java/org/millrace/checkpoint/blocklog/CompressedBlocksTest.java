package org.millrace.checkpoint.blocklog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.files.FakeDurableFiles;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.checkpoint.runtime.SimulatedTime;
import org.millrace.checkpoint.segment.RecordLocation;
import org.millrace.checkpoint.segment.RecordLog;
import org.millrace.checkpoint.segment.RecordLogOptions;
import org.millrace.checkpoint.segment.Sealing;

/** Blocks that stand compressed in the log. */
class CompressedBlocksTest {
  private static final String DIRECTORY = "/checkpoint/executors/e000001-000007";
  private static final String SEGMENT = DIRECTORY + "/segment-000000.log";
  private static final String GOLDEN = "block-log-v1-compressed.bin";
  private static final int EXECUTOR = 7;

  private final SimulatedTime time = SimulatedTime.inOrder();
  private final FakeDurableFiles files = new FakeDurableFiles(time.blockingWork(), time);
  private final Loop loop = time.loop("executor");

  @BeforeEach
  void makeTheDirectory() {
    answer(files.makeDirectories(DIRECTORY));
  }

  private <T> T answer(CompletableFuture<T> future) {
    time.runUntilIdle();
    assertThat(future).isDone();
    return future.join();
  }

  private static ReceivedBlock block(long sequence, byte[] bytes) {
    return new ReceivedBlock(
        1,
        sequence,
        1_700_000_000_000L + sequence,
        3,
        Optional.of(new SourcePosition("source", utf8("line " + sequence))),
        ByteBuffer.wrap(bytes));
  }

  private static ByteBuffer utf8(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Lines of a log as programs write them: much of each is in the one before. */
  private static byte[] text(int lines) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < lines; i++) {
      text.append("2026-01-01T00:00:0").append(i % 10).append(" INFO request ").append(i * 7919);
      text.append(" answered by worker-").append(i % 13).append('\n');
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] noise(int length) {
    byte[] noise = new byte[length];
    new SplittableRandom(1).nextBytes(noise);
    return noise;
  }

  private List<LoggedBlock> write(PackedBlock... blocks) {
    List<CompletableFuture<LoggedBlock>> answers = new ArrayList<>();
    loop.execute(
        () -> {
          BlockLog log =
              BlockLog.start(
                  files,
                  loop,
                  time,
                  DIRECTORY,
                  EXECUTOR,
                  RecordLogOptions.DEFAULT,
                  failure -> {
                    throw failure;
                  });
          for (PackedBlock block : blocks) {
            answers.add(log.append(block));
          }
        });
    time.runUntilIdle();
    return answers.stream().map(CompletableFuture::join).toList();
  }

  private BlockLogIndex index(String directory) {
    return answer(BlockLogReader.index(files, time.blockingWork(), directory, EXECUTOR));
  }

  @ParameterizedTest
  @EnumSource
  void givesBlocksBackAsTheyWereReceived(BlockCompression compression) {
    List<byte[]> received = List.of(text(2_000), noise(5_000), text(1), new byte[0], text(300));
    PackedBlock[] packed = new PackedBlock[received.size()];
    for (int i = 0; i < packed.length; i++) {
      packed[i] = PackedBlock.of(block(i, received.get(i)), compression);
    }

    List<LoggedBlock> written = write(packed);
    String sealed =
        answer(new Sealing(files, Duration.ofSeconds(10)).seal(DIRECTORY)).orElseThrow();
    BlockLogIndex index = index(sealed);

    assertThat(index.streams().get(1L).blocks()).isEqualTo(written);
    assertThat(index.positions().get("source").position()).isEqualTo(utf8("line 4"));
    List<ReceivedBlock> read =
        BlockLogReader.readAll(files, sealed, written.stream().map(LoggedBlock::location).toList());
    for (int i = 0; i < packed.length; i++) {
      assertThat(read.get(i)).isEqualTo(block(i, received.get(i)));
      assertThat(BlockLogReader.read(files, sealed, written.get(i).location()))
          .isEqualTo(read.get(i));
    }
    int textBytes = written.get(0).location().length();
    if (compression == BlockCompression.NONE) {
      assertThat(textBytes).isGreaterThan(received.get(0).length);
    } else {
      assertThat(textBytes).isLessThan(received.get(0).length / 3);
      assertThat(written.get(1).location().length())
          .as("what would not shrink")
          .isGreaterThan(5_000);
      assertThat(packed[1].compression()).isEqualTo(BlockCompression.NONE);
    }
  }

  @Test
  void oneLogMayHaveBlocksOfEveryKind() {
    byte[] bytes = text(50);
    List<LoggedBlock> written =
        write(
            PackedBlock.of(block(0, bytes), BlockCompression.ZSTD),
            PackedBlock.of(block(1, bytes), BlockCompression.NONE),
            PackedBlock.of(block(2, bytes), BlockCompression.LZ4));

    assertThat(
            BlockLogReader.readAll(
                files, DIRECTORY, written.stream().map(LoggedBlock::location).toList()))
        .extracting(ReceivedBlock::bytes)
        .containsOnly(ByteBuffer.wrap(bytes));
  }

  @ParameterizedTest
  @EnumSource(
      value = BlockCompression.class,
      names = {"LZ4", "ZSTD"})
  void aTornTailEndsTheLogAtTheBlockBefore(BlockCompression compression) {
    byte[] bytes = text(200);
    List<LoggedBlock> written =
        write(
            PackedBlock.of(block(0, bytes), compression),
            PackedBlock.of(block(1, bytes), compression));
    byte[] whole = files.content(SEGMENT);
    // The spare's header says that both were durable.
    answer(files.delete(DIRECTORY + "/segment-000001.log"));
    long secondAt = written.get(1).location().offset();

    for (int length = (int) secondAt - 10; length < whole.length; length += 37) {
      answer(files.delete(SEGMENT));
      files.put(SEGMENT, Arrays.copyOf(whole, length));
      BlockLogIndex index = index(DIRECTORY);
      assertThat(index.streams().get(1L).end()).as("of %d bytes", length).isOne();
      assertThat(index.positions().get("source").position()).isEqualTo(utf8("line 0"));
      assertThat(BlockLogReader.read(files, DIRECTORY, written.get(0).location()).bytes())
          .isEqualTo(ByteBuffer.wrap(bytes));
    }
  }

  /** Writes a record with a sound checksum whose bytes somebody changed before. */
  private RecordLocation forged(BlockCompression compression, UnaryOperator<byte[]> change) {
    PackedBlock packed = PackedBlock.of(block(0, text(100)), compression);
    ByteBuffer head = BlockRecord.head(packed);
    byte[] record = new byte[head.remaining() + packed.stored().remaining()];
    ByteBuffer.wrap(record).put(head).put(packed.stored().duplicate());
    List<RecordLocation> written = new ArrayList<>();
    loop.execute(
        () ->
            RecordLog.start(
                    files,
                    loop,
                    time,
                    new RecordLog.Place(DIRECTORY, BlockRecord.label(EXECUTOR), 0),
                    RecordLogOptions.DEFAULT,
                    new RecordLog.Listener() {
                      @Override
                      public void onDurable(long number, RecordLocation location) {
                        written.add(location);
                      }

                      @Override
                      public void onFailure(MillraceException failure) {
                        throw failure;
                      }
                    })
                .append(ByteBuffer.wrap(change.apply(record))));
    time.runUntilIdle();
    return written.get(0);
  }

  private void assertRefused(RecordLocation location) {
    assertThatThrownBy(() -> BlockLogReader.read(files, DIRECTORY, location))
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT_LOG));
  }

  private static UnaryOperator<byte[]> withLength(int length) {
    return record -> {
      ByteBuffer.wrap(record).putInt(36, length);
      return record;
    };
  }

  @ParameterizedTest
  @EnumSource(
      value = BlockCompression.class,
      names = {"LZ4", "ZSTD"})
  void refusesALengthThatIsNotThatOfTheBlock(BlockCompression compression) {
    int length = text(100).length;
    assertRefused(forged(compression, withLength(length - 1)));
  }

  @ParameterizedTest
  @EnumSource(
      value = BlockCompression.class,
      names = {"LZ4", "ZSTD"})
  void refusesALengthAboveThatOfTheBlock(BlockCompression compression) {
    assertRefused(forged(compression, withLength(text(100).length + 1)));
  }

  @Test
  void refusesToMakeRoomForMoreThanABlockMayHave() {
    assertRefused(forged(BlockCompression.ZSTD, withLength(BlockRecord.MAX_BLOCK_BYTES + 1)));
  }

  @Test
  void refusesANegativeLength() {
    assertRefused(forged(BlockCompression.LZ4, withLength(-1)));
  }

  @Test
  void refusesACompressionThatItDoesNotKnow() {
    assertRefused(
        forged(
            BlockCompression.LZ4,
            record -> {
              record[28] = 3;
              return record;
            }));
  }

  @ParameterizedTest
  @EnumSource(
      value = BlockCompression.class,
      names = {"LZ4", "ZSTD"})
  void nothingButItsErrorComesOfBytesThatDoNotDecompress(BlockCompression compression) {
    SplittableRandom random = new SplittableRandom(7);
    byte[] stored = new byte[200];
    for (int i = 0; i < 2_000; i++) {
      random.nextBytes(stored);
      try {
        assertThat(compression.decompress(ByteBuffer.wrap(stored), 10_000).remaining())
            .isEqualTo(10_000);
      } catch (MillraceException refused) {
        assertThat(refused.code()).isEqualTo(ErrorCode.CORRUPT_LOG);
      }
    }
  }

  /** When this fails, logs that exist can no longer be read. */
  @Test
  void readsTheGoldenFile() throws IOException {
    byte[] bytes = text(20);
    if (Boolean.getBoolean("org.millrace.regenerate")) {
      write(
          PackedBlock.of(block(0, bytes), BlockCompression.LZ4),
          PackedBlock.of(block(1, bytes), BlockCompression.ZSTD),
          PackedBlock.of(block(2, bytes), BlockCompression.NONE));
      Files.write(
          Path.of("src/test/resources/org/millrace/checkpoint/blocklog", GOLDEN),
          files.content(SEGMENT));
      answer(files.delete(SEGMENT));
    }
    try (InputStream golden = CompressedBlocksTest.class.getResourceAsStream(GOLDEN)) {
      assertThat(golden).as(GOLDEN).isNotNull();
      files.put(SEGMENT, golden.readAllBytes());
    }
    List<LoggedBlock> found = index(DIRECTORY).streams().get(1L).blocks();
    assertThat(found).hasSize(3);
    assertThat(found.get(0).location().length()).isLessThan(bytes.length / 2);
    assertThat(found.get(1).location().length()).isLessThan(bytes.length / 2);
    for (LoggedBlock block : found) {
      assertThat(BlockLogReader.read(files, DIRECTORY, block.location()))
          .isEqualTo(block(block.sequence(), bytes));
    }
  }
}
