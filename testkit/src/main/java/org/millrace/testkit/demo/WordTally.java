package org.millrace.testkit.demo;

import java.util.List;
import java.util.Map;
import java.util.StringTokenizer;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * How often each word occurred, counted without anything of Millrace. Thread-safe.
 *
 * <p>Words are what stands between spaces, tabs and line ends.
 */
final class WordTally {
  private static final String SEPARATORS = " \t\n\u000B\f\r";

  private final Map<String, Long> counts = new TreeMap<>();
  private long words;

  /** Counts the words of lines. */
  synchronized void addLines(List<String> lines) {
    for (String line : lines) {
      StringTokenizer tokens = new StringTokenizer(line, SEPARATORS);
      while (tokens.hasMoreTokens()) {
        add(tokens.nextToken(), 1);
      }
    }
  }

  /** Adds what somebody else counted. */
  synchronized void add(String word, long count) {
    counts.merge(word, count, Long::sum);
    words += count;
  }

  /** All words so far. */
  synchronized long words() {
    return words;
  }

  /** Each word with its count. */
  synchronized Map<String, Long> counts() {
    return new TreeMap<>(counts);
  }

  /** What was fed against what was counted. */
  record Comparison(long fed, long counted, List<String> differences) {
    private static final int MOST_SHOWN = 10;

    static Comparison of(WordTally fed, WordTally counted) {
      Map<String, Long> one = fed.counts();
      Map<String, Long> other = counted.counts();
      TreeSet<String> words = new TreeSet<>(one.keySet());
      words.addAll(other.keySet());
      List<String> differences =
          words.stream()
              .filter(word -> !one.getOrDefault(word, 0L).equals(other.getOrDefault(word, 0L)))
              .map(
                  word ->
                      "  '%s': fed %d, counted %d"
                          .formatted(
                              word, one.getOrDefault(word, 0L), other.getOrDefault(word, 0L)))
              .toList();
      return new Comparison(fed.words(), counted.words(), differences);
    }

    boolean equal() {
      return differences.isEmpty();
    }

    /** The verdict in one line, and the first words that differ. */
    List<String> lines() {
      String verdict =
          "words fed %d, words counted %d: %s"
              .formatted(
                  fed, counted, equal() ? "equal" : differences.size() + " words are different");
      return Stream.concat(Stream.of(verdict), differences.stream().limit(MOST_SHOWN)).toList();
    }
  }
}
