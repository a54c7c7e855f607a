package org.millrace.testkit.yarn;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process whose local disk is a file system in memory of its own, which is full. Needs a kernel
 * that lets this user make mount namespaces, and fails where there is none.
 */
@Tag("memory")
class FullDiskTest {
  private static final String WAITS = "or a disk is full: ";

  @TempDir Path folder;

  @Test
  void batchesWaitUntilThereIsRoomAndLoseNothing() throws Exception {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    Process process =
        new ProcessBuilder(
                "unshare",
                "--map-root-user",
                "--mount",
                "sh",
                "-c",
                "mount -t tmpfs -o size=400m tmpfs \"$0\" && exec \"$@\"",
                disk.toString(),
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx160m",
                "-Djava.io.tmpdir=" + disk,
                "-Dlog4j.configuration=" + System.getProperty("log4j.configuration"),
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                FullDiskProgram.class.getName())
            .redirectOutput(folder.resolve("out").toFile())
            .start();
    try (BufferedReader log = reader(process.getErrorStream());
        OutputStream free = process.getOutputStream()) {
      awaitLine(log, WAITS);
      awaitLine(log, WAITS);
      assertThat(batches()).isEmpty();
      free.write('\n');
      free.flush();
      // Nobody else reads it, and a full pipe would hold the process.
      log.lines().forEach(line -> assertThat(line).isNotNull());
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).isZero();
    assertThat(batches())
        .filteredOn(line -> !line.equals("batch 0"))
        .hasSize(FullDiskProgram.BATCHES)
        .containsOnly("batch " + FullDiskProgram.KEYS);
  }

  private List<String> batches() throws IOException {
    return Files.readAllLines(folder.resolve("out"));
  }

  private static BufferedReader reader(InputStream from) {
    return new BufferedReader(new InputStreamReader(from, StandardCharsets.UTF_8));
  }

  private static void awaitLine(BufferedReader log, String wanted) throws IOException {
    List<String> seen = new ArrayList<>();
    String line = log.readLine();
    while (line != null && !line.contains(wanted)) {
      seen.add(line);
      line = log.readLine();
    }
    assertThat(line).as("a line with '%s' behind %s", wanted, seen).isNotNull();
  }
}
