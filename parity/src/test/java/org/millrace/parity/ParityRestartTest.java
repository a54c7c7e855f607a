package org.millrace.parity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A recoverable word count that was written for Spark, migrated by {@code millrace migrate} alone:
 * it is killed and started again, and goes on.
 */
class ParityRestartTest {
  private static final Path PROGRAM = Path.of("src/recoverable").toAbsolutePath();
  private static final long TIMEOUT_SECONDS = 120;

  @TempDir private Path folder;

  @Test
  void aMigratedProgramGoesOnFromItsCheckpointAfterItWasKilled() throws Exception {
    SparkAndMillrace.compiled("recoverable-spark", PROGRAM, SparkAndMillrace.sparkClassPath());
    Path classes = SparkAndMillrace.compiledHere("recoverable", PROGRAM);
    Path output = folder.resolve("counts.txt");
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      server.setSoTimeout((int) TimeUnit.SECONDS.toMillis(TIMEOUT_SECONDS));
      Process first = start(classes, server.getLocalPort(), output, "first");
      try (Socket lines = server.accept()) {
        send(lines, "a mill and a race\n");
        await(first, output, "(mill,1), (and,1), (race,1)] without 2");
      } finally {
        first.destroyForcibly().waitFor();
      }
      int before = Files.readAllLines(output).size();
      Process second = start(classes, server.getLocalPort(), output, "second");
      try (Socket lines = server.accept()) {
        send(lines, "the mill\n");
        await(second, output, "(mill,2), (and,1), (race,1)] without ");
      } finally {
        second.destroyForcibly().waitFor();
      }
      List<Long> times =
          Files.readAllLines(output).stream()
              .map(line -> Long.parseLong(line.substring(0, line.indexOf(' '))))
              .toList();
      assertThat(times).hasSizeGreaterThan(before).isSorted();
      assertThat(times.get(times.size() - 1) - times.get(0))
          .as("no batch is left out, and only the one that was killed may be written again")
          .isBetween((times.size() - 2) * 1000L, (times.size() - 1) * 1000L);
    }
  }

  private static void send(Socket lines, String text) throws IOException {
    OutputStream out = lines.getOutputStream();
    out.write(text.getBytes(UTF_8));
    out.flush();
  }

  private Process start(Path classes, int port, Path output, String name) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx512m",
            "-Dmillrace.master=local[2]",
            "-cp",
            classes + File.pathSeparator + System.getProperty("java.class.path"),
            "org.example.recoverable.RecoverableNetworkWordCount",
            InetAddress.getLoopbackAddress().getHostAddress(),
            Integer.toString(port),
            folder.resolve("checkpoint").toString(),
            output.toString())
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve(name + ".log").toFile())
        .start();
  }

  /** Waits for a line of the output that ends so. */
  private void await(Process program, Path output, String part) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_SECONDS);
    while (!Files.exists(output) || !Files.readString(output).contains(part)) {
      if (System.nanoTime() > deadline || program.waitFor(100, TimeUnit.MILLISECONDS)) {
        throw new AssertionError(
            "no '%s' in %s; logs:%n%s%n%s"
                .formatted(
                    part,
                    Files.exists(output) ? Files.readString(output) : "(nothing)",
                    text("first.log"),
                    text("second.log")));
      }
    }
  }

  private String text(String name) throws IOException {
    Path log = folder.resolve(name);
    return Files.exists(log) ? Files.readString(log) : "";
  }
}
