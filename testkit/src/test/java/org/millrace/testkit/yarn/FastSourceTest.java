package org.millrace.testkit.yarn;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.testkit.lab.Lab;
import org.millrace.testkit.lab.LabContainer;
import org.millrace.testkit.lab.LabExtension;

/**
 * A source that sends as fast as it can into executors of 256 MB: it waits, nothing is lost, and
 * memory stays where it is. Two minutes; {@code org.millrace.memory.seconds} says otherwise.
 */
@Tag("memory")
@ExtendWith(LabExtension.class)
class FastSourceTest {
  private static final Duration LONG = Duration.ofSeconds(120);
  private static final int SECONDS = Integer.getInteger("org.millrace.memory.seconds", 120);
  private static final int LINES_AT_ONCE = 1_000;
  private static final String LINE = "so much water comes down to the mill";

  /** What a JVM of 256 MB may hold, with what the operating system counts besides. */
  private static final long MOST_KIB = 320 << 10;

  @TempDir private Path outputs;

  @Test
  void aSourceThatIsTooFastWaitsAndNothingIsLost(Lab lab) throws Exception {
    Installation millrace = new Installation(lab, outputs);
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String root = "/fast-" + server.getLocalPort();
      millrace.hdfs("-mkdir", "-p", root + "/in");
      CompletableFuture<Long> sent = CompletableFuture.supplyAsync(() -> send(server));
      String application =
          millrace
              .run(
                  "submit",
                  "--detach",
                  "--class",
                  "org.millrace.examples.SocketAndFilesWordCount",
                  "--num-executors",
                  "2",
                  "--executor-memory",
                  "256m",
                  "--driver-memory",
                  "256m",
                  millrace.examples().toString(),
                  "localhost",
                  Integer.toString(server.getLocalPort()),
                  root + "/in",
                  root + "/out/batch")
              .application();
      ApplicationPage page = new ApplicationPage(lab, application);
      page.await("the first batch", LONG, () -> page.total("completedBatches") > 0);

      Map<String, Long> mostKiB = new TreeMap<>();
      page.await(
          "the source ends",
          LONG.plusSeconds(SECONDS),
          () -> {
            measure(lab, application, mostKiB);
            return sent.isDone();
          });
      long lines = sent.get();
      page.await("all is counted", LONG, () -> page.total("records") == lines);

      assertThat(page.total("lostExecutors")).isZero();
      assertThat(page.total("lostRecords")).isZero();
      assertThat(mostKiB).hasSize(3);
      System.out.printf("%,d lines in %d s, at most KiB resident: %s%n", lines, SECONDS, mostKiB);
      assertThat(mostKiB.values()).allMatch(kib -> kib < MOST_KIB);
      assertThat(millrace.run("stop", application).output()).contains("SUCCEEDED");
      assertThat(counted(millrace.hdfs("-cat", root + "/out/*/part-*").output(), "water"))
          .isEqualTo(lines);
    }
  }

  /** Sends for a while and returns how many lines were taken. */
  private static long send(ServerSocket server) {
    byte[] lines = (LINE + "\n").repeat(LINES_AT_ONCE).getBytes(StandardCharsets.UTF_8);
    try (Socket socket = server.accept();
        OutputStream out = new BufferedOutputStream(socket.getOutputStream(), 1 << 16)) {
      long sent = 0;
      long end = System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();
      while (System.nanoTime() < end) {
        out.write(lines);
        sent += LINES_AT_ONCE;
      }
      out.flush();
      socket.shutdownOutput();
      // The receiver closes its side when it has read all.
      socket.getInputStream().read();
      return sent;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void measure(Lab lab, String application, Map<String, Long> mostKiB) {
    String part = application.substring("application".length());
    for (LabContainer container : lab.containers()) {
      if (container.containerId().contains(part)) {
        container
            .residentKiB()
            .ifPresent(kib -> mostKiB.merge(container.containerId(), kib, Math::max));
      }
    }
  }

  private static long counted(String text, String word) {
    String prefix = "(" + word + ",";
    return text.lines()
        .filter(line -> line.startsWith(prefix))
        .mapToLong(line -> Long.parseLong(line.substring(prefix.length(), line.length() - 1)))
        .sum();
  }
}
