package org.millrace.benchmarks.loop;

import java.util.HashMap;
import java.util.Map;
import org.millrace.benchmarks.workload.RecordReader;
import org.millrace.benchmarks.workload.ResultDigest;

/** Words of the interval. */
final class NaiveWordCount implements Kernel {
  private Map<String, Integer> counts = new HashMap<>();

  @Override
  public void process(RecordReader in, int records) {
    for (int i = 0; i < records; i++) {
      count(in.next(), counts);
    }
  }

  static void count(String line, Map<String, Integer> counts) {
    for (String word : line.split(" ")) {
      counts.merge(word, 1, Integer::sum);
    }
  }

  @Override
  public void merge(Kernel other) {
    NaiveWordCount from = (NaiveWordCount) other;
    from.counts.forEach((word, count) -> counts.merge(word, count, Integer::sum));
    from.counts = new HashMap<>();
  }

  @Override
  public long intervalEnded() {
    long words = 0;
    for (int count : counts.values()) {
      words += count;
    }
    counts = new HashMap<>();
    return words;
  }

  @Override
  public void addTo(ResultDigest digest) {
    counts.forEach(digest::add);
  }
}
