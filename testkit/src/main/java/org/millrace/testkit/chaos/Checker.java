package org.millrace.testkit.chaos;

import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;

/**
 * Recomputes, from the rows that the application published and from nothing else, what it should
 * have published. Knows the program's arithmetic and none of its code: batches in the order of
 * their times, the rows of a key in the order in which they stand.
 */
final class Checker {
  private static final int MOST_FINDINGS = 20;
  private static final int KEYS = 1_000;
  private static final int BUCKETS = 10;
  private static final long SLIDE_MS = 5_000;
  private static final long WINDOW_MS = 30_000;
  private static final long HIGHEST_MS = 10_000;

  private final Outputs outputs;
  private final Map<String, BitSet> seen = new HashMap<>();
  private final Map<String, long[]> tallies = new HashMap<>();
  private final NavigableMap<Long, BatchSums> sums = new TreeMap<>();
  private final NavigableMap<Long, String> versions = new TreeMap<>();
  private final List<String> findings = new ArrayList<>();
  private long records;
  private long windows;
  private long lost;
  private long duplicated;
  private long wrongState;

  /** What windows need of the rows of one batch. */
  private static final class BatchSums {
    private final long[] counts = new long[BUCKETS];
    private final long[] sums = new long[BUCKETS];
    private final long[] highest = new long[BUCKETS];
    private final long[] evens = new long[BUCKETS];
  }

  Checker(Outputs outputs) {
    this.outputs = outputs;
  }

  /**
   * Reads all outputs.
   *
   * @param sent for each source how many numbers, from 0, must be there
   */
  Verdict check(Map<String, Long> sent) throws IOException {
    SortedSet<Long> times = outputs.times(Outputs.ROWS);
    return check(sent.keySet(), times, Long.MAX_VALUE, () -> sent.forEach(this::countLost));
  }

  /**
   * Reads the outputs of an application that still runs, up to the batch before the newest one,
   * which may not be published as a whole: a number is lost when a later is there.
   */
  Verdict checkSoFar(Set<String> sources) throws IOException {
    SortedSet<Long> times = outputs.times(Outputs.ROWS);
    SortedSet<Long> whole = times.isEmpty() ? times : times.headSet(times.last());
    return check(
        sources,
        whole,
        whole.isEmpty() ? 0 : whole.last(),
        () -> seen.forEach((source, numbers) -> countLost(source, numbers.length())));
  }

  /**
   * @param times of the batches whose rows are read
   * @param lastMs up to which other outputs are read
   */
  private Verdict check(Set<String> sources, SortedSet<Long> times, long lastMs, Runnable countLost)
      throws IOException {
    sources.forEach(source -> seen.put(source, new BitSet()));
    for (long timeMs : times) {
      checkRows(timeMs);
    }
    countLost.run();
    if (!times.isEmpty()) {
      checkEvens();
      checkWindows(times.first(), times.last());
      checkHighest(lastMs);
    }
    return new Verdict(records, times.size(), windows, lost, duplicated, wrongState, findings);
  }

  private void checkRows(long timeMs) throws IOException {
    BatchSums batch = new BatchSums();
    sums.put(timeMs, batch);
    for (String line : outputs.lines(Outputs.ROWS, timeMs)) {
      records++;
      String[] row = line.split(" ", -1);
      String version = row[0];
      String source = row[1];
      int number = Integer.parseInt(row[2]);
      checkVersion(timeMs, version, line);
      BitSet numbers = seen.get(source);
      if (numbers == null) {
        wrong("batch " + timeMs + ": nobody sent " + line);
        continue;
      }
      if (numbers.get(number)) {
        duplicated++;
        find("batch " + timeMs + " repeats " + line);
      }
      numbers.set(number);
      checkTally(timeMs, version, source, number, row, line);
      int bucket = number % BUCKETS;
      batch.counts[bucket]++;
      batch.sums[bucket] += number;
      batch.highest[bucket] = Math.max(batch.highest[bucket], number);
      batch.evens[bucket] += number % 2 == 0 ? 1 : 0;
    }
  }

  private void checkVersion(long timeMs, String version, String line) {
    String known = versions.get(timeMs);
    if (known == null) {
      if (!versions.isEmpty() && !versions.lastEntry().getValue().equals(version)) {
        tallies.values().forEach(tally -> tally[2] = -1);
      }
      versions.put(timeMs, version);
    } else if (!known.equals(version)) {
      wrong("batch " + timeMs + " has rows of two versions: " + line);
    }
  }

