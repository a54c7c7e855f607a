package org.millrace.testkit.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The checker against a program in a few lines, whose outputs are then damaged. */
class CheckerTest {
  private static final long FIRST_MS = 1_000_000_000_000L;
  private static final int BATCHES = 40;
  private static final int A_BATCH = 30;
  private static final int UPGRADE = 20;

  private final Map<String, TreeMap<Long, List<String>>> published = new HashMap<>();
  private final Map<String, long[]> tallies = new HashMap<>();

  /** Batches of both versions, with windows at each fifth. */
  @BeforeEach
  void publish() {
    for (int batch = 0; batch < BATCHES; batch++) {
      String version = batch < UPGRADE ? "A" : "B";
      if (batch == UPGRADE) {
        tallies.values().forEach(tally -> tally[2] = 0);
      }
      List<String> rows = new ArrayList<>();
      Map<Integer, Integer> evens = new TreeMap<>();
      for (int number = batch * A_BATCH; number < (batch + 1) * A_BATCH; number++) {
        for (String source : List.of("a", "b")) {
          rows.add(row(version, source, number));
          if (number % 2 == 0) {
            evens.merge(number % 10, 1, Integer::sum);
          }
        }
      }
      long timeMs = timeMs(batch);
      put(Outputs.ROWS, timeMs, rows);
      if (version.equals("A")) {
        put(
            Outputs.EVENS,
            timeMs,
            evens.entrySet().stream().map(each -> each.getKey() + " " + each.getValue()).toList());
      }
      if (timeMs % 5_000 == 0) {
        put(Outputs.WINDOWS, timeMs, window(batch));
        if (version.equals("B")) {
          put(Outputs.HIGHEST, timeMs, highest(batch));
        }
      }
    }
  }

  private String row(String version, String source, long number) {
    String key = "k" + (number * 7 + source.hashCode()) % 1_000;
    long[] tally = tallies.computeIfAbsent(key, none -> new long[3]);
    tally[0]++;
    tally[1] += number;
    tally[2]++;
    String row = "%s %s %d %s %d %d".formatted(version, source, number, key, tally[0], tally[1]);
    return version.equals("A") ? row : row + " " + tally[2];
  }

  private static List<String> window(int batch) {
    long[] counts = new long[10];
    long[] sums = new long[10];
    for (int n = Math.max(0, batch - 29) * A_BATCH; n < (batch + 1) * A_BATCH; n++) {
      counts[n % 10] += 2;
      sums[n % 10] += 2L * n;
    }
    List<String> lines = new ArrayList<>();
    for (int bucket = 9; bucket >= 0; bucket--) {
      lines.add("b" + bucket + " " + counts[bucket] + " " + sums[bucket]);
    }
    return lines;
  }

  private static List<String> highest(int batch) {
    List<String> lines = new ArrayList<>();
    for (int bucket = 0; bucket < 10; bucket++) {
      lines.add("b" + bucket + " " + (batch * A_BATCH + 20 + bucket));
    }
    return lines;
  }

  private static long timeMs(int batch) {
    return FIRST_MS + 1_000L * batch;
  }

  private void put(String output, long timeMs, List<String> lines) {
    published.computeIfAbsent(output, none -> new TreeMap<>()).put(timeMs, new ArrayList<>(lines));
  }

  private List<String> lines(String output, int batch) {
    return published.get(output).get(timeMs(batch));
  }

  private Verdict check() throws IOException {
    long sent = BATCHES * A_BATCH;
    return checker().check(Map.of("a", sent, "b", sent));
  }

  private Checker checker() {
    return new Checker(
        new Outputs() {
          @Override
          public SortedSet<Long> times(String output) {
            return new TreeSet<>(published.get(output).keySet());
          }

          @Override
          public List<String> lines(String output, long timeMs) {
            return published.get(output).get(timeMs);
          }
        });
  }

  private static void verdict(Verdict verdict, long lost, long duplicated, boolean wrong) {
    assertThat(verdict.lost()).as("lost: %s", verdict.findings()).isEqualTo(lost);
    assertThat(verdict.duplicated()).as("double: %s", verdict.findings()).isEqualTo(duplicated);
    assertThat(verdict.wrongState() > 0).as("wrong: %s", verdict.findings()).isEqualTo(wrong);
    assertThat(verdict.good()).isEqualTo(lost == 0 && duplicated == 0 && !wrong);
    assertThat(verdict.findings().isEmpty()).isEqualTo(verdict.good());
  }

