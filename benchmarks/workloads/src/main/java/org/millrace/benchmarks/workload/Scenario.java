package org.millrace.benchmarks.workload;

import java.util.Arrays;
import java.util.Optional;

/**
 * What is measured. "Check" is what the digest of the finite check run holds; {@link
 * ExpectedResults} says it in code. Where a scenario has batches, the engine's own batch interval
 * is {@link RunSpec#intervalMs()}; the check run may use shorter ones.
 */
public enum Scenario {
  /**
   * Lines split at single spaces with user functions on String, counted per word and batch. Check:
   * (word, count) over all records.
   */
  WORD_COUNT("word-count", Input.TEXT, "words of text lines, functions on String"),
  /** The same with what an engine has built in. Check: as WORD_COUNT. */
  WORD_COUNT_BUILTIN("word-count-builtin", Input.TEXT, "words of text lines, built-in operators"),
  /**
   * Lines that contain {@link RecordPool#NEEDLE}, as String; their number per batch. Check: (line,
   * number of times) over the lines that match.
   */
  GREP("grep", Input.TEXT, "text lines that contain a word"),
  /**
   * Word count over the last {@link #WINDOW_PANES} intervals, slid by one, with an inverse function
   * where there is one, words that no longer occur left out. Check: the input is cut into {@link
   * #CHECK_PANES} panes ({@link RunSpec#checkPaneStart}); (word, count) of the window that ends
   * with the last pane.
   */
  WINDOW_COUNT("window-count", Input.TEXT, "words of the last 30 intervals, each interval"),
  /**
   * The running sum of the values per key in keyed state, 1,000,000 keys; the new sum goes out for
   * each record. All keys are in state before the span. Check: (key, last sum) over all records.
   */
  RUNNING_COUNT("running-count", Input.KEY_VALUE, "running sum per key, 1M keys"),
  /** The same with updateStateByKey. Check: as RUNNING_COUNT. */
  RUNNING_COUNT_UPDATE(
      "running-count-update", Input.KEY_VALUE, "the same with updateStateByKey, 1M keys"),
  /**
   * The same with {@link RunSpec#rate()} records a second (1,000 a batch): what a batch costs. The
   * figures are "batch-p50-ms", "batch-p99-ms", "batch-max-ms" and "batch-cpu-ms". Check: as
   * RUNNING_COUNT.
   */
  RUNNING_COUNT_FEW(
      "running-count-few", Input.KEY_VALUE, "the same, 1M keys in state, 1,000 updates a batch"),
  /**
   * The Yahoo benchmark's job: fields event_type, ad_id and event_time of JSON events, views only,
   * ad to campaign by a table, counted per campaign and ten seconds of event time. Check: ({@link
   * Ads#key}, count) over all records.
   */
  ADS("ads", Input.ADS, "ad views per campaign and window of event time, JSON"),
  /** The same with what an engine has built in. Check: as ADS. */
  ADS_BUILTIN("ads-builtin", Input.ADS, "the same, built-in operators"),
  /** WORD_COUNT from the TCP source at host and port. Check: as WORD_COUNT, from the check port. */
  SOCKET_WORD_COUNT("socket-word-count", Input.TEXT, "word count through TCP receivers"),
  /** GREP from the TCP source at host and port. Check: as GREP, from the check port. */
  SOCKET_GREP("socket-grep", Input.TEXT, "grep through TCP receivers"),
  /** Batches without input: "batch-p50-ms", "batch-p99-ms", "batch-cpu-ms". No check. */
  EMPTY_BATCH("empty-batch", Input.NONE, "what a batch without input and shuffle costs"),
  /** The same with a shuffle 2 to 2. No check. */
  EMPTY_BATCH_SHUFFLE("empty-batch-shuffle", Input.NONE, "what a batch with a shuffle costs"),
  /**
   * The same, and a running count in keyed state that is checkpointed: an aggregation and state. No
   * check.
   */
  EMPTY_BATCH_STATE("empty-batch-state", Input.NONE, "a batch with a shuffle and keyed state"),
  /**
   * EMPTY_BATCH_SHUFFLE over two executors of one core that speak over TCP; driver and executors
   * are in one process. No check.
   */
  EMPTY_BATCH_TWO("empty-batch-two", Input.NONE, "a batch with a shuffle, two executors over TCP"),
  /**
   * WORD_COUNT at a fixed rate: from a record's scheduled creation to the output of its batch or
   * window ({@link LatencyRecorder}). Check: as WORD_COUNT.
   */
  LATENCY("latency", Input.TEXT, "word count at a fixed rate, latency"),
  /**
   * WORD_COUNT at a fixed rate until the first output with a record: "start-up-ms" from the start
   * of the JVM ({@link Measurement#millisSinceJvmStart()}). No check; no pre-touch.
   */
  START_UP("start-up", Input.TEXT, "from the start of the JVM to the first output"),
  /** WORD_COUNT at a fixed rate: peak heap and resident memory. Check: as WORD_COUNT. */
  MEMORY("memory", Input.TEXT, "word count at a fixed rate, memory"),
  /**
   * What a batch of 1,000 pairs, all of 1,000 keys, costs in reduceByKeyAndWindow over 10, 100 and
   * 1000 batches, with and without an inverse function. Figures {@code inverse-10-p50-ms}, {@code
   * -cpu-ms} (of the process, a batch), ... {@code plain-1000-max-ms}. No check; each result's sum
   * is.
   */
  WINDOW_COST("window-cost", Input.NONE, "a batch in windows of 10, 100, 1000 batches"),
  /**
   * What a batch of 1,000 updates costs in mapWithState with 1,000 and 1,000,000 keys, checkpoints
   * included. Figures {@code keys-1000-p50-ms}, {@code -cpu-ms}, ... {@code keys-1000000-max-ms}.
   * No check; the number of results is.
   */
  STATE_COST("state-cost", Input.NONE, "a batch of 1,000 updates of 1k and 1M keys"),
  /**
   * The real driver against simulated executors in virtual time: "driver-cpu-ms" is what a batch of
   * a word count costs it with {@code executors} (1,000) of {@code executor-cores} (8). No check.
   */
  DRIVER_SCALE("driver-scale", Input.NONE, "what a batch costs the driver of 8,000 cores");

