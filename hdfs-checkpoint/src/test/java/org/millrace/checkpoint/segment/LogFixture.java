package org.millrace.checkpoint.segment;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.files.FailingDurableFiles;
import org.millrace.checkpoint.files.FakeDurableFiles;
import org.millrace.checkpoint.files.FileStatus;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.checkpoint.runtime.SimulatedTime;

/** One log on files that can fail, and its reader. */
final class LogFixture {

  static final String DIRECTORY = "/logs/log-1";
  static final SegmentLabel LABEL =
      new SegmentLabel(0x54455354, 1, 7, "described".getBytes(StandardCharsets.UTF_8));

  final SimulatedTime time;
  final FakeDurableFiles behind;
  final FailingDurableFiles files;
  final Loop loop;
  final List<MillraceException> failures = new ArrayList<>();
  final TreeMap<Long, RecordLocation> durable = new TreeMap<>();
  RecordLog log;

  LogFixture(SimulatedTime time, RecordLogOptions options) {
    this(time, options, 0);
  }

  LogFixture(SimulatedTime time, RecordLogOptions options, long firstNumber) {
    this.time = time;
    behind = new FakeDurableFiles(time.blockingWork(), time);
    files = new FailingDurableFiles(behind, time.loop("disk"));
    loop = time.loop("owner");
    answer(behind.makeDirectories(DIRECTORY));
    log =
        RecordLog.start(
            files,
            loop,
            time,
            new RecordLog.Place(DIRECTORY, LABEL, firstNumber),
            options,
            new RecordLog.Listener() {
              @Override
              public void onDurable(long number, RecordLocation location) {
                assertThat(durable.put(number, location)).isNull();
              }

              @Override
              public void onFailure(MillraceException failure) {
                failures.add(failure);
              }
            });
  }

  static String text(long number) {
    return "record " + number + " ".repeat((int) (number * 7 % 13));
  }

  <T> T answer(CompletableFuture<T> future) {
    time.runUntilIdle();
    assertThat(future).isDone();
    return future.join();
  }

  /** Runs one turn of the loop and nothing after it. */
  <T> T inLoop(Supplier<T> turn) {
    CompletableFuture<T> result = new CompletableFuture<>();
    loop.execute(() -> result.complete(turn.get()));
    assertThat(time.runUntil(result::isDone, 100_000)).isTrue();
    return result.join();
  }

  /** Appends the next record in two parts, whose content tells its number. */
  long append() {
    return inLoop(this::appendInLoop);
  }

  long appendInLoop() {
    String text = text(log.nextNumber());
    return log.append(bytes(text.substring(0, 3)), bytes(text.substring(3)));
  }

  void appendAndSettle(int count) {
    for (int i = 0; i < count; i++) {
      append();
      time.runUntilIdle();
    }
  }

  static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  RecordLogCounters counters() {
    return inLoop(log::counters);
  }

  List<String> names() {
    return answer(behind.list(DIRECTORY)).stream().map(FileStatus::name).toList();
  }

  String path(int segment) {
    return DIRECTORY + "/" + SegmentNames.segment(segment);
  }

  /**
   * Reads all from a number on and checks content, locations and order. Returns the next number.
   */
  long readFrom(long from, String directory) {
    List<LogRecord> records = new ArrayList<>();
    RecordLogEnd end =
        answer(
            RecordLogReader.read(
                behind, time.blockingWork(), directory, LABEL, from, records::add));
    long number = from;
    for (LogRecord record : records) {
      assertThat(record.number()).isEqualTo(number);
      assertThat(StandardCharsets.UTF_8.decode(record.payload().duplicate()).toString())
          .isEqualTo(text(number));
      assertThat(record.label().description()).isEqualTo(LABEL.description());
      assertThat(RecordLogReader.payload(behind, directory, record.location()))
          .isEqualTo(record.payload());
      number++;
    }
    assertThat(end.nextNumber()).isEqualTo(number);
    return number;
  }

  /** Takes the log over as another process does, and reads it. Returns the next number. */
  long sealAndRead(long from) {
    CompletableFuture<String> sealed =
        new Sealing(behind, java.time.Duration.ofSeconds(10))
            .seal(DIRECTORY)
            .thenApply(java.util.Optional::orElseThrow);
    return readFrom(from, answer(sealed));
  }
}
