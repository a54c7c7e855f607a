package org.millrace.benchmarks.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import org.millrace.benchmarks.bench.BenchTable.Spread;

/** What Millrace is to reach, as data, and what it reached by the medians of a table. */
final class Aims {
  private static final String MILLRACE = EngineKind.MILLRACE.toString();

  /** What is compared with a bound. */
  private sealed interface Quantity {
    /** Absent when a run is not there or failed. */
    OptionalDouble of(BenchTable table);
  }

  /** Records per CPU second of Millrace in a row over those of an engine in a row. */
  private record Over(String row, String engine, String otherRow) implements Quantity {
    @Override
    public OptionalDouble of(BenchTable table) {
      return quotient(
          median(table, row, MILLRACE, BenchRun::perCpuSecond),
          median(table, otherRow, engine, BenchRun::perCpuSecond));
    }
  }

  /** A figure of Millrace. */
  private record Figure(String row, String name) implements Quantity {
    @Override
    public OptionalDouble of(BenchTable table) {
      return median(table, row, MILLRACE, run -> run.figure(name));
    }
  }

  /** A figure of Millrace over another figure of it. */
  private record Within(String row, String name, String other) implements Quantity {
    @Override
    public OptionalDouble of(BenchTable table) {
      return quotient(new Figure(row, name).of(table), new Figure(row, other).of(table));
    }
  }

  /** A figure of an engine over that of Millrace. */
  private record Saved(String row, String engine, String name) implements Quantity {
    @Override
    public OptionalDouble of(BenchTable table) {
      return quotient(
          median(table, row, engine, run -> run.figure(name)), new Figure(row, name).of(table));
    }
  }

  /** The smallest batch interval of Millrace that holds. */
  private record SmallestInterval(String row) implements Quantity {
    @Override
    public OptionalDouble of(BenchTable table) {
      return median(table, row, MILLRACE, BenchRun::intervalMs);
    }
  }

  /**
   * An aim.
   *
   * @param what in words
   * @param isLeast the bound is the least, else the most
   */
  private record Aim(String row, String what, Quantity quantity, boolean isLeast, double bound) {}

  /** An aim beside what was reached. */
  record Line(String row, String what, String aim, String reached, String met) {}

  private static final List<Aim> ALL =
      List.of(
          over("word-count", "loop", 0.9),
          over("word-count", "spark", 2),
          over("word-count", "flink", 3),
          least(
              "word-count@200",
              "of its own 1 s figure",
              new Over("word-count@200", MILLRACE, "word-count"),
              0.8),
          least(
              "word-count@20",
              "of its own 1 s figure",
              new Over("word-count@20", MILLRACE, "word-count"),
              0.5),
          over("word-count-builtin", "tuned-loop", 0.7),
          least(
              "word-count-builtin",
              "spark's word-count",
              new Over("word-count-builtin", "spark", "word-count"),
              10),
          over("window-count", "loop", 0.9),
          over("window-count", "spark", 2),
          over("running-count", "loop", 0.8),
          over("running-count", "spark", 5),
          over("running-count", "flink", 2),
          most(
              "running-count",
              "longest batch over the median, snapshots included",
              new Within("running-count", "batch-max-ms", "batch-p50-ms"),
              1.5),
          most(
              "running-count-few",
              "ms a batch of 1,000 updates, mean, snapshots included",
              new Figure("running-count-few", "batch-mean-ms"),
              2),
          most(
              "running-count-few@10",
              "the same each 10 ms",
              new Figure("running-count-few@10", "batch-mean-ms"),
              2),
          over("ads-builtin", "tuned-loop", 0.8),
          least("ads-builtin", "spark's ads", new Over("ads-builtin", "spark", "ads"), 1.5),
          least("ads-builtin", "flink's ads", new Over("ads-builtin", "flink", "ads"), 3),
          over("socket-word-count", "spark", 4),
          least(
              "socket-word-count+builtin",
              "spark's socket-word-count",
              new Over("socket-word-count+builtin", "spark", "socket-word-count"),
              4),
          over("socket-word-count+log", "spark", 4),
          over("socket-grep", "spark", 4),
          least(
              "socket-grep+builtin",
              "spark's socket-grep",
              new Over("socket-grep+builtin", "spark", "socket-grep"),
              4),
          over("socket-grep+log", "spark", 4),
          least(
              "socket-grep+builtin+log",
              "spark's socket-grep+log",
              new Over("socket-grep+builtin+log", "spark", "socket-grep+log"),
              4),
          most(
              "empty-batch-shuffle",
              "ms a batch, local[2]",
              new Figure("empty-batch-shuffle", "batch-p50-ms"),
              1),
          most(
              "empty-batch-two",
              "ms a batch, two executors",
              new Figure("empty-batch-two", "batch-p50-ms"),
              3),
          least(
              "empty-batch-state",
              "10 ms hold with aggregation and state (1 = yes)",
              new Figure("empty-batch-state", "holds"),
              1),
          most("latency", "ms, smallest interval that holds", new SmallestInterval("latency"), 10),
          most("latency", "ms, p99", new Figure("latency", "latency-p99-ms"), 25),
          most("start-up", "ms to the first output", new Figure("start-up", "start-up-ms"), 1_000),
          least(
              "memory",
              "jet's resident memory over Millrace's",
              new Saved("memory", "jet", "resident-mb"),
              1),
          flat("window-cost", "inverse-1000-p50-ms", "inverse-10-p50-ms"),
          flat("window-cost", "plain-1000-p50-ms", "plain-10-p50-ms"),
          flat("state-cost", "keys-1000000-p50-ms", "keys-1000-p50-ms"),
          most(
              "driver-scale",
              "ms of CPU a batch, 8,000 cores",
              new Figure("driver-scale", "driver-cpu-ms"),
              20));

