package org.millrace.benchmarks.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.millrace.benchmarks.workload.Scenario;

/** Medians and spreads of runs, as lines for a terminal and rows of a page. */
final class BenchTable {
  private static final String MILLRACE = EngineKind.MILLRACE.toString();

  private final List<BenchRun> runs;

  BenchTable(List<BenchRun> runs) {
    this.runs = List.copyOf(runs);
  }

  /** Median, least and most of some runs. */
  record Spread(double median, double least, double most) {
    static Spread of(List<BenchRun> runs, ToDoubleFunction<BenchRun> value) {
      double[] sorted = runs.stream().mapToDouble(value).sorted().toArray();
      int half = sorted.length / 2;
      double median = sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
      return new Spread(median, sorted[0], sorted[sorted.length - 1]);
    }

    /** The same median, the spread of the thirds of spans where it is wider. */
    static Spread withParts(List<BenchRun> runs) {
      Spread whole = of(runs, BenchRun::perCpuSecond);
      double least = whole.least();
      double most = whole.most();
      for (BenchRun run : runs) {
        if (!Double.isNaN(run.figure("part-least"))) {
          least = Math.min(least, run.figure("part-least"));
          most = Math.max(most, run.figure("part-most"));
        }
      }
      return new Spread(whole.median(), least, most);
    }

    String show() {
      return least == most
          ? number(median)
          : number(median) + " [" + number(least) + ".." + number(most) + "]";
    }
  }

  /** One cell row: an engine in a row of the benchmark. */
  record Line(String row, String engine, List<String> cells) {}

  /** A line while it runs. */
  static String progress(BenchRun run, Scenario scenario, double seconds) {
    String head =
        String.format(
            Locale.ROOT,
            "%-20s %-10s round %d, %4d ms, %5.1f s: ",
            run.row(),
            run.engine(),
            run.round(),
            run.intervalMs(),
            seconds);
    if (run.isUnsupported()) {
      return head + "not there: " + run.problem();
    }
    if (run.problem() != null) {
      return head + "FAILED: " + reason(run.problem());
    }
    String noise = run.isNoisy() ? "; NOISY" : "";
    return head
        + (scenario.isLessBetter()
            ? scenario.decidingFigure() + " " + number(run.figure(scenario.decidingFigure()))
            : number(run.perCpuSecond()) + " records per CPU second")
        + String.format(Locale.ROOT, " (others %.2f cores%s)", run.othersCores(), noise);
  }

  /**
   * The line of a problem that says most: the first with the name of an exception or with WRONG, or
   * the first.
   */
  static String reason(String problem) {
    return problem
        .lines()
        .filter(
            line -> line.matches(".*(WRONG|[a-z]Exception|Error\\b).*") && !line.contains("\tat "))
        .findFirst()
        .or(() -> problem.lines().findFirst())
        .orElse("");
  }

  /** Rows in the order they were run. */
  Set<String> rows() {
    Set<String> rows = new LinkedHashSet<>();
    runs.forEach(run -> rows.add(run.row()));
    return rows;
  }

  Set<String> engines(String row) {
    Set<String> engines = new LinkedHashSet<>();
    runs.stream().filter(run -> run.row().equals(row)).forEach(run -> engines.add(run.engine()));
    return engines;
  }

  /** Runs with a report; of a ladder those of the interval that counts. */
  List<BenchRun> good(String row, String engine) {
    List<BenchRun> good = new ArrayList<>();
    for (BenchRun run : runs) {
      if (run.row().equals(row) && run.engine().equals(engine) && run.report() != null) {
        good.add(run);
      }
    }
    if (Row.parse(row).scenario() == Scenario.LATENCY) {
      int interval =
          good.stream()
              .filter(run -> run.figure("holds") == 1)
              .mapToInt(BenchRun::intervalMs)
              .max()
              .orElse(Integer.MAX_VALUE);
      good.removeIf(run -> run.intervalMs() != interval);
    }
    return good;
  }

  /** What went wrong: wrong results and failures, not what an engine does not have. */
  List<BenchRun> failures() {
    return runs.stream().filter(run -> run.problem() != null && !run.isUnsupported()).toList();
  }

