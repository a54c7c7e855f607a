package org.millrace.benchmarks.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.millrace.benchmarks.workload.EngineMain;

/** One process of an engine, from its start to its report. */
final class EngineProcess {
  private static final int SAMPLE_MS = 50;
  private static final int SHOWN_LINES = 12;
  private static final int STACKS_SECONDS = 2;
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * How it ended: with a report, or a problem ("unsupported: why" or what it printed last).
   *
   * @param report null with a problem
   * @param problem null with a report
   * @param othersCores cores that other processes used meanwhile
   */
  record Outcome(
      JsonNode report, String problem, boolean isUnsupported, double othersCores, double seconds) {}

  private EngineProcess() {}

  /**
   * Runs it to its end.
   *
   * @param helperOrNull a process whose CPU is not others', for example the TCP source
   */
  static Outcome run(
      List<String> command, Path output, long patienceSeconds, ProcessHandle helperOrNull)
      throws IOException, InterruptedException {
    ProcessHandle self = ProcessHandle.current();
    double ownBefore = CpuClock.seconds(self) + secondsOf(helperOrNull);
    double machineBefore = CpuClock.machineSeconds();
    long start = System.nanoTime();
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
    double engineSeconds = 0;
    int exitCode;
    try (ChildProcess child = ChildProcess.start(builder)) {
      Process process = child.process();
      while (!process.waitFor(SAMPLE_MS, TimeUnit.MILLISECONDS)) {
        engineSeconds = Math.max(engineSeconds, CpuClock.seconds(process.toHandle()));
        if (TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start) > patienceSeconds) {
          String what = "no report after " + patienceSeconds + " s: " + last(output);
          showStacks(process);
          process.destroyForcibly().waitFor();
          return problem(what, start);
        }
      }
      exitCode = process.exitValue();
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    double own = CpuClock.seconds(self) + secondsOf(helperOrNull) - ownBefore;
    double others =
        Math.max(0, CpuClock.machineSeconds() - machineBefore - own - engineSeconds) / seconds;
    List<String> lines = Files.readAllLines(output);
    if (exitCode == EngineMain.UNSUPPORTED) {
      String why = first(lines, EngineMain.NO_SCENARIO);
      return new Outcome(null, why == null ? "no reason given" : why, true, others, seconds);
    }
    String report = first(lines, EngineMain.REPORT);
    if (exitCode != 0 || report == null) {
      return problem("exit code " + exitCode + ": " + last(output), start);
    }
    return new Outcome(JSON.readTree(report), null, false, others, seconds);
  }

  /** Where its threads are, into its output. */
  private static void showStacks(Process process) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-QUIT", Long.toString(process.pid())).start().waitFor();
    process.waitFor(STACKS_SECONDS, TimeUnit.SECONDS);
  }

  private static double secondsOf(ProcessHandle processOrNull) {
    return processOrNull == null ? 0 : CpuClock.seconds(processOrNull);
  }

  private static Outcome problem(String what, long start) {
    return new Outcome(null, what, false, 0, (System.nanoTime() - start) / 1e9);
  }

  private static String first(List<String> lines, String prefix) {
    return lines.stream()
        .filter(line -> line.startsWith(prefix))
        .map(line -> line.substring(prefix.length()))
        .findFirst()
        .orElse(null);
  }

  private static String last(Path output) throws IOException {
    List<String> lines = Files.readAllLines(output);
    return String.join(
        System.lineSeparator(),
        lines.subList(Math.max(0, lines.size() - SHOWN_LINES), lines.size()));
  }
}