  /** What a scenario reads. */
  public enum Input {
    NONE,
    TEXT,
    KEY_VALUE,
    ADS
  }

  /** Intervals in the window of WINDOW_COUNT. */
  public static final int WINDOW_PANES = 30;

  /** Panes of the check run of WINDOW_COUNT. */
  public static final int CHECK_PANES = 40;

  private final String title;
  private final Input input;
  private final String description;

  Scenario(String title, Input input, String description) {
    this.title = title;
    this.input = input;
    this.description = description;
  }

  /** The scenario of a name on the command line. */
  public static Optional<Scenario> named(String title) {
    return Arrays.stream(values()).filter(scenario -> scenario.title.equals(title)).findFirst();
  }

  /** The name on the command line. */
  public String title() {
    return title;
  }

  public Input input() {
    return input;
  }

  /** A few words for lists. */
  public String description() {
    return description;
  }

  /** Reads from TCP. */
  public boolean isFromSocket() {
    return this == SOCKET_WORD_COUNT || this == SOCKET_GREP;
  }

  /** Keeps keyed state that is written now and then; a span has to have one of these writes. */
  public boolean isWithCheckpoints() {
    return switch (this) {
      case RUNNING_COUNT, RUNNING_COUNT_UPDATE, RUNNING_COUNT_FEW, EMPTY_BATCH_STATE -> true;
      default -> false;
    };
  }

  /** Without a digest to compare. */
  public boolean isWithoutCheck() {
    return input == Input.NONE || this == START_UP;
  }

  /** Time or memory counts, not records per CPU second: less is better. */
  public boolean isLessBetter() {
    return switch (this) {
      case RUNNING_COUNT_FEW,
          EMPTY_BATCH,
          EMPTY_BATCH_SHUFFLE,
          EMPTY_BATCH_STATE,
          EMPTY_BATCH_TWO,
          LATENCY,
          START_UP,
          MEMORY,
          WINDOW_COST,
          STATE_COST,
          DRIVER_SCALE ->
          true;
      default -> false;
    };
  }

  /** The extra figure that decides where less is better: a name in {@link RunReport#figures()}. */
  public String decidingFigure() {
    return switch (this) {
      case RUNNING_COUNT_FEW,
          EMPTY_BATCH,
          EMPTY_BATCH_SHUFFLE,
          EMPTY_BATCH_STATE,
          EMPTY_BATCH_TWO ->
          "batch-p50-ms";
      case LATENCY -> "latency-p99-ms";
      case START_UP -> "start-up-ms";
      case MEMORY -> "resident-mb";
      case WINDOW_COST -> "inverse-1000-p50-ms";
      case STATE_COST -> "keys-1000000-p50-ms";
      case DRIVER_SCALE -> "driver-cpu-ms";
      default -> "records-per-cpu-second";
    };
  }

  @Override
  public String toString() {
    return title;
  }
}
