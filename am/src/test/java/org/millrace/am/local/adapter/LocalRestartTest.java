package org.millrace.am.local.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.am.cli.CheckpointCommand;
import org.millrace.am.cli.MillraceCommandLine;
import org.millrace.api.Optional;
import org.millrace.api.StreamingConf;
import org.millrace.api.Tuple2;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.function.Function0;
import org.millrace.api.streaming.Duration;
import org.millrace.api.streaming.StreamingContext;

/** An application that is stopped and goes on from its checkpoint, in {@code local[2]}. */
class LocalRestartTest {
  private static final Duration INTERVAL = new Duration(100);

  @TempDir Path folder;
  private Path input;
  private StreamingContext context;
  private CountDownLatch recordsSeen = new CountDownLatch(0);
  private final List<String> seen = new ArrayList<>();

  @BeforeEach
  void makeInput() throws IOException {
    input = Files.createDirectory(folder.resolve("in"));
  }

  @AfterEach
  void stop() {
    if (context != null) {
      context.stop();
    }
  }

  private String checkpoint() {
    return folder.resolve("checkpoint").toString();
  }

  private StreamingContext program() {
    StreamingContext made =
        new StreamingContext(
            new StreamingConf()
                .setMaster("local[2]")
                .setAppName("restart")
                .set("millrace.files.maxPerBatch", "1"),
            INTERVAL);
    var lines = made.textFileStream(input.toString());
    lines.saveAsTextFiles(folder.resolve("out").toString(), "txt");
    lines.foreachRDD(
        rdd -> {
          for (String line : rdd.collect()) {
            synchronized (seen) {
              seen.add(line);
            }
            recordsSeen.countDown();
          }
        });
    return made;
  }

  private void start(Function0<StreamingContext> factory) {
    context = StreamingContext.getOrCreate(checkpoint(), factory);
    context.start();
  }

  private void runUntilSeen(int records, ThrowingRunnable meanwhile) throws Exception {
    recordsSeen = new CountDownLatch(records);
    start(this::program);
    meanwhile.run();
    assertThat(recordsSeen.await(2, TimeUnit.MINUTES)).isTrue();
  }

  @FunctionalInterface
  private interface ThrowingRunnable {
    void run() throws Exception;
  }

  /** A file appears as a whole. */
  private void put(String name, String content) throws IOException {
    Path hidden = Files.writeString(folder.resolve(name), content);
    Files.move(hidden, input.resolve(name));
  }