  /** Titles of the columns of a row of the benchmark. */
  static List<String> titles(Scenario scenario) {
    if (!scenario.isLessBetter()) {
      return List.of(
          "engine",
          "records/s",
          "records per CPU s",
          "CPU s",
          "heap MB",
          "resident MB",
          "GC ms",
          "others' cores",
          "notes");
    }
    return List.of(
        "engine",
        scenario.decidingFigure(),
        "figures",
        "CPU s",
        "heap MB",
        "resident MB",
        "GC ms",
        "others' cores",
        "notes");
  }

  /** The lines of a row of the benchmark. */
  List<Line> lines(String row) {
    Scenario scenario = Row.parse(row).scenario();
    List<Line> lines = new ArrayList<>();
    for (String engine : engines(row)) {
      List<BenchRun> good = good(row, engine);
      List<String> cells = new ArrayList<>(List.of(engine));
      if (good.isEmpty()) {
        cells.addAll(List.of("-", "-", "-", "-", "-", "-", "-", why(row, engine)));
      } else {
        if (scenario.isLessBetter()) {
          cells.add(Spread.of(good, run -> run.figure(scenario.decidingFigure())).show());
          cells.add(figures(good, scenario));
        } else {
          cells.add(Spread.of(good, BenchRun::perSecond).show());
          cells.add(Spread.withParts(good).show());
        }
        cells.add(number(Spread.of(good, BenchRun::cpuSeconds).median()));
        cells.add(number(median(good, "peakHeapBytes") / 1e6));
        cells.add(number(median(good, "peakResidentBytes") / 1e6));
        cells.add(number(median(good, "gcMillis")));
        cells.add(
            String.format(Locale.ROOT, "%.2f", Spread.of(good, BenchRun::othersCores).most()));
        cells.add(notes(good, scenario));
      }
      lines.add(new Line(row, engine, cells));
    }
    return lines;
  }

  private static double median(List<BenchRun> good, String field) {
    return Spread.of(good, run -> run.report().get(field).asDouble()).median();
  }

  private String why(String row, String engine) {
    return runs.stream()
        .filter(run -> run.row().equals(row) && run.engine().equals(engine))
        .map(
            run ->
                run.problem() == null
                    ? "no interval holds"
                    : (run.isUnsupported() ? "" : "FAILED: ") + reason(run.problem()))
        .findFirst()
        .orElse("");
  }

  private static String figures(List<BenchRun> good, Scenario scenario) {
    List<String> names =
        switch (scenario) {
          case LATENCY -> List.of("latency-p50-ms", "latency-p999-ms", "cores-used");
          case MEMORY -> List.of("heap-mb", "cores-used");
          case START_UP -> List.of("cpu-ms");
          case WINDOW_COST ->
              costs("inverse-10", "inverse-100", "plain-10", "plain-100", "plain-1000");
          case STATE_COST -> costs("keys-1000", "keys-1000000");
          case DRIVER_SCALE ->
              List.of("driver-state-cpu-ms", "latency-p50-ms", "latency-p99-ms", "driver-heap-mb");
          default -> List.of("batch-mean-ms", "batch-p99-ms", "batch-max-ms", "batch-cpu-ms");
        };
    List<String> shown = new ArrayList<>();
    for (String name : names) {
      if (!Double.isNaN(good.get(0).figure(name))) {
        shown.add(name + " " + number(Spread.of(good, run -> run.figure(name)).median()));
      }
    }
    return String.join(", ", shown);
  }

  /** The median and the longest batch of each case. */
  private static List<String> costs(String... cases) {
    return Stream.of(cases).flatMap(each -> Stream.of(each + "-p50-ms", each + "-max-ms")).toList();
  }

  /** What did not hold. */
  private String steps(BenchRun held) {
    List<String> tried =
        runs.stream()
            .filter(run -> run.row().equals(held.row()) && run.engine().equals(held.engine()))
            .filter(run -> run.report() != null && run.intervalMs() < held.intervalMs())
            .map(run -> run.intervalMs() + " ms")
            .distinct()
            .toList();
    return tried.isEmpty()
        ? "the first that was tried"
        : "did not hold: " + String.join(", ", tried);
  }

