package org.millrace.benchmarks.bench;

import static org.millrace.benchmarks.bench.EngineKind.FLINK;
import static org.millrace.benchmarks.bench.EngineKind.JET;
import static org.millrace.benchmarks.bench.EngineKind.LOOP;
import static org.millrace.benchmarks.bench.EngineKind.MILLRACE;
import static org.millrace.benchmarks.bench.EngineKind.SPARK;
import static org.millrace.benchmarks.bench.EngineKind.TUNED_LOOP;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.millrace.benchmarks.workload.Scenario;

/**
 * What a command runs: rows in order, each with its engines and rounds.
 *
 * @param steps one for each row
 */
record Plan(List<Step> steps) {
  /** A row on some engines. */
  record Step(Row row, List<EngineKind> engines, int rounds) {
    private double seconds(BenchOptions asked) {
      double sum = 0;
      for (EngineKind engine : engines) {
        sum += row.estimatedSeconds(engine, asked);
      }
      return sum * rounds;
    }
  }

  /** What {@code all} runs, and the engines for which a row says something. */
  static final Map<String, List<EngineKind>> ALL = all();

  /** A start is short: in {@code all} it is repeated more often. */
  private static final int STARTS = 3;

  private static Map<String, List<EngineKind>> all() {
    Map<String, List<EngineKind>> rows = new LinkedHashMap<>();
    put(rows, "word-count", LOOP, TUNED_LOOP, MILLRACE, SPARK, FLINK, JET);
    put(rows, "word-count@200", MILLRACE, SPARK);
    put(rows, "word-count@20", MILLRACE);
    put(rows, "word-count-builtin", TUNED_LOOP, MILLRACE);
    put(rows, "grep", LOOP, TUNED_LOOP, MILLRACE, SPARK, FLINK);
    put(rows, "window-count", LOOP, TUNED_LOOP, MILLRACE, SPARK, FLINK);
    put(rows, "running-count", LOOP, TUNED_LOOP, MILLRACE, SPARK, FLINK);
    put(rows, "running-count+state=rocksdb", FLINK);
    put(rows, "running-count-update", MILLRACE, SPARK);
    put(rows, "running-count-few", MILLRACE, SPARK);
    put(rows, "running-count-few@10", MILLRACE);
    put(rows, "ads", LOOP, MILLRACE, SPARK, FLINK);
    put(rows, "ads-builtin", TUNED_LOOP, MILLRACE);
    put(rows, "socket-word-count", MILLRACE, SPARK);
    put(rows, "socket-word-count+builtin", MILLRACE);
    put(rows, "socket-word-count+log", MILLRACE, SPARK);
    put(rows, "socket-grep", MILLRACE, SPARK);
    put(rows, "socket-grep+builtin", MILLRACE);
    put(rows, "socket-grep+log", MILLRACE, SPARK);
    put(rows, "socket-grep+builtin+log", MILLRACE);
    put(rows, "empty-batch", MILLRACE, SPARK);
    put(rows, "empty-batch-shuffle", MILLRACE, SPARK);
    put(rows, "empty-batch-state", MILLRACE);
    put(rows, "empty-batch-two", MILLRACE);
    put(rows, "latency", MILLRACE, SPARK, FLINK);
    put(rows, "start-up", MILLRACE, SPARK, FLINK, JET);
    put(rows, "memory", MILLRACE, SPARK, FLINK, JET);
    put(rows, "state-cost", MILLRACE, SPARK);
    put(rows, "driver-scale", MILLRACE);
    put(rows, "window-cost", MILLRACE, SPARK);
    return rows;
  }

  private static void put(Map<String, List<EngineKind>> rows, String name, EngineKind... engines) {
    rows.put(name, Arrays.asList(engines));
  }

  /**
   * The steps for names on a command line. A row that is named runs on all engines that are asked
   * for, those of {@code all} on those of them for which it says something.
   */
  static Plan of(List<String> names, List<EngineKind> asked, int rounds) {
    List<Step> steps = new ArrayList<>();
    for (String name : names) {
      if (name.equals("all")) {
        ALL.forEach((each, engines) -> add(steps, Row.parse(each), engines, asked, rounds));
      } else {
        steps.add(new Step(Row.parse(name), asked, rounds));
      }
    }
    return new Plan(List.copyOf(steps));
  }

  private static void add(
      List<Step> steps, Row row, List<EngineKind> engines, List<EngineKind> asked, int rounds) {
    List<EngineKind> both = asked.stream().filter(engines::contains).toList();
    if (!both.isEmpty()) {
      steps.add(
          new Step(row, both, row.scenario() == Scenario.START_UP ? STARTS * rounds : rounds));
    }
  }

  /** With another batch interval. */
  Plan withInterval(int intervalMs) {
    return new Plan(
        steps.stream()
            .map(
                step ->
                    new Step(step.row().withInterval(intervalMs), step.engines(), step.rounds()))
            .toList());
  }

  /** About how long steps take, the first of them that of an index. */
  double seconds(int from, BenchOptions asked) {
    return steps.subList(from, steps.size()).stream()
        .mapToDouble(step -> step.seconds(asked))
        .sum();
  }

  /** A line before it begins. */
  String describe(BenchOptions asked) {
    int runs = steps.stream().mapToInt(step -> step.engines().size() * step.rounds()).sum();
    return String.format(
        Locale.ROOT,
        "%d rows, %d runs, about %.0f min on a quiet machine",
        steps.size(),
        runs,
        seconds(0, asked) / 60);
  }
}
