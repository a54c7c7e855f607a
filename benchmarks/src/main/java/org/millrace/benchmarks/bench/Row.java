package org.millrace.benchmarks.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.millrace.benchmarks.workload.RunSpec;
import org.millrace.benchmarks.workload.Scenario;

/**
 * A scenario with its settings: {@code word-count}, {@code word-count@200} (with batches of 200
 * ms), {@code socket-grep+log} (with the option {@code log=true}), {@code
 * running-count+state=rocksdb}.
 *
 * @param name as on the command line
 * @param intervalMs batch interval
 * @param options options of the run
 */
record Row(String name, Scenario scenario, int intervalMs, Map<String, String> options) {
  private static final long LATENCY_RATE = 50_000;
  private static final long MEMORY_RATE = 250_000;
  private static final int CHECK_RECORDS = 300_000;

  /** Reads a name; the message says what is wrong with it. */
  static Row parse(String name) {
    String[] parts = name.split("\\+");
    String[] base = parts[0].split("@", 2);
    Scenario scenario =
        Scenario.named(base[0])
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "there is no scenario '" + base[0] + "'; bench --list shows them"));
    int intervalMs = base.length > 1 ? Integer.parseInt(base[1]) : usualInterval(scenario);
    Map<String, String> options = new TreeMap<>();
    for (int i = 1; i < parts.length; i++) {
      String[] option = parts[i].split("=", 2);
      options.put(option[0], option.length > 1 ? option[1] : "true");
    }
    return new Row(name, scenario, intervalMs, options);
  }

  private static int usualInterval(Scenario scenario) {
    return switch (scenario) {
      case EMPTY_BATCH,
          EMPTY_BATCH_SHUFFLE,
          EMPTY_BATCH_STATE,
          EMPTY_BATCH_TWO,
          LATENCY,
          WINDOW_COST,
          STATE_COST ->
          10;
      case START_UP -> 100;
      case RUNNING_COUNT_FEW -> 200;
      default -> 1_000;
    };
  }

  /** The same with another batch interval. */
  Row withInterval(int otherMs) {
    return new Row(name, scenario, otherMs, options);
  }

  /** Cores unless the command line says otherwise: as the reference was measured. */
  int usualCores() {
    return switch (scenario) {
      case SOCKET_WORD_COUNT,
          SOCKET_GREP,
          EMPTY_BATCH,
          EMPTY_BATCH_SHUFFLE,
          EMPTY_BATCH_STATE,
          EMPTY_BATCH_TWO,
          LATENCY,
          START_UP,
          MEMORY,
          WINDOW_COST,
          STATE_COST ->
          2;
      default -> 1;
    };
  }

  private long rate() {
    return switch (scenario) {
      case LATENCY, START_UP -> LATENCY_RATE;
      case MEMORY -> MEMORY_RATE;
      default -> 0;
    };
  }

  /** Milliseconds before the span; a window is full by then. */
  private int warmUpMs(boolean isQuick) {
    int usual = isQuick ? 5_000 : 7_000;
    return switch (scenario) {
      case WINDOW_COUNT -> Math.max(usual, (Scenario.WINDOW_PANES + 3) * intervalMs);
      case START_UP, WINDOW_COST, STATE_COST, DRIVER_SCALE -> 0;
      default -> usual;
    };
  }

  /** With snapshots or checkpoints long enough for one, each ten seconds. */
  private int measureMs(boolean isQuick) {
    if (scenario.isWithCheckpoints()) {
      return isQuick ? 6_000 : 12_000;
    }
    return switch (scenario) {
      case MEMORY -> isQuick ? 8_000 : 13_000;
      case START_UP, DRIVER_SCALE -> 1;
      case WINDOW_COST, STATE_COST -> isQuick ? 1_000 : 3_000;
      default -> isQuick ? 5_000 : 7_000;
    };
  }

  /** What a run takes on a quiet machine of two cores, seen when it was tried. */
  double estimatedSeconds(EngineKind engine, BenchOptions asked) {
    RunSpec spec = spec(asked, 0, 0, Path.of("."), 0);
    double spans = (spec.warmUpMs() + spec.measureMs()) / 1e3;
    boolean isSpark = engine == EngineKind.SPARK;
    return switch (scenario) {
      case START_UP -> 4;
      case DRIVER_SCALE -> 60;
      case WINDOW_COST -> isSpark ? 150 : 50;
      case STATE_COST -> isSpark ? 40 : 20;
      case LATENCY -> engine == EngineKind.MILLRACE ? spans + 10 : 4 * (spans + 10);
      default -> spans + (scenario.isWithoutCheck() ? 3 : isSpark ? 14 : 8);
    };
  }

  /** The run of an engine; ports and directory are filled in by the caller's arguments. */
  RunSpec spec(BenchOptions asked, int port, int checkPort, Path workDirectory, long seed) {
    Map<String, String> all = new TreeMap<>(options);
    all.putAll(asked.options());
    return new RunSpec(
        scenario,
        asked.cores() > 0 ? asked.cores() : usualCores(),
        intervalMs,
        asked.warmUpMs() >= 0 ? asked.warmUpMs() : warmUpMs(asked.isQuick()),
        asked.measureMs() > 0 ? asked.measureMs() : measureMs(asked.isQuick()),
        seed,
        asked.rate() > 0 ? asked.rate() : rate(),
        scenario.isWithoutCheck()
            ? 0
            : asked.checkRecords() >= 0 ? asked.checkRecords() : CHECK_RECORDS,
        "127.0.0.1",
        port,
        checkPort,
        workDirectory,
        all);
  }

  /** The JVM's flags, the same for all engines. */
  List<String> flags(String heap) {
    return switch (scenario) {
      // What a user would start; the heap grows as it is used.
      case START_UP, MEMORY -> List.of("-Xmx" + heap);
      default -> List.of("-Xms" + heap, "-Xmx" + heap, "-XX:+AlwaysPreTouch", "-XX:+UseParallelGC");
    };
  }
}