  private List<String> published() throws IOException {
    List<String> lines = new ArrayList<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted().toList()) {
        if (file.getFileName().toString().startsWith("part-")
            && file.getParent().getFileName().toString().startsWith("out-")) {
          lines.addAll(Files.readAllLines(file));
        }
      }
    }
    return lines;
  }

  @Test
  void goesOnWithTheFilesThatCameWhileItWasAway() throws Exception {
    put("before", "never\n");
    runUntilSeen(3, () -> put("a", "1\n2\n3\n"));
    context.stop(true, true);
    put("b", "4\n");
    put("c", "5\n6\n");

    runUntilSeen(3, () -> {});
    context.stop(true, true);
    put("d", "7\n");
    runUntilSeen(1, () -> {});
    context.stop(true, true);

    assertThat(published()).containsExactly("1", "2", "3", "4", "5", "6", "7");
    assertThat(seen).containsExactly("1", "2", "3", "4", "5", "6", "7");
  }

  @Test
  void aContextOfItsConstructorStartsAnew() throws Exception {
    runUntilSeen(1, () -> put("a", "1\n"));
    context.stop(true, true);
    put("b", "2\n");

    recordsSeen = new CountDownLatch(1);
    context = program();
    context.checkpoint(checkpoint());
    context.start();
    put("c", "3\n");
    assertThat(recordsSeen.await(2, TimeUnit.MINUTES)).isTrue();

    assertThat(seen).containsExactly("1", "3");
  }

  @Test
  void aDamagedCheckpointIsNamedAndCanBeStartedOver() throws Exception {
    runUntilSeen(1, () -> put("a", "1\n"));
    context.stop(true, true);
    Path segment = folder.resolve("checkpoint/epoch-000001/segment-000000.log");
    byte[] bytes = Files.readAllBytes(segment);
    bytes[100]++;
    Files.write(segment, bytes);

    assertThatThrownBy(() -> start(this::program))
        .isInstanceOfSatisfying(
            MillraceException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.CORRUPT_LOG))
        .hasMessageContaining("segment-000000.log")
        .hasMessageContaining("offset");
    context.stop();

    recordsSeen = new CountDownLatch(1);
    context = StreamingContext.getOrCreate(checkpoint(), this::program, new Configuration(), true);
    context.start();
    put("b", "2\n");
    assertThat(recordsSeen.await(2, TimeUnit.MINUTES)).isTrue();
  }

  @Test
  void theCommandLineShowsAndChecksWhatIsThere() throws Exception {
    runUntilSeen(1, () -> put("a", "1\n"));
    context.stop(true, true);
    runUntilSeen(1, () -> put("b", "2\n"));
    context.stop(true, true);

    assertThat(command(0, "ls")).contains("epoch-000002", "snapshots/snapshot-000002-");
    assertThat(command(0, "inspect"))
        .contains("application      restart", "epoch            2, of", "2 files seen")
        .contains("'textFileStream " + input + " #1'", "to be run        0");
    assertThat(command(0, "verify")).startsWith("ok: ");

    Path segment = folder.resolve("checkpoint/epoch-000002/segment-000000.log");
    byte[] bytes = Files.readAllBytes(segment);
    bytes[100]++;
    Files.write(segment, bytes);
    assertThat(command(1, "verify")).contains("damaged: Segment ", "segment-000000.log", "offset");
  }

  private String command(int code, String action) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exit =
        MillraceCommandLine.of(List.of(new CheckpointCommand()))
            .writingTo(new PrintWriter(out), new PrintWriter(err))
            .execute("checkpoint", action, checkpoint());
    assertThat(exit).as("%s%s", out, err).isEqualTo(code);
    return out.toString();
  }

  @Test
  void goesOnAfterTheProgramWasChanged() throws Exception {
    runUntilSeen(1, () -> put("a", "1\n"));
    context.stop(true, true);
    put("b", "2\n");
    Path other = Files.createDirectory(folder.resolve("other"));

    recordsSeen = new CountDownLatch(1);
    start(
        () -> {
          StreamingContext made =
              new StreamingContext(
                  new StreamingConf().setMaster("local[2]").setAppName("changed"), INTERVAL);
          // Another input, before the one that was there.
          made.textFileStream(other.toString()).print();
          made.textFileStream(input.toString())
              .foreachRDD(
                  rdd -> {
                    for (String line : rdd.collect()) {
                      seen.add("changed " + line);
                      recordsSeen.countDown();
                    }
                  });
          return made;
        });
    assertThat(recordsSeen.await(2, TimeUnit.MINUTES)).isTrue();

    assertThat(seen).containsExactly("1", "changed 2");
  }

  @Test
  void stateCanBeAddedAndGoesOnAndIsNotDroppedByMistake() throws Exception {
    runUntilSeen(1, () -> put("a", "1\n"));
    context.stop(true, true);
    put("b", "2\n");
    countInState("first count 1");
    put("c", "3\n4\n");
    countInState("first count 3");

    assertThatThrownBy(() -> start(this::program))
        .isInstanceOfSatisfying(
            MillraceException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.CHECKPOINT_MISMATCH))
        .hasMessageContaining("its state 'count'")
        .hasMessageContaining("--allow-dropped-state");
  }

  /** The input of before is not kept, and it is none of the state's. */
  @Test
  void stateThatWasAddedGoesOnAlsoBeforeItsFirstSnapshot() throws Exception {
    runUntilSeen(1, () -> put("a", "1\n"));
    context.stop(true, true);
    put("b", "2\n");
    countInState("first count 1", "1h");
    put("c", "3\n4\n");
    countInState("first count 3", "1h");
    put("d", "5\n");
    countInState("first count 4", "1h");
  }

  private void countInState(String wanted) throws Exception {
    countInState(wanted, "100ms");
  }

  /** Runs a program that counts all lines in state, until it says so. */
  private void countInState(String wanted, String snapshots) throws Exception {
    CountDownLatch counted = new CountDownLatch(1);
    start(
        () -> {
          StreamingContext made =
              new StreamingContext(
                  new StreamingConf()
                      .setMaster("local[2]")
                      .setAppName("state")
                      .set("millrace.checkpoint.interval", snapshots),
                  INTERVAL);
          made.textFileStream(input.toString())
              .mapToPair(line -> new Tuple2<>("count", 1))
              .updateStateByKey(
                  (List<Integer> values, Optional<Integer> before) ->
                      Optional.of(before.orElse(0) + values.size()))
              .uid("count")
              .foreachRDD(
                  rdd ->
                      rdd.collect().stream()
                          .filter(pair -> wanted.equals("first " + pair._1() + " " + pair._2()))
                          .forEach(pair -> counted.countDown()));
          return made;
        });
    assertThat(counted.await(2, TimeUnit.MINUTES)).as(wanted).isTrue();
    context.stop(true, true);
  }

  @Test
  void refusesAnotherIntervalUnderAWindow() throws Exception {
    Function0<StreamingContext> windows = () -> windowed(new Duration(seen.isEmpty() ? 100 : 200));
    start(windows);
    context.stop(true, true);
    seen.add("second");

    assertThatThrownBy(() -> start(windows))
        .isInstanceOfSatisfying(
            MillraceException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.CHECKPOINT_MISMATCH))
        .hasMessageContaining("was 100 ms and is 200 ms");
  }

  private StreamingContext windowed(Duration interval) {
    StreamingContext made =
        new StreamingContext(
            new StreamingConf().setMaster("local[2]").setAppName("windowed"), interval);
    made.textFileStream(input.toString()).window(new Duration(400)).print();
    return made;
  }

  @Test
  void refusesADirectoryOtherThanThatOfTheFactory() {
    Function0<StreamingContext> factory =
        () -> {
          context = program();
          context.checkpoint(folder.resolve("elsewhere").toString());
          return context;
        };
    assertThatThrownBy(() -> start(factory))
        .isInstanceOfSatisfying(
            MillraceException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.ILLEGAL_USE))
        .hasMessageContaining("elsewhere");
  }
}