  @Test
  void findsNothingWhereNothingIsWrong() throws IOException {
    Verdict verdict = check();
    verdict(verdict, 0, 0, false);
    assertThat(verdict.records()).isEqualTo(2L * BATCHES * A_BATCH);
    assertThat(verdict.batches()).isEqualTo(BATCHES);
    // Counts of A, windows of 30 s, and those of 10 s that lie behind the upgrade.
    assertThat(verdict.windows()).isEqualTo(UPGRADE + 8 + 2);
  }

  @Test
  void countsRecordsThatNoBatchHas() throws IOException {
    lines(Outputs.ROWS, BATCHES - 1).remove(2 * A_BATCH - 1);
    lines(Outputs.ROWS, BATCHES - 1).remove(2 * A_BATCH - 3);
    lines(Outputs.ROWS, BATCHES - 1).remove(0);
    verdict(check(), 3, 0, false);
  }

  @Test
  void countsRecordsThatAreInTwoBatches() throws IOException {
    String row = lines(Outputs.ROWS, 3).get(7);
    lines(Outputs.ROWS, 4).add(row);
    Verdict verdict = check();
    assertThat(verdict.duplicated()).isEqualTo(1);
    assertThat(verdict.findings()).anyMatch(finding -> finding.contains("repeats " + row));
  }

  @Test
  void seesStateThatForgotARecord() throws IOException {
    List<String> rows = lines(Outputs.ROWS, 35);
    String[] row = rows.get(0).split(" ", -1);
    row[4] = Long.toString(Long.parseLong(row[4]) - 1);
    rows.set(0, String.join(" ", row));
    verdict(check(), 0, 0, true);
  }

  @Test
  void seesANewFieldOfStateThatForgotARecord() throws IOException {
    // The same key again behind the upgrade: its numbers differ by 1000.
    tallies.clear();
    published.clear();
    for (int batch = 0; batch < 2; batch++) {
      List<String> rows = new ArrayList<>();
      for (int number = batch * 1_000; number < (batch + 1) * 1_000; number++) {
        rows.add(row("B", "a", number));
      }
      put(Outputs.ROWS, timeMs(batch), rows);
    }
    String damaged = lines(Outputs.ROWS, 1).get(5).replaceAll(" 2$", " 1");
    assertThat(damaged).isNotEqualTo(lines(Outputs.ROWS, 1).get(5));
    lines(Outputs.ROWS, 1).set(5, damaged);
    put(Outputs.WINDOWS, timeMs(0), List.of());
    put(Outputs.HIGHEST, timeMs(0), List.of());
    put(Outputs.EVENS, timeMs(-1), List.of());
    assertThat(check().findings()).anyMatch(each -> each.contains(damaged));
  }

  @Test
  void seesWindowsThatAreNotWhatTheRowsSay() throws IOException {
    List<String> window = lines(Outputs.WINDOWS, 35);
    window.set(0, window.get(0).replace(" 1", " 2"));
    verdict(check(), 0, 0, true);
  }

  @Test
  void seesWindowsAndCountsThatAreNotThere() throws IOException {
    published.get(Outputs.WINDOWS).remove(timeMs(10));
    assertThat(check().findings()).containsExactly("there is no windows of " + timeMs(10));
    published.get(Outputs.EVENS).remove(timeMs(11));
    assertThat(check().wrongState()).isEqualTo(2);
  }

  @Test
  void seesAnOutputThatTheProgramDoesNotHaveAnyMore() throws IOException {
    put(Outputs.EVENS, timeMs(30), List.of());
    verdict(check(), 0, 0, true);
  }

  @Test
  void readsAnApplicationThatGoesOnUpToItsNewestWholeBatch() throws IOException {
    // Its window and the rows of what the next one is about are not there yet.
    put(Outputs.ROWS, timeMs(BATCHES), List.of());
    put(Outputs.HIGHEST, timeMs(BATCHES + 5), List.of("b1 1"));
    assertThat(check().wrongState()).isGreaterThan(0);

    Verdict verdict = checker().checkSoFar(Set.of("a", "b"));
    verdict(verdict, 0, 0, false);
    assertThat(verdict.batches()).isEqualTo(BATCHES);

    lines(Outputs.ROWS, 20).remove(3);
    lines(Outputs.WINDOWS, 10).set(0, "b9 1 1");
    verdict = checker().checkSoFar(Set.of("a", "b"));
    assertThat(verdict.lost()).isEqualTo(1);
    assertThat(verdict.wrongState()).isGreaterThan(0);
  }
}
