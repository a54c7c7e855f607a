package org.millrace.benchmarks.loop;

import org.millrace.benchmarks.workload.RecordReader;
import org.millrace.benchmarks.workload.ResultDigest;

/** Words of the interval. */
final class TunedWordCount implements Kernel {
  private final WordTable counts = new WordTable();

  @Override
  public void process(RecordReader in, int records) {
    for (int i = 0; i < records && in.advance(); i++) {
      counts.countLine(in.bytes(), in.offset(), in.offset() + in.length());
    }
  }

  @Override
  public void merge(Kernel other) {
    TunedWordCount from = (TunedWordCount) other;
    counts.addAll(from.counts, 1);
    from.counts.clear();
  }

  @Override
  public long intervalEnded() {
    long words = counts.total();
    counts.clear();
    return words;
  }

  @Override
  public void addTo(ResultDigest digest) {
    counts.forEach(digest::add);
  }
}