  private Aims() {}

  private static Aim over(String row, String engine, double bound) {
    return least(row, engine, new Over(row, engine, row), bound);
  }

  private static Aim flat(String row, String large, String small) {
    return most(row, large + " over " + small, new Within(row, large, small), 2);
  }

  private static Aim least(String row, String what, Quantity quantity, double bound) {
    return new Aim(row, what, quantity, true, bound);
  }

  private static Aim most(String row, String what, Quantity quantity, double bound) {
    return new Aim(row, what, quantity, false, bound);
  }

  private static OptionalDouble median(
      BenchTable table, String row, String engine, ToDoubleFunction<BenchRun> value) {
    List<BenchRun> good = table.good(row, engine);
    if (good.isEmpty()) {
      return OptionalDouble.empty();
    }
    double median = Spread.of(good, value).median();
    return Double.isNaN(median) ? OptionalDouble.empty() : OptionalDouble.of(median);
  }

  private static OptionalDouble quotient(OptionalDouble over, OptionalDouble under) {
    return over.isPresent() && under.isPresent() && under.getAsDouble() > 0
        ? OptionalDouble.of(over.getAsDouble() / under.getAsDouble())
        : OptionalDouble.empty();
  }

  /** Those whose row was run. */
  static List<Line> lines(BenchTable table) {
    List<Line> lines = new ArrayList<>();
    for (Aim aim : ALL) {
      if (table.rows().contains(aim.row())) {
        OptionalDouble reached = aim.quantity().of(table);
        lines.add(
            new Line(
                aim.row(),
                aim.what(),
                (aim.isLeast() ? "at least " : "at most ") + BenchTable.number(aim.bound()),
                reached.isPresent() ? BenchTable.number(reached.getAsDouble()) : "-",
                met(aim, reached)));
      }
    }
    return lines;
  }

  private static String met(Aim aim, OptionalDouble reached) {
    if (reached.isEmpty()) {
      return "not measured";
    }
    double value = reached.getAsDouble();
    return (aim.isLeast() ? value >= aim.bound() : value <= aim.bound()) ? "yes" : "no";
  }

  /** Lines for a terminal. */
  static String text(BenchTable table) {
    StringBuilder text = new StringBuilder();
    for (Line line : lines(table)) {
      text.append(
          String.format(
              Locale.ROOT,
              "AIM %s, %s: %s, reached %s, met: %s%n",
              line.row(),
              line.what(),
              line.aim(),
              line.reached(),
              line.met()));
    }
    return text.toString();
  }
}
