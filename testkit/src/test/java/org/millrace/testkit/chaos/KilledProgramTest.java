package org.millrace.testkit.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.testkit.source.NumberedLinesServer;

/** The program of the chaos in {@code local[2]}, as a process that is killed and replaced. */
class KilledProgramTest {
  private static final long DEADLINE_S = 90;
  private static final int LINES_A_SECOND = 300;

  @TempDir Path folder;
  private Process process;
  private int starts;

  @AfterEach
  void end() throws InterruptedException {
    if (process != null) {
      process.destroyForcibly().waitFor();
    }
  }

  @Test
  void killsAndAChangedProgramLoseDoubleAndForgetNothing() throws Exception {
    InetAddress host = InetAddress.getLoopbackAddress();
    LocalOutputs outputs = new LocalOutputs(folder.resolve("out"));
    try (NumberedLinesServer a =
            new NumberedLinesServer("a", host, 0, LINES_A_SECOND, Long.MAX_VALUE, 0);
        NumberedLinesServer b =
            new NumberedLinesServer("b", host, 0, LINES_A_SECOND, Long.MAX_VALUE, 0)) {
      for (ProgramVersion version : List.of(ProgramVersion.A, ProgramVersion.B, ProgramVersion.A)) {
        int before = times(outputs).size();
        start(version, List.of(Integer.toString(a.port()), Integer.toString(b.port())));
        await("batches of start " + starts, () -> times(outputs).size() >= before + 10);
        process.destroyForcibly().waitFor();
      }
      start(ProgramVersion.B, List.of(Integer.toString(a.port()), Integer.toString(b.port())));
      a.stopAt(a.sent() + LINES_A_SECOND);
      b.stopAt(b.sent() + LINES_A_SECOND);
      await(
          "all is acknowledged",
          () -> a.acknowledged() == a.sent() && b.acknowledged() == b.sent() && a.sent() > 0);
      // Ticks that passed while there was no process are batches, too, and come first.
      long acknowledgedMs = System.currentTimeMillis();
      await("all is in batches", () -> newest(outputs) > acknowledgedMs + 1_000);
      // The outputs of one batch appear side by side, those of the next when all of it are there.
      long whole = newest(outputs);
      await("another batch", () -> newest(outputs) > whole);
      process.destroyForcibly().waitFor();
      assertThat(a.problems()).isEmpty();
      assertThat(b.problems()).isEmpty();
      Verdict verdict =
          new Checker(outputs.until(whole)).check(Map.of("a", a.sent(), "b", b.sent()));
      assertThat(verdict.good()).as("%s; %s", verdict, log()).isTrue();
      assertThat(verdict.records()).isEqualTo(a.sent() + b.sent());
      assertThat(verdict.windows()).isGreaterThan(20);
    }
  }

  private void start(ProgramVersion version, List<String> ports) throws IOException {
    starts++;
    String classPath =
        version.jar(folder) + File.pathSeparator + System.getProperty("java.class.path");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-Dmillrace.master=local[2]",
                "-Dmillrace.app.name=chaos",
                "-Dmillrace.checkpoint.interval=3s",
                "-Dmillrace.checkpoint.allowDroppedState=" + version.dropsState(),
                "-cp",
                classPath,
                ProgramVersion.MAIN_CLASS,
                folder.resolve("checkpoint").toString(),
                folder.resolve("out").toString(),
                "127.0.0.1"));
    command.addAll(ports);
    process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log-" + starts).toFile())
            .start();
  }

  private static SortedSet<Long> times(LocalOutputs outputs) {
    try {
      return outputs.times(Outputs.ROWS);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long newest(LocalOutputs outputs) {
    SortedSet<Long> times = times(outputs);
    return times.isEmpty() ? 0 : times.last();
  }

  private void await(String what, BooleanSupplier condition) throws IOException {
    long endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_S);
    while (!condition.getAsBoolean()) {
      assertThat(process.isAlive() && System.nanoTime() < endNanos)
          .as("%s within %d s of a living process: %s", what, DEADLINE_S, log())
          .isTrue();
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
    }
  }

  private String log() throws IOException {
    return Files.readString(folder.resolve("log-" + starts));
  }
}
