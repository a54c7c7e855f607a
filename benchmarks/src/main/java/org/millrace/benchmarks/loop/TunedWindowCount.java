package org.millrace.benchmarks.loop;

import java.util.ArrayDeque;
import java.util.Deque;
import org.millrace.benchmarks.workload.RecordReader;
import org.millrace.benchmarks.workload.ResultDigest;
import org.millrace.benchmarks.workload.Scenario;

/** Words of the last intervals: a ring of their counts, and the window they add up to. */
final class TunedWindowCount implements Kernel {
  private final Deque<WordTable> panes = new ArrayDeque<>();
  private final WordTable window = new WordTable();
  private final WordTable pane = new WordTable();
  private long windowWords;

  @Override
  public void process(RecordReader in, int records) {
    for (int i = 0; i < records && in.advance(); i++) {
      pane.countLine(in.bytes(), in.offset(), in.offset() + in.length());
    }
  }

  @Override
  public void merge(Kernel other) {
    TunedWindowCount from = (TunedWindowCount) other;
    pane.addAll(from.pane, 1);
    from.pane.clear();
  }

  @Override
  public long intervalEnded() {
    long words = pane.total();
    WordTable entered = pane.packed();
    window.addAll(entered, 1);
    windowWords += words;
    panes.addLast(entered);
    if (panes.size() > Scenario.WINDOW_PANES) {
      WordTable left = panes.removeFirst();
      window.addAll(left, -1);
      windowWords -= left.total();
    }
    if (window.total() != windowWords) {
      throw new IllegalStateException("not " + windowWords + " words in the window");
    }
    pane.clear();
    return words;
  }

  @Override
  public void addTo(ResultDigest digest) {
    window.forEach(digest::add);
  }
}
