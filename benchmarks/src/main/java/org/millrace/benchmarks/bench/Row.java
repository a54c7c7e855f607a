package org.millrace.benchmarks.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.millrace.benchmarks.workload.RunSpec;
import org.millrace.benchmarks.workload.Scenario;

/**
 * A scenario with its settings: {@code word-count}, {@code word-count@200} (with batches of 200
 * ms), {@code socket-grep+log} (with the option {@code log=true}).
 *
 * @param name as on the command line
 * @param intervalMs batch interval
 * @param options options of the run
 */
record Row(String name, Scenario scenario, int intervalMs, Map<String, String> options) {
  /** What {@code bench all} runs. */
  static final List<String> ALL =
      List.of(
          "word-count",
          "word-count@200",
          "word-count@20",
          "word-count-builtin",
          "grep",
          "window-count",
          "running-count",
          "running-count-update",
          "running-count-few",
          "ads",
          "ads-builtin",
          "socket-word-count",
          "socket-word-count+builtin",
          "socket-grep",
          "socket-grep+builtin",
          "socket-grep+log",
          "empty-batch",
          "empty-batch-shuffle",
          "latency",
          "start-up",
          "memory");

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
      options.put(parts[i], "true");
    }
    return new Row(name, scenario, intervalMs, options);
  }

  private static int usualInterval(Scenario scenario) {
    return switch (scenario) {
      case EMPTY_BATCH, EMPTY_BATCH_SHUFFLE, LATENCY -> 10;
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
          LATENCY,
          START_UP,
          MEMORY ->
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
    int usual = isQuick ? 6_000 : 10_000;
    return switch (scenario) {
      case WINDOW_COUNT -> Math.max(usual, (Scenario.WINDOW_PANES + 3) * intervalMs);
      case START_UP -> 0;
      default -> usual;
    };
  }

  private int measureMs(boolean isQuick) {
    return switch (scenario) {
      case MEMORY -> isQuick ? 10_000 : 20_000;
      case START_UP -> 1;
      default -> isQuick ? 5_000 : 10_000;
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
