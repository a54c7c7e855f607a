package org.millrace.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
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
}
