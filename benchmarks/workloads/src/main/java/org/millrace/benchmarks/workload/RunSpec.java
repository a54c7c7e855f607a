package org.millrace.benchmarks.workload;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one engine process has to do. Travels as arguments {@code name=value}.
 *
 * @param scenario the scenario
 * @param cores threads or task slots, and partitions
 * @param intervalMs batch interval, window slide, or time between merges of a loop
 * @param warmUpMs run flat out before the measured span
 * @param measureMs length of the measured span
 * @param seed of the generated input
 * @param rate records a second by schedule; 0 = flat out
 * @param checkRecords length of the check run; 0 = none
 * @param host of the TCP source
 * @param port of the TCP source that sends without end, cyclically
 * @param checkPort of the TCP source whose first connection gets the first checkRecords lines and
 *     stays open; further connections get nothing
 * @param workDirectory an empty directory for checkpoints and logs, deleted by the parent
 * @param options free ones: "snapshot-ms", "log" (true: write-ahead log), "receivers", ...
 */
public record RunSpec(
    Scenario scenario,
    int cores,
    int intervalMs,
    int warmUpMs,
    int measureMs,
    long seed,
    long rate,
    int checkRecords,
    String host,
    int port,
    int checkPort,
    Path workDirectory,
    Map<String, String> options) {

  private static final String OPTION = "option.";

  /** Refuses what cannot be run. */
  public RunSpec {
    options = Map.copyOf(options);
    if (cores < 1 || intervalMs < 1 || warmUpMs < 0 || measureMs < 1 || rate < 0) {
      throw new IllegalArgumentException(
          "cores, interval-ms and measure-ms are at least 1, warm-up-ms and rate at least 0: cores="
              + cores
              + " interval-ms="
              + intervalMs
              + " warm-up-ms="
              + warmUpMs
              + " measure-ms="
              + measureMs
              + " rate="
              + rate);
    }
    if (checkRecords < 0 || checkRecords > RecordPool.TEXT_RECORDS) {
      throw new IllegalArgumentException(
          "check-records is " + checkRecords + ", not in 0.." + RecordPool.TEXT_RECORDS);
    }
  }

  /** The parent's arguments; an unknown name or one without a value is refused. */
  public static RunSpec parse(String... arguments) {
    Map<String, String> named = new TreeMap<>();
    Map<String, String> options = new TreeMap<>();
    for (String argument : arguments) {
      int equals = argument.indexOf('=');
      if (equals < 1) {
        throw new IllegalArgumentException("'" + argument + "' is not name=value");
      }
      String name = argument.substring(0, equals);
      String value = argument.substring(equals + 1);
      if (name.startsWith(OPTION)) {
        options.put(name.substring(OPTION.length()), value);
      } else {
        named.put(name, value);
      }
    }
    String title = take(named, "scenario", "");
    Scenario scenario =
        Scenario.named(title)
            .orElseThrow(() -> new IllegalArgumentException("no scenario named '" + title + "'"));
    RunSpec spec =
        new RunSpec(
            scenario,
            number(named, "cores", 1),
            number(named, "interval-ms", 1_000),
            number(named, "warm-up-ms", 5_000),
            number(named, "measure-ms", 10_000),
            Long.parseLong(take(named, "seed", "42")),
            Long.parseLong(take(named, "rate", "0")),
            number(named, "check-records", 0),
            take(named, "host", "127.0.0.1"),
            number(named, "port", 0),
            number(named, "check-port", 0),
            Path.of(take(named, "work-directory", ".")),
            options);
    if (!named.isEmpty()) {
      throw new IllegalArgumentException("unknown arguments " + named.keySet());
    }
    return spec;
  }

  private static int number(Map<String, String> named, String name, int byDefault) {
    return Integer.parseInt(take(named, name, String.valueOf(byDefault)));
  }

  private static String take(Map<String, String> named, String name, String byDefault) {
    String value = named.remove(name);
    return value == null ? byDefault : value;
  }

  /** What {@link #parse} reads. */
  public List<String> toArguments() {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "scenario=" + scenario.title(),
                "cores=" + cores,
                "interval-ms=" + intervalMs,
                "warm-up-ms=" + warmUpMs,
                "measure-ms=" + measureMs,
                "seed=" + seed,
                "rate=" + rate,
                "check-records=" + checkRecords,
                "host=" + host,
                "port=" + port,
                "check-port=" + checkPort,
                "work-directory=" + workDirectory));
    new TreeMap<>(options).forEach((name, value) -> arguments.add(OPTION + name + "=" + value));
    return arguments;
  }

  /** A free option. */
  public String option(String name, String byDefault) {
    return options.getOrDefault(name, byDefault);
  }

  /** A free option that is a whole number. */
  public int option(String name, int byDefault) {
    return Integer.parseInt(option(name, String.valueOf(byDefault)));
  }

  /** The first record of a pane of the check run of WINDOW_COUNT; pane CHECK_PANES is the end. */
  public long checkPaneStart(int pane) {
    return (long) checkRecords * pane / Scenario.CHECK_PANES;
  }

  /** The input of the scenario; the option "pool" makes it repeat earlier. */
  public RecordPool pool() {
    int usual =
        switch (scenario.input()) {
          case TEXT ->
              scenario == Scenario.START_UP ? RecordPool.SMALL_RECORDS : RecordPool.TEXT_RECORDS;
          case KEY_VALUE -> RecordPool.KEY_VALUE_RECORDS;
          case ADS -> RecordPool.ADS_RECORDS;
          case NONE -> throw new IllegalStateException(scenario + " has no input");
        };
    int size = option("pool", usual);
    return switch (scenario.input()) {
      case TEXT -> RecordPool.text(seed, size);
      case KEY_VALUE -> RecordPool.keyValues(seed, size);
      default -> RecordPool.ads(seed, size);
    };
  }
}
