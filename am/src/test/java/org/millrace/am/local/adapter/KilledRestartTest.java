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
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process of {@code local[2]} that is killed, several times, and started again. */
class KilledRestartTest {
  private static final int KILLS = 5;
  private static final int FILES_A_LIFE = 12;

  /** A tenth of a second each. */
  private static final int MOST_TRIES = 1_500;

  @TempDir Path folder;
  private Process process;
  private int files;

  @AfterEach
  void end() throws InterruptedException {
    if (process != null) {
      process.destroyForcibly().waitFor();
    }
  }

  @Test
  void eachRecordIsInOneBatchWheneverTheProcessIsKilled() throws Exception {
    long seed = Long.getLong("org.millrace.seed", 1);
    Random random = new Random(seed);
    Files.createDirectory(folder.resolve("in"));
    Files.writeString(folder.resolve("in/before"), "never\n");
    for (int life = 0; life <= KILLS; life++) {
      start();
      for (int file = 0; file < FILES_A_LIFE; file++) {
        put();
        // Waits for nothing but the time: a process that has ended by itself fails the test.
        assertRunsFor(random.nextInt(60));
      }
      if (life < KILLS) {
        process.destroyForcibly().waitFor();
        put();
      }
    }
    awaitAll();
    process.getOutputStream().close();
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).isZero();

    TreeMap<Long, List<String>> records = saved("records-");
    List<String> expected = new ArrayList<>();
    for (int file = 0; file < files; file++) {
      expected.add("record " + file);
    }
    assertThat(records.values().stream().flatMap(List::stream))
        .as("seed %d", seed)
        .containsExactlyElementsOf(expected);
    saved("windows-")
        .forEach(
            (atMs, window) ->
                assertThat(window)
                    .isEqualTo(
                        records
                            .subMap(
                                atMs - KilledProgram.WINDOW * KilledProgram.INTERVAL_MS,
                                false,
                                atMs,
                                true)
                            .values()
                            .stream()
                            .flatMap(List::stream)
                            .toList()));
  }

  private void start() throws IOException {
    process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-Dlog4j.configuration=" + System.getProperty("log4j.configuration"),
                "-Djava.io.tmpdir=" + folder,
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                KilledProgram.class.getName(),
                folder.toString())
            .redirectError(folder.resolve("log").toFile())
            .start();
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    for (String line = lines.readLine(); !"started".equals(line); line = lines.readLine()) {
      assertThat(line).as(log()).isNotNull();
    }
    Thread reader =
        new Thread(() -> lines.lines().forEach(line -> assertThat(line).isNotNull()), "output");
    reader.setDaemon(true);
    reader.start();
  }

  /** A file appears as a whole, with a time that says when. */
  private void put() throws IOException {
    String name = "file-%05d".formatted(files);
    Path hidden = Files.writeString(folder.resolve(name), "record " + files + "\n");
    files++;
    Files.move(hidden, folder.resolve("in").resolve(name));
  }

  private void awaitAll() throws Exception {
    int there = 0;
    for (int tries = 0; tries < MOST_TRIES; tries++) {
      there = saved("records-").values().stream().mapToInt(List::size).sum();
      if (there >= files) {
        return;
      }
      assertRunsFor(100);
    }
    throw new AssertionError(there + " of " + files + " records are saved: " + log());
  }

  private void assertRunsFor(long timeMs) throws Exception {
    if (process.waitFor(timeMs, TimeUnit.MILLISECONDS)) {
      throw new AssertionError("ended by itself with " + process.exitValue() + ": " + log());
    }
  }

  private String log() throws IOException {
    return Files.readString(folder.resolve("log"));
  }

  private TreeMap<Long, List<String>> saved(String prefix) throws IOException {
    TreeMap<Long, List<String>> saved = new TreeMap<>();
    try (Stream<Path> directories = Files.list(folder)) {
      for (Path directory : directories.toList()) {
        String name = directory.getFileName().toString();
        if (name.startsWith(prefix)) {
          List<String> lines = new ArrayList<>();
          try (Stream<Path> parts = Files.list(directory)) {
            for (Path part : parts.sorted().toList()) {
              if (part.getFileName().toString().startsWith("part-")) {
                lines.addAll(Files.readAllLines(part));
              }
            }
          }
          saved.put(Long.parseLong(name.substring(prefix.length())), lines);
        }
      }
    }
    return saved;
  }
}