  private String notes(List<BenchRun> good, Scenario scenario) {
    List<String> notes = new ArrayList<>();
    if (scenario == Scenario.LATENCY) {
      notes.add("smallest interval that holds: " + good.get(0).intervalMs() + " ms");
      notes.add(steps(good.get(0)));
    } else if (good.stream().anyMatch(run -> run.figure("holds") == 0)) {
      notes.add(good.get(0).intervalMs() + " ms do not hold");
    }
    for (String name : List.of("generator-ns", "batch-p50-ms", "batch-max-ms")) {
      if (!scenario.isLessBetter() && !Double.isNaN(good.get(0).figure(name))) {
        notes.add(name + " " + number(Spread.of(good, run -> run.figure(name)).median()));
      }
    }
    long noisy = good.stream().filter(BenchRun::isNoisy).count();
    if (noisy > 0) {
      notes.add(noisy + " of " + good.size() + " runs noisy");
    }
    good.get(0).report().get("notes").forEach(note -> notes.add(note.asText()));
    return String.join("; ", notes);
  }

  /** Millrace over each other engine, more than 1 is better, by name of the row and the engine. */
  Map<String, Map<String, Double>> ratios() {
    Map<String, Map<String, Double>> ratios = new LinkedHashMap<>();
    for (String row : rows()) {
      Scenario scenario = Row.parse(row).scenario();
      List<BenchRun> own = good(row, MILLRACE);
      for (String engine : engines(row)) {
        List<BenchRun> other = good(row, engine);
        if (!engine.equals(MILLRACE) && !own.isEmpty() && !other.isEmpty()) {
          put(ratios, row, engine, scenario.decidingFigure(), scenario.isLessBetter());
          if (scenario == Scenario.LATENCY) {
            ratios
                .computeIfAbsent("latency-interval", key -> new LinkedHashMap<>())
                .put(engine, other.get(0).intervalMs() / (double) own.get(0).intervalMs());
          }
        }
      }
    }
    return ratios;
  }

  private void put(
      Map<String, Map<String, Double>> ratios,
      String row,
      String engine,
      String figure,
      boolean isLessBetter) {
    double own = Spread.of(good(row, MILLRACE), run -> run.figure(figure)).median();
    double other = Spread.of(good(row, engine), run -> run.figure(figure)).median();
    ratios
        .computeIfAbsent(row, key -> new LinkedHashMap<>())
        .put(engine, isLessBetter ? other / own : own / other);
  }

  /** The table of a row for a terminal, ratios after it. */
  String text(String row) {
    List<List<String>> all = new ArrayList<>();
    all.add(titles(Row.parse(row).scenario()));
    lines(row).forEach(line -> all.add(line.cells()));
    int[] widths = new int[all.get(0).size()];
    for (List<String> cells : all) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], cells.get(i).length());
      }
    }
    StringBuilder text = new StringBuilder("== " + row + System.lineSeparator());
    for (List<String> cells : all) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        line.append(
            String.format(Locale.ROOT, "%-" + Math.max(1, widths[i]) + "s  ", cells.get(i)));
      }
      text.append(line.toString().stripTrailing()).append(System.lineSeparator());
    }
    ratios()
        .forEach(
            (name, values) -> {
              if (name.equals(row)
                  || (name.equals("latency-interval") && row.startsWith("latency"))) {
                values.forEach(
                    (engine, value) ->
                        text.append(
                            String.format(Locale.ROOT, "RATIO %s %s %.2f%n", name, engine, value)));
              }
            });
    return text.toString();
  }

  /** Three significant digits, or whole with thousands. */
  static String number(double value) {
    if (Double.isNaN(value)) {
      return "-";
    }
    if (Math.abs(value) >= 100) {
      return String.format(Locale.ROOT, "%,.0f", value);
    }
    return String.format(Locale.ROOT, Math.abs(value) >= 10 ? "%.1f" : "%.2f", value);
  }
}