  /** State goes on from what the row before had, so that one error counts once. */
  private void checkTally(
      long timeMs, String version, String source, int number, String[] row, String line) {
    String key = "k" + (number * 7L + source.hashCode()) % KEYS;
    long count = Long.parseLong(row[4]);
    long sum = Long.parseLong(row[5]);
    boolean counts = version.equals("B");
    // Counted since the upgrade: how far that is behind the count is fixed by the upgrade.
    long behind = counts ? count - Long.parseLong(row[6]) : -1;
    long[] before = tallies.getOrDefault(key, new long[] {0, 0, -1});
    if (!row[3].equals(key) || count != before[0] + 1 || sum != before[1] + number) {
      wrong(
          "batch %d: %s; key %s had count %d, sum %d before"
              .formatted(timeMs, line, key, before[0], before[1]));
    } else if (counts && before[2] >= 0 && behind != before[2]) {
      wrong(
          "batch %d: %s; key %s was %d behind its count before"
              .formatted(timeMs, line, key, before[2]));
    }
    tallies.put(key, new long[] {count, sum, behind});
  }

  private void countLost(String source, long sent) {
    BitSet numbers = seen.get(source);
    int missing = numbers.nextClearBit(0);
    while (missing < sent) {
      int found = numbers.nextSetBit(missing);
      int end = found < 0 || found > sent ? (int) sent : found;
      lost += end - missing;
      find("no batch has %s %d to %d".formatted(source, missing, end - 1));
      missing = numbers.nextClearBit(end);
    }
    if (numbers.length() > sent) {
      wrong(source + " sent no " + (numbers.length() - 1));
    }
  }

  private void checkEvens() throws IOException {
    SortedSet<Long> published = outputs.times(Outputs.EVENS);
    for (Map.Entry<Long, String> batch : versions.entrySet()) {
      long timeMs = batch.getKey();
      if (batch.getValue().equals("A")) {
        compare(Outputs.EVENS, published, timeMs, pairs(sums.get(timeMs).evens));
      } else if (published.contains(timeMs)) {
        wrong("batch " + timeMs + " of version B has an output that only A has");
      }
    }
  }

  private void checkWindows(long firstMs, long lastMs) throws IOException {
    SortedSet<Long> published = outputs.times(Outputs.WINDOWS);
    if (published.isEmpty()) {
      wrong("there is no window");
      return;
    }
    long begin = published.first();
    while (begin - SLIDE_MS >= firstMs) {
      begin -= SLIDE_MS;
    }
    for (long timeMs = begin; timeMs <= lastMs; timeMs += SLIDE_MS) {
      Map<String, String> expected = new TreeMap<>();
      NavigableMap<Long, BatchSums> within = sums.subMap(timeMs - WINDOW_MS, false, timeMs, true);
      for (int bucket = 0; bucket < BUCKETS; bucket++) {
        long count = 0;
        long sum = 0;
        for (BatchSums batch : within.values()) {
          count += batch.counts[bucket];
          sum += batch.sums[bucket];
        }
        if (count > 0) {
          expected.put("b" + bucket, count + " " + sum);
        }
      }
      compare(Outputs.WINDOWS, published, timeMs, expected);
    }
  }

  /** Only where the window lies behind the upgrade: what is before it nobody promised. */
  private void checkHighest(long lastMs) throws IOException {
    SortedSet<Long> published = outputs.times(Outputs.HIGHEST);
    for (long timeMs : published) {
      if (timeMs > lastMs) {
        break;
      }
      NavigableMap<Long, BatchSums> within = sums.subMap(timeMs - HIGHEST_MS, false, timeMs, true);
      boolean ofOne =
          versions.subMap(timeMs - HIGHEST_MS, false, timeMs, true).values().stream()
              .allMatch("B"::equals);
      if (!ofOne) {
        continue;
      }
      Map<String, String> expected = new TreeMap<>();
      for (int bucket = 0; bucket < BUCKETS; bucket++) {
        long highest = -1;
        for (BatchSums batch : within.values()) {
          highest = batch.counts[bucket] > 0 ? Math.max(highest, batch.highest[bucket]) : highest;
        }
        if (highest >= 0) {
          expected.put("b" + bucket, Long.toString(highest));
        }
      }
      compare(Outputs.HIGHEST, published, timeMs, expected);
    }
  }

  private void compare(
      String output, SortedSet<Long> published, long timeMs, Map<String, String> expected)
      throws IOException {
    windows++;
    if (!published.contains(timeMs)) {
      wrong("there is no " + output + " of " + timeMs);
      return;
    }
    Map<String, String> actual = new TreeMap<>();
    for (String line : outputs.lines(output, timeMs)) {
      int blank = line.indexOf(' ');
      if (actual.put(line.substring(0, blank), line.substring(blank + 1)) != null) {
        wrong(output + " of " + timeMs + " has a key twice: " + line);
      }
    }
    if (!actual.equals(expected)) {
      wrong(output + " of " + timeMs + " are " + actual + ", the rows say " + expected);
    }
  }

  private static Map<String, String> pairs(long[] values) {
    Map<String, String> pairs = new TreeMap<>();
    for (int bucket = 0; bucket < BUCKETS; bucket++) {
      if (values[bucket] > 0) {
        pairs.put(Integer.toString(bucket), Long.toString(values[bucket]));
      }
    }
    return pairs;
  }

  private void wrong(String what) {
    wrongState++;
    find(what);
  }

  private void find(String what) {
    if (findings.size() < MOST_FINDINGS) {
      findings.add(what);
    }
  }
}
