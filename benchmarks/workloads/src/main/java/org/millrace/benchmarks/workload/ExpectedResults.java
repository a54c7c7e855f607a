package org.millrace.benchmarks.workload;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** What the check run of a scenario has to give, by the plainest code. */
public final class ExpectedResults {
  private ExpectedResults() {}

  /**
   * The digest of the first checkRecords records.
   *
   * @throws IllegalArgumentException for a scenario without a check
   */
  public static ResultDigest of(RunSpec spec) {
    RecordPool pool = pool(spec);
    Map<String, Long> table = new HashMap<>();
    switch (spec.scenario()) {
      case WORD_COUNT, WORD_COUNT_BUILTIN, SOCKET_WORD_COUNT, LATENCY, MEMORY ->
          countWords(pool.reader(0, spec.checkRecords()), table);
      case WINDOW_COUNT ->
          countWords(
              pool.reader(
                  spec.checkPaneStart(Scenario.CHECK_PANES - Scenario.WINDOW_PANES),
                  spec.checkRecords()),
              table);
      case GREP, SOCKET_GREP ->
          each(
              pool,
              spec,
              line -> {
                if (line.contains(RecordPool.NEEDLE)) {
                  table.merge(line, 1L, Long::sum);
                }
              });
      case RUNNING_COUNT, RUNNING_COUNT_UPDATE, RUNNING_COUNT_FEW ->
          each(
              pool,
              spec,
              record -> {
                int comma = record.indexOf(',');
                table.merge(
                    record.substring(0, comma),
                    Long.parseLong(record.substring(comma + 1)),
                    Long::sum);
              });
      case ADS, ADS_BUILTIN -> {
        Map<String, String> campaigns = Ads.campaigns(spec.seed());
        each(
            pool,
            spec,
            event -> {
              if (Ads.field(event, "\"event_type\":\"").equals("view")) {
                String campaign = campaigns.get(Ads.field(event, "\"ad_id\":\""));
                long time = Long.parseLong(Ads.field(event, "\"event_time\":\""));
                table.merge(Ads.key(campaign, time), 1L, Long::sum);
              }
            });
      }
      default -> throw new IllegalArgumentException(spec.scenario() + " has no check");
    }
    ResultDigest digest = new ResultDigest();
    table.forEach(digest::add);
    return digest;
  }

  /** Just as long as it has to be. */
  private static RecordPool pool(RunSpec spec) {
    int size = Math.max(1, spec.checkRecords());
    return switch (spec.scenario().input()) {
      case TEXT -> RecordPool.text(spec.seed(), size);
      case KEY_VALUE -> RecordPool.keyValues(spec.seed(), size);
      // Records repeat, but for the time.
      case ADS -> RecordPool.ads(spec.seed(), RecordPool.ADS_RECORDS);
      case NONE -> throw new IllegalArgumentException(spec.scenario() + " has no check");
    };
  }

  private static void each(RecordPool pool, RunSpec spec, Consumer<String> action) {
    pool.reader(0, spec.checkRecords()).forEachRemaining(action);
  }

  private static void countWords(RecordReader lines, Map<String, Long> table) {
    lines.forEachRemaining(
        line -> {
          for (String word : line.split(" ")) {
            table.merge(word, 1L, Long::sum);
          }
        });
  }
}
