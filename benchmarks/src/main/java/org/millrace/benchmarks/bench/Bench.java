package org.millrace.benchmarks.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.millrace.benchmarks.workload.ExpectedResults;
import org.millrace.benchmarks.workload.RunSpec;
import org.millrace.benchmarks.workload.Scenario;

/** Runs rows on engines, round by round, each run checked. */
final class Bench {
  private static final double NOISE_CORES = 0.25;
  private static final long SEED = 42;

  /** Engines bound their own waiting; this is for those that do not end. */
  private static final long MOST_SECONDS = 240;

  /** Machines may be so much slower than that of the estimates. */
  private static final int SLOWER = 4;

  private static final int[] LADDER_MS = {5, 10, 20, 50, 100, 200, 500, 1_000};

  private final Path checkout;
  private final BenchOptions asked;
  private final int repeats;
  private final Path failures;
  private final PrintWriter progress;
  private final Map<String, String> expected = new HashMap<>();

  /**
   * Where and how it runs.
   *
   * @param repeats how often a run is repeated when others used the machine
   * @param failures the directory for what processes said that failed
   */
  Bench(Path checkout, BenchOptions asked, int repeats, Path failures, PrintWriter progress) {
    this.checkout = checkout;
    this.asked = asked;
    this.repeats = repeats;
    this.failures = failures;
    this.progress = progress;
  }

  /** All rounds of a row: A B C, A B C, ...; an engine without the scenario is asked once. */
  List<BenchRun> run(Plan.Step step) throws InterruptedException {
    Row row = step.row();
    List<BenchRun> runs = new ArrayList<>();
    List<EngineKind> left = new ArrayList<>(step.engines());
    for (int round = 1; round <= step.rounds(); round++) {
      for (EngineKind engine : List.copyOf(left)) {
        List<BenchRun> ended =
            row.scenario() == Scenario.LATENCY
                ? ladder(row, engine, round)
                : List.of(runQuietly(row, engine, round));
        runs.addAll(ended);
        if (ended.get(ended.size() - 1).isUnsupported()) {
          left.remove(engine);
        }
      }
    }
    return runs;
  }

  /** Longer and longer intervals, from the row's on, until one holds. */
  private List<BenchRun> ladder(Row row, EngineKind engine, int round) throws InterruptedException {
    List<BenchRun> steps = new ArrayList<>();
    for (int intervalMs : LADDER_MS) {
      if (intervalMs >= row.intervalMs()) {
        BenchRun run = runQuietly(row.withInterval(intervalMs), engine, round);
        steps.add(run);
        if (run.problem() != null || run.figure("holds") == 1) {
          break;
        }
      }
    }
    return steps;
  }

  /** The quietest of some tries; one that fails, or is wrong, counts whatever the others say. */
  private BenchRun runQuietly(Row row, EngineKind engine, int round) throws InterruptedException {
    BenchRun best = null;
    for (int i = 0; i <= repeats && (best == null || best.isNoisy()); i++) {
      BenchRun run = runOrFail(row, engine, round);
      if (run.problem() != null) {
        return run;
      }
      if (best == null || run.othersCores() < best.othersCores()) {
        best = run;
      }
    }
    return best;
  }

  /** Whatever goes wrong is the run's problem, not that of those that follow. */
  private BenchRun runOrFail(Row row, EngineKind engine, int round) throws InterruptedException {
    try {
      return runOnce(row, engine, round);
    } catch (IOException | RuntimeException failure) {
      BenchRun run = BenchRun.notStarted(row, engine, round, failure.toString());
      progress.println(BenchTable.progress(run, row.scenario(), 0));
      progress.flush();
      return run;
    }
  }

  private BenchRun runOnce(Row row, EngineKind engine, int round)
      throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("millrace-bench-");
    try {
      RunSpec spec = row.spec(asked, 0, 0, directory, SEED);
      if (!row.scenario().isFromSocket()) {
        return runOnce(row, engine, round, spec, null);
      }
      try (SocketSourceProcess source = new SocketSourceProcess(spec)) {
        RunSpec withPorts = row.spec(asked, source.port(), source.checkPort(), directory, SEED);
        return runOnce(row, engine, round, withPorts, source.handle());
      }
    } finally {
      delete(directory);
    }
  }

  private BenchRun runOnce(
      Row row, EngineKind engine, int round, RunSpec spec, ProcessHandle sourceOrNull)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(engine.command(checkout, row.flags(asked.heap())));
    command.addAll(spec.toArguments());
    long patience = MOST_SECONDS + (long) (SLOWER * row.estimatedSeconds(engine, asked));
    EngineProcess.Outcome outcome =
        EngineProcess.run(
            command, spec.workDirectory().resolve("output.txt"), patience, sourceOrNull);
    boolean isNoisy = outcome.othersCores() > NOISE_CORES;
    BenchRun run = BenchRun.of(row, engine, round, spec, row.flags(asked.heap()), outcome, isNoisy);
    if (run.problem() == null && spec.checkRecords() > 0) {
      String digest = run.report().get("digest").asText();
      if (!digest.equals(expected(spec))) {
        run = run.withProblem("WRONG result: digest " + digest + ", expected " + expected(spec));
      }
    }
    progress.println(BenchTable.progress(run, row.scenario(), outcome.seconds()));
    progress.flush();
    if (run.problem() != null && !run.isUnsupported()) {
      keep(spec.workDirectory().resolve("output.txt"), row.name() + "-" + engine + "-" + round);
    }
    return run;
  }

  /** What a process that failed said, for whoever looks into it. */
  private void keep(Path output, String name) throws IOException {
    Files.createDirectories(failures);
    Files.copy(output, failures.resolve(name + ".txt"), StandardCopyOption.REPLACE_EXISTING);
  }

  private String expected(RunSpec spec) {
    return expected.computeIfAbsent(
        spec.scenario() + " " + spec.checkRecords(), key -> ExpectedResults.of(spec).toString());
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
