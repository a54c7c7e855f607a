package org.millrace.benchmarks.loop;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.millrace.benchmarks.workload.RecordPool;
import org.millrace.benchmarks.workload.RecordReader;
import org.millrace.benchmarks.workload.ResultDigest;

/**
 * Lines that contain the needle: many lines are searched at once by the JDK's own search, which
 * reads 16 bytes at a time; only where it hits lines are told apart.
 */
final class TunedGrep implements Kernel {
  private static final int LINES = 128;

  private final RecordPool pool;
  private final Map<String, Integer> found = new HashMap<>();

  TunedGrep(RecordPool pool) {
    this.pool = pool;
  }

  @Override
  public void process(RecordReader in, int records) {
    long to = in.position() + records;
    while (in.position() < to) {
      long record = in.position();
      int inPool = (int) (record % pool.size());
      int lines = (int) Math.min(Math.min(LINES, to - record), pool.size() - inPool);
      search(record, lines);
      in.skip(lines);
    }
  }

  private void search(long record, int lines) {
    int start = pool.start(record);
    int end = pool.start(record + lines - 1) + pool.length(record + lines - 1);
    @SuppressWarnings("deprecation") // The quickest way from ASCII.
    String text = new String(pool.bytes(), 0, start, end - start);
    int line = 0;
    int at = text.indexOf(RecordPool.NEEDLE);
    while (at >= 0) {
      while (pool.start(record + line) + pool.length(record + line) <= start + at) {
        line++;
      }
      int lineEnd = pool.start(record + line) + pool.length(record + line);
      // Lines follow each other without anything between; each counts once.
      if (start + at + RecordPool.NEEDLE.length() <= lineEnd) {
        String match =
            new String(
                pool.bytes(),
                pool.start(record + line),
                pool.length(record + line),
                StandardCharsets.US_ASCII);
        found.merge(match, 1, Integer::sum);
        at = text.indexOf(RecordPool.NEEDLE, lineEnd - start);
      } else {
        at = text.indexOf(RecordPool.NEEDLE, at + 1);
      }
    }
  }

  @Override
  public void merge(Kernel other) {
    TunedGrep from = (TunedGrep) other;
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
