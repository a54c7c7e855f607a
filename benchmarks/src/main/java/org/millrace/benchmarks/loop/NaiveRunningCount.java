package org.millrace.benchmarks.loop;

import java.util.HashMap;
import java.util.Map;
import org.millrace.benchmarks.workload.RecordReader;
import org.millrace.benchmarks.workload.ResultDigest;

/** Sums per key that stay. Each thread has its own; they are not merged. */
final class NaiveRunningCount implements Kernel {
  private final Map<String, long[]> sums = new HashMap<>();
  private long weight;
  private long out;

  @Override
  public void process(RecordReader in, int records) {
    for (int i = 0; i < records; i++) {
      add(in.next());
    }
  }

  private void add(String record) {
    int comma = record.indexOf(',');
    long value = Long.parseLong(record.substring(comma + 1));
    String key = record.substring(0, comma);
    long[] sum = sums.get(key);
    if (sum == null) {
      sum = new long[1];
      sums.put(key, sum);
    }
    sum[0] += value;
    weight += value;
    out += sum[0];
  }

  @Override
  public void merge(Kernel other) {
    throw new IllegalStateException("each thread keeps its own");
  }

  @Override
  public long intervalEnded() {
    if (weight > 0 && out == 0) {
      throw new IllegalStateException("nothing came out");
    }
    long ended = weight;
    weight = 0;
    return ended;
  }

  @Override
  public void addTo(ResultDigest digest) {
    sums.forEach((key, sum) -> digest.add(key, sum[0]));
  }
}
