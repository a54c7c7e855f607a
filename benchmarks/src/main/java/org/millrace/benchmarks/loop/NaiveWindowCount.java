package org.millrace.benchmarks.loop;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.millrace.benchmarks.workload.RecordReader;
import org.millrace.benchmarks.workload.ResultDigest;
import org.millrace.benchmarks.workload.Scenario;

/** Words of the last intervals: a ring of their counts, and the window they add up to. */
final class NaiveWindowCount implements Kernel {
  private final Deque<Map<String, Integer>> panes = new ArrayDeque<>();
  private final Map<String, Integer> window = new HashMap<>();
  private Map<String, Integer> pane = new HashMap<>();
  private long windowWords;

  @Override
  public void process(RecordReader in, int records) {
    for (int i = 0; i < records; i++) {
      NaiveWordCount.count(in.next(), pane);
    }
  }

  @Override
  public void merge(Kernel other) {
    NaiveWindowCount from = (NaiveWindowCount) other;
    from.pane.forEach((word, count) -> pane.merge(word, count, Integer::sum));
    from.pane = new HashMap<>();
  }

  @Override
  public long intervalEnded() {
    long words = enter(pane);
    panes.addLast(pane);
    if (panes.size() > Scenario.WINDOW_PANES) {
      leave(panes.removeFirst());
    }
    long total = 0;
    for (int count : window.values()) {
      total += count;
    }
    if (total != windowWords) {
      throw new IllegalStateException(total + " words in the window, not " + windowWords);
    }
    pane = new HashMap<>();
    return words;
  }

  private long enter(Map<String, Integer> counts) {
    long words = 0;
    for (Map.Entry<String, Integer> entry : counts.entrySet()) {
      window.merge(entry.getKey(), entry.getValue(), Integer::sum);
      words += entry.getValue();
    }
    windowWords += words;
    return words;
  }

  private void leave(Map<String, Integer> counts) {
    for (Map.Entry<String, Integer> entry : counts.entrySet()) {
      int left = entry.getValue();
      window.computeIfPresent(entry.getKey(), (word, count) -> count == left ? null : count - left);
      windowWords -= left;
    }
  }

  @Override
  public void addTo(ResultDigest digest) {
    window.forEach(digest::add);
  }
}
