package org.millrace.runner.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.function.FlatMapFunction;
import org.millrace.api.graph.Operator;
import org.millrace.checkpoint.runtime.SimulatedTime;
import org.millrace.runner.wire.proto.BlockInput;
import org.millrace.runner.wire.proto.BlockSlice;
import org.millrace.runner.wire.proto.SinkKind;
import org.millrace.runner.wire.proto.SourceKind;
import org.millrace.runner.wire.proto.TaskFailed;
import org.millrace.runner.wire.proto.TaskInput;

class SourcesTest {
  private static final TaskSettings SMALL_PAGES =
      new TaskSettings(
          64,
          48,
          4_096,
          1 << 20,
          16,
          16,
          1_000,
          TaskSettings.Results.ENCODED,
          TaskReporting.TOGETHER);

  private final SingleTask task = new SingleTask(new TestCluster(SimulatedTime.inOrder()));

  SourcesTest() {
    task.cluster.addExecutors(1, 1, 1 << 20, SMALL_PAGES);
  }

  private static JobBuilder.PipelineBuilder collect(SourceKind kind) {
    return JobBuilder.from(kind).sink(SinkKind.COLLECT, null);
  }

  private static JobBuilder.PipelineBuilder pulled(SourceKind kind) {
    FlatMapFunction<Iterator<Object>, Object> same = records -> records;
    return JobBuilder.from(kind).apply(Operator.MAP_PARTITIONS, same).sink(SinkKind.COLLECT, null);
  }

  private static TaskInput.Builder blocks(long from, long until) {
    return TaskInput.newBuilder()
        .setBlocks(
            BlockInput.newBuilder()
                .addSlices(BlockSlice.newBuilder().setStreamId(TestCluster.STREAM + 9))
                .addSlices(
                    BlockSlice.newBuilder()
                        .setStreamId(TestCluster.STREAM)
                        .setFrom(from)
                        .setUntil(until)));
  }

  @Test
  void readsLinesOfBlocksInOrder() {
    List<Object> expected = new ArrayList<>();
    for (int block = 0; block < 9; block++) {
      String[] lines = {"first " + block, "", "zürich \u6771\u4eac", "x".repeat(200), "last"};
      task.cluster.addTextBlock(block, lines);
      expected.addAll(List.of(lines));
    }
    assertThat(task.run(collect(SourceKind.BLOCKS), blocks(0, 9)).records()).isEqualTo(expected);
    assertThat(task.run(pulled(SourceKind.BLOCKS), blocks(0, 9)).records()).isEqualTo(expected);
    task.cluster.addTextBlock(9);
    assertThat(task.run(collect(SourceKind.BLOCKS), blocks(9, 10)).records()).isEmpty();
  }

  @Test
  void dropsTheCarriageReturnBeforeANewline() {
    task.cluster.addTextBlock(0, "a\r", "\r", "b\rc");
    assertThat(task.run(collect(SourceKind.BLOCKS), blocks(0, 1)).records())
        .containsExactly("a", "", "b\rc");
  }

  @Test
  void readsRecordsOfBlocks() {
    task.cluster.addRecordBlock(0, Arrays.asList(1, null, "two"));
    task.cluster.addRecordBlock(1, List.of());
    task.cluster.addRecordBlock(2, List.of(3L));
    assertThat(task.run(collect(SourceKind.BLOCKS), blocks(0, 3)).records())
        .containsExactly(1, null, "two", 3L);
  }

  @Test
  void waitsForABlockThatIsOnItsWay() {
    task.cluster.addTextBlock(0, "here");
    task.cluster.addTextBlock(1, "late");
    task.cluster.hold(1);
    task.start(collect(SourceKind.BLOCKS), blocks(0, 2), "");
    task.start(pulled(SourceKind.BLOCKS), blocks(0, 2), "");
    task.cluster.run();
    assertThat(task.cluster.driver.finished()).isEmpty();
    assertThat(task.cluster.executor(0).runningTasks()).isEqualTo(2);
    task.cluster.arrive(1);
    task.cluster.run();
    assertThat(task.cluster.driver.finished())
        .hasSize(2)
        .allSatisfy(one -> assertThat(one.records()).containsExactly("here", "late"));
  }

