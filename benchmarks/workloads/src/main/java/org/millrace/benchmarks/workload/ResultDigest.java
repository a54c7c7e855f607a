package org.millrace.benchmarks.workload;

import java.nio.charset.StandardCharsets;

/**
 * Order-independent digest of a table (key, count): number of entries, sum of the counts, and the
 * sum of a 64-bit hash of each entry. Each key is added once, with its final count. Owned by one
 * thread; parts are combined by {@link #add(ResultDigest)}.
 */
public final class ResultDigest {
  private long entries;
  private long total;
  private long hash;

  /** An entry. */
  public void add(String key, long count) {
    byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
    add(bytes, 0, bytes.length, count);
  }

  /** An entry whose key is UTF-8. */
  public void add(byte[] bytes, int offset, int length, long count) {
    long h = 0x9E3779B97F4A7C15L ^ length;
    for (int i = 0; i < length; i++) {
      h = (h ^ (bytes[offset + i] & 0xff)) * 0x100000001B3L;
    }
    entries++;
    total += count;
    hash += mix(mix(h) ^ count);
  }

  /** All entries of another. */
  public void add(ResultDigest other) {
    entries += other.entries;
    total += other.total;
    hash += other.hash;
  }

  /** Sum of the counts. */
  public long total() {
    return total;
  }

  /** The finalizer of SplitMix64. */
  static long mix(long value) {
    long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** Equal for equal tables: {@code entries-total-hash}. */
  @Override
  public String toString() {
    return entries + "-" + total + "-" + Long.toHexString(hash);
  }
}
