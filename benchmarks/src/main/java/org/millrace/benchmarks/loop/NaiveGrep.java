package org.millrace.benchmarks.loop;

import java.util.HashMap;
import java.util.Map;
import org.millrace.benchmarks.workload.RecordPool;
import org.millrace.benchmarks.workload.RecordReader;
import org.millrace.benchmarks.workload.ResultDigest;

/** Lines that contain the needle. */
final class NaiveGrep implements Kernel {
  private final Map<String, Integer> found = new HashMap<>();

  @Override
  public void process(RecordReader in, int records) {
    for (int i = 0; i < records; i++) {
      String line = in.next();
      if (line.contains(RecordPool.NEEDLE)) {
        found.merge(line, 1, Integer::sum);
      }
    }
  }

  @Override
  public void merge(Kernel other) {
    NaiveGrep from = (NaiveGrep) other;
    from.found.forEach((line, times) -> found.merge(line, times, Integer::sum));
    from.found.clear();
  }

  @Override
  public long intervalEnded() {
    long lines = found.values().stream().mapToLong(Integer::longValue).sum();
    found.clear();
    return lines;
  }

  @Override
  public void addTo(ResultDigest digest) {
    found.forEach(digest::add);
  }
}
