package org.millrace.benchmarks.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.millrace.am.cli.CliCommand;
import org.millrace.benchmarks.workload.Scenario;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace bench}: engines against each other and against hand-written loops. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Run the same job on several engines in turn, check their results, compare them.",
    footer = {
      "",
      "A scenario may carry a batch interval and options: word-count@200 has batches of 200 ms,"
          + " socket-grep+log writes received lines to a log. 'all' runs each row on those of the"
          + " engines for which it says something. Each run is a process of its own with"
          + " the same heap and collector; it first answers a finite check run, whose result must"
          + " be that of a plain count, then warms up, then is measured. RATIO lines are Millrace"
          + " over the other engine in records per CPU second, or the other over Millrace in time"
          + " and memory: more than 1 is better. Exit code 1 when a result is wrong, an engine"
          + " fails or a row is left out.",
      "",
      "Examples:",
      "  millrace bench word-count",
      "  millrace bench word-count word-count@20 --engines loop,millrace,spark --rounds 5",
      "  millrace bench all --quick --engines loop,tuned-loop,millrace,spark,flink,jet --out"
          + " all.json",
      "  millrace bench report all.json --page docs/benchmarks.md",
      "  millrace bench driver-scale --executors 1000 --cores 8"
    },
    subcommands = {BenchReportCommand.class, BenchDriverScaleCommand.class})
public final class BenchCommand implements CliCommand {
  private static final int ROUNDS = 3;

  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..*",
      paramLabel = "SCENARIO",
      description = "What to run, or 'all'; --list shows them.")
  private List<String> scenarios = new ArrayList<>();

  @Option(names = "--list", description = "Show the scenarios.")
  private boolean list;

  @Option(
      names = "--engines",
      split = ",",
      defaultValue = "loop,tuned-loop,millrace",
      paramLabel = "ENGINE",
      description =
          "Of loop, tuned-loop, millrace, spark, flink, jet; by default ${DEFAULT-VALUE}. The last"
              + " three are built when they are named.")
  private List<String> engines;

  @Option(
      names = "--cores",
      paramLabel = "N",
      description = "Threads of an engine; by default 1, for latency and sockets 2.")
  private int cores;

  @Option(
      names = "--rounds",
      paramLabel = "R",
      description = "Rounds, A B C A B C ...; by default 3, with --quick 1.")
  private Integer rounds;

  @Option(names = "--interval", paramLabel = "MS", description = "Batch interval of all rows.")
  private Integer intervalMs;

  @Option(names = "--quick", description = "Shorter spans, one round.")
  private boolean quick;

  @Option(names = "--warm-up", paramLabel = "MS", description = "Before the measured span.")
  private int warmUpMs = -1;

  @Option(names = "--measure", paramLabel = "MS", description = "The measured span.")
  private int measureMs;

  @Option(names = "--rate", paramLabel = "N", description = "Records a second where it is fixed.")
  private long rate;

  @Option(
      names = "--check",
      paramLabel = "RECORDS",
      description = "Length of the check run; by default 300000.")
  private int checkRecords = -1;

  @Option(
      names = "--heap",
      defaultValue = "4g",
      paramLabel = "SIZE",
      description = "Of all engines; by default ${DEFAULT-VALUE}.")
  private String heap;

  @Option(
      names = "--repeats",
      paramLabel = "N",
      description =
          "How often a run is repeated when others used more than a quarter of a core; by default"
              + " 1, with --quick 0. The quietest counts.")
  private Integer repeats;

  @Option(
      names = "--option",
      paramLabel = "NAME=VALUE",
      description =
          "For the engines: receivers=2, log=true, records-a-batch=1000, or any millrace.*"
              + " setting.")
  private Map<String, String> options = new TreeMap<>();

  @Option(
      names = "--at-most",
      paramLabel = "MINUTES",
      description = "Rows that would begin later are left out, which is said.")
  private Double atMostMinutes;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      defaultValue = "bench.json",
      description = "Where all figures go as JSON; by default ${DEFAULT-VALUE}.")
  private Path out;

  @Override
  public Integer call() throws IOException, InterruptedException {
    PrintWriter console = spec.commandLine().getOut();
    if (list) {
      for (Scenario scenario : Scenario.values()) {
        console.printf(Locale.ROOT, "%-22s %s%n", scenario, scenario.description());
      }
      console.println();
      Plan.ALL.forEach((row, kinds) -> console.printf("all: %-28s %s%n", row, kinds));
      return 0;
    }
    return run(console, plan());
  }

  private int run(PrintWriter console, Plan plan) throws IOException, InterruptedException {
    BenchOptions asked =
        new BenchOptions(cores, quick, warmUpMs, measureMs, rate, checkRecords, heap, options);
    Path failed = Path.of(out + "-failures");
    Bench bench =
        new Bench(checkout(), asked, repeats != null ? repeats : quick ? 0 : 1, failed, console);
    List<BenchRun> runs = new ArrayList<>();
    String command =
        "bin/millrace " + String.join(" ", spec.commandLine().getParseResult().originalArgs());
    console.println(plan.describe(asked));
    long started = System.nanoTime();
    StringBuilder tables = new StringBuilder();
    int rows = 0;
    for (int i = 0; i < plan.steps().size(); i++) {
      Row row = plan.steps().get(i).row();
      double minutes = (System.nanoTime() - started) / 60e9;
      if (atMostMinutes != null && minutes > atMostMinutes) {
        console.printf("LEFT OUT for want of time: %s%n", row.name());
        continue;
      }
      rows++;
      console.printf(
          Locale.ROOT,
          "-- row %d of %d: %s; %.1f min gone, about %.0f min left%n",
          i + 1,
          plan.steps().size(),
          row.name(),
          minutes,
          plan.seconds(i, asked) / 60);
      console.flush();
      runs.addAll(bench.run(plan.steps().get(i)));
      // After each row: what is measured is not lost when a later one is broken off.
      BenchFile.here(command, checkout(), runs).write(out);
      String table = new BenchTable(runs).text(row.name());
      tables.append(table);
      console.println(table);
      console.flush();
    }
    if (plan.steps().size() > 1) {
      console.println(tables);
    }
    console.print(Aims.text(new BenchTable(runs)));
    console.println("All figures: " + out.toAbsolutePath());
    List<BenchRun> failures = new BenchTable(runs).failures();
    failures.forEach(
        run ->
            console.printf(
                "FAILED %s %s: %s; %s%n",
                run.row(), run.engine(), BenchTable.reason(run.problem()), failed));
    return failures.isEmpty() && rows == plan.steps().size() ? 0 : 1;
  }

  private Plan plan() {
    if (scenarios.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "name a scenario, or 'all'; bench --list shows them");
    }
    try {
      List<EngineKind> kinds = engines.stream().map(EngineKind::named).toList();
      Plan plan = Plan.of(scenarios, kinds, rounds != null ? rounds : quick ? 1 : ROUNDS);
      return intervalMs == null ? plan : plan.withInterval(intervalMs);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  /** The directory with benchmarks/, from where bin/millrace is. */
  private static Path checkout() {
    String command = System.getProperty("org.millrace.command");
    return command == null
        ? Path.of("").toAbsolutePath()
        : Path.of(command).toAbsolutePath().getParent().getParent();
  }
}
