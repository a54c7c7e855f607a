package org.millrace.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.PrintStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.api.StreamingConf;
import org.millrace.api.fake.FakeEngine;
import org.millrace.api.fake.FakeEngineProvider;
import org.millrace.api.spi.StopMode;
import org.millrace.api.streaming.Time;

class ExamplesTest {
  private static final long DEADLINE_MS = 30_000;

  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private final PrintStream standardOutput = System.out;

  @BeforeEach
  void prepare() {
    FakeEngineProvider.forgetOpened();
    System.setProperty(StreamingConf.MASTER, "fake[2]");
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void restore() {
    System.setOut(standardOutput);
    System.clearProperty(StreamingConf.MASTER);
  }

  /** Runs an example for one batch, with what its receiver stores if it has one. */
  private List<String> oneBatch(List<List<Object>> received, String... args) throws Exception {
    CompletableFuture<Integer> status =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return ExampleDriver.run(args, System.err);
              } catch (Exception e) {
                throw new AssertionError(e);
              }
            });
    FakeEngine engine = FakeEngineProvider.awaitOpened(DEADLINE_MS);
    assertThat(engine).isNotNull();
    assertThat(engine.awaitStart(DEADLINE_MS)).isTrue();
    engine.receive(0, received);
    engine.runBatch(new Time(1000));
    engine.stop(StopMode.NOW);

    assertThat(status.get(DEADLINE_MS, TimeUnit.MILLISECONDS)).isZero();
    return printed.toString(StandardCharsets.UTF_8).lines().toList();
  }

  @Test
  void countsTheWordsOfASocket() throws Exception {
    List<String> lines =
        oneBatch(
            List.of(List.of("hello world", "hello moon"), List.of("moon")),
            "network-word-count",
            "localhost",
            "9999");

    assertThat(lines).startsWith("-".repeat(43), "Time: 1000 ms", "-".repeat(43));
    assertThat(lines.subList(3, lines.size()))
        .containsExactly("(hello,2)", "(world,1)", "(moon,2)", "");
  }

  @Test
  void countsTheWordsOfACustomReceiver() throws Exception {
    List<String> lines =
        oneBatch(List.of(List.of("a b", "b")), "custom-receiver", "localhost", "9999");

    assertThat(lines).contains("(a,1)", "(b,2)");
  }

  @Test
  void countsTheFramedLinesOfAServerThatHaveTheWord() throws Exception {
    List<Object> received = List.of("a batch of 2", "a window", "batch window");

    assertThat(oneBatch(List.of(received), "raw-socket-grep", "localhost", "9999"))
        .containsExactly("1000 ms 2 lines with 'batch'");
  }

  @Test
  void sendsFramedLinesToWhoConnects() throws Exception {
    try (RawSocketGrep.Sender sender = RawSocketGrep.Sender.start();
        Socket connection = new Socket(sender.host(), sender.port());
        DataInputStream in = new DataInputStream(connection.getInputStream())) {
      connection.setSoTimeout((int) DEADLINE_MS);
      for (int frame = 0; frame < 2; frame++) {
        String text = new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
        assertThat(text.lines()).hasSize(5);
        assertThat(text).endsWith("\n");
      }
    }
  }

  @Test
  void startsASenderOfItsOwnWithoutArguments() throws Exception {
    assertThat(oneBatch(List.of(List.of("a batch")), "raw-socket-grep"))
        .containsExactly("1000 ms 1 lines with 'batch'");
  }

  @Test
  void countsTheWordsOfFiles(@TempDir Path directory) throws Exception {
    Files.writeString(directory.resolve("text"), "to be or not to be\n");

    assertThat(oneBatch(List.of(), "hdfs-word-count", directory.toString()))
        .contains("(to,2)", "(be,2)", "(or,1)", "(not,1)");
  }

  @Test
  void countsTheNumbersOfAQueue() throws Exception {
    assertThat(oneBatch(List.of(), "queue-stream"))
        .contains("(0,100)", "(9,100)")
        .filteredOn(line -> line.startsWith("("))
        .hasSize(10);
  }

  private List<String> toItsEnd(String... args) throws Exception {
    assertThat(ExampleDriver.run(args, System.err)).isZero();
    return printed.toString(StandardCharsets.UTF_8).lines().toList();
  }

  @Test
  void countsWordsOverTheWholeRunFromKnownCounts() throws Exception {
    List<String> lines =
        oneBatch(
            List.of(List.of("hello moon", "hello")),
            "stateful-network-word-count",
            "localhost",
            "9999");

    assertThat(lines).contains("(hello,2)", "(hello,3)", "(moon,1)");
  }

  @Test
  void joinsWordsWithWhatTheyAreAndCountsThoseLeftOut() throws Exception {
    List<String> lines =
        oneBatch(
            List.of(List.of("driver batch block", "driver moon")),
            "reference-join",
            "localhost",
            "9999");

    assertThat(lines)
        .containsExactly("1000 ms [(driver,(2,process)), (batch,(1,model))], left out so far 1");
  }

  @Test
  void countsTheWordsOfAFileOnce(@TempDir Path directory) throws Exception {
    Path file = Files.writeString(directory.resolve("text"), "to be or not to be to\n");

    assertThat(toItsEnd("batch-word-count", file.toString()))
        .containsExactly("to 3", "be 2", "or 1", "not 1");
  }

  @Test
  void ranksThePageHighestThatMostLinkTo() throws Exception {
    assertThat(toItsEnd("page-rank")).hasSize(3).first().asString().endsWith(" home");
  }

  @Test
  void findsThePlaneBetweenTwoClouds() throws Exception {
    List<String> lines = toItsEnd("logistic-regression", "5");

    String last = lines.get(lines.size() - 1);
    assertThat(last).endsWith("of 2000 points are on the wrong side");
    assertThat(Integer.parseInt(last.substring(0, last.indexOf(' ')))).isLessThan(200);
  }

  @Test
  void refusesANumberOfRoundsThatIsNone() throws Exception {
    assertThat(ExampleDriver.run(new String[] {"logistic-regression", "no"}, System.err))
        .isEqualTo(2);
  }
}
