package org.millrace.am.local.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a termination signal does to a process of {@code local[2]}. */
class TerminatedProcessTest {
  private static final int TERMINATED = 128 + 15;
  private static final long DAY_MS = 24 * 60 * 60 * 1_000L;

  @TempDir Path folder;

  @Test
  void endsAtOnceAndLeavesNoFolderBehind() throws Exception {
    terminate(DAY_MS, false);

    assertThat(records()).isEmpty();
  }

  @Test
  void drainsWhatWasReceivedWhenItIsToldTo() throws Exception {
    terminate(2_000, true);

    assertThat(records()).hasSize(TerminatedProgram.RECORDS).doesNotHaveDuplicates();
  }

  private void terminate(long intervalMs, boolean drains) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-Dlog4j.configuration=" + System.getProperty("log4j.configuration"),
                "-Djava.io.tmpdir=" + folder,
                "-Dmillrace.stopGracefullyOnShutdown=" + drains,
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                TerminatedProgram.class.getName(),
                folder.toString(),
                Long.toString(intervalMs))
            .redirectError(folder.resolve("log").toFile())
            .start();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      assertThat(lines.readLine()).as(Files.readString(folder.resolve("log"))).isEqualTo("stored");
      process.destroy();
      assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    }

    assertThat(process.exitValue()).isEqualTo(TERMINATED);
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left.map(path -> path.getFileName().toString()))
          .noneMatch(name -> name.startsWith("millrace-local-"));
    }
  }

  private List<String> records() throws IOException {
    List<String> records = new ArrayList<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file :
          files.filter(path -> path.getFileName().toString().startsWith("part-")).toList()) {
        records.addAll(Files.readAllLines(file));
      }
    }
    return records;
  }
}