  @Test
  void failsWithTheCodeOfTheReaderWhenABlockIsGone() {
    TaskFailed failed = task.fail(collect(SourceKind.BLOCKS), blocks(5, 6));
    assertThat(failed.getErrorCode()).isEqualTo(ErrorCode.INPUT_UNAVAILABLE.number());
    assertThat(failed.getMessage()).contains("#5");
  }

  @Test
  void readsNothingFromAnEmptySource() {
    assertThat(task.run(collect(SourceKind.EMPTY), TaskInput.newBuilder()).records()).isEmpty();
  }

  @Test
  void theSplitsOfAFileGiveEachLineOnce() {
    SplittableRandom random = new SplittableRandom(5);
    for (int round = 0; round < 40; round++) {
      StringBuilder text = new StringBuilder();
      List<Object> expected = new ArrayList<>();
      for (int i = random.nextInt(40); i > 0; i--) {
        String line = "é".repeat(random.nextInt(3)) + "x".repeat(random.nextInt(120));
        text.append(line).append(random.nextBoolean() ? "\n" : "\r\n");
        expected.add(line);
      }
      if (random.nextBoolean()) {
        text.append("no newline at the end");
        expected.add("no newline at the end");
      }
      byte[] content = text.toString().getBytes(StandardCharsets.UTF_8);
      task.cluster.files.put("/in/text", content);
      List<Object> lines = new ArrayList<>();
      int split = 1 + random.nextInt(content.length + 1);
      for (int offset = 0; offset < content.length; offset += split) {
        int length = Math.min(split, content.length - offset);
        lines.addAll(
            task.run(
                    random.nextBoolean()
                        ? collect(SourceKind.TEXT_FILE)
                        : pulled(SourceKind.TEXT_FILE),
                    SingleTask.file("/in/text", offset, length))
                .records());
      }
      assertThat(lines).as("round %s", round).isEqualTo(expected);
    }
  }

  @Test
  void readsACompressedFileAsAWhole() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write("one\ntwo\n\nfour".repeat(100).getBytes(StandardCharsets.UTF_8));
    }
    task.cluster.files.put("/in/text.gz", bytes.toByteArray());
    List<Object> lines =
        task.run(collect(SourceKind.TEXT_FILE), SingleTask.file("/in/text.gz", 0, bytes.size()))
            .records();
    assertThat(lines).hasSize(301).startsWith("one", "two", "", "fourone").endsWith("four");
  }

  @Test
  void namesAFileThatIsGone() {
    TaskFailed failed =
        task.fail(collect(SourceKind.TEXT_FILE), SingleTask.file("/in/gone", 0, 10));
    assertThat(failed.getErrorCode()).isEqualTo(ErrorCode.NO_SUCH_PATH.number());
    assertThat(failed.getMessage()).contains("/in/gone");
  }

  @Test
  void refusesAFileThatChangedAfterItWasListed() {
    task.cluster.files.put("/in/short", new byte[5]);
    TaskFailed shorter =
        task.fail(collect(SourceKind.TEXT_FILE), SingleTask.file("/in/short", 0, 10));
    assertThat(shorter.getErrorCode()).isEqualTo(ErrorCode.INPUT_CHANGED.number());
    assertThat(shorter.getMessage()).contains("/in/short").contains("5 bytes");
    TaskInput.Builder older = SingleTask.file("/in/short", 0, 5);
    older.getFileBuilder().setModificationTimeMs(1);
    task.start(collect(SourceKind.TEXT_FILE), older, "");
    task.cluster.run();
    assertThat(task.cluster.driver.failed().get(1).getErrorCode())
        .isEqualTo(ErrorCode.INPUT_CHANGED.number());
  }

  @Test
  void refusesALineWithoutAnEnd() {
    task.cluster.files.put("/in/binary", new byte[100_000]);
    TaskFailed failed =
        task.fail(collect(SourceKind.TEXT_FILE), SingleTask.file("/in/binary", 0, 100_000));
    assertThat(failed.getErrorCode()).isEqualTo(ErrorCode.RECORD_TOO_LARGE.number());
    assertThat(failed.getMessage()).contains("/in/binary").contains("4096");
  }
}
