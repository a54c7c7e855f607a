package org.millrace.benchmarks.flink;

import java.io.Serializable;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.millrace.benchmarks.workload.ResultDigest;

/**
 * What came out of one job. Thread-safe. Static, because sinks are serialized; the mini cluster is
 * in this JVM.
 */
final class Results {
  private static volatile Results current = new Results();

  /** How results of a key make up that of the run. */
  enum Kept {
    SUM,
    /** Sums only grow. */
    GREATEST
  }

  private final Map<String, Long> kept = new ConcurrentHashMap<>();
  private final LongAdder count = new LongAdder();
  private final LongAdder total = new LongAdder();

  private Results() {}

  static Results begin() {
    current = new Results();
    return current;
  }

  static Results current() {
    return current;
  }

  /** Results so far. */
  long count() {
    return count.sum();
  }

  /** The sum of their counts. */
  long total() {
    return total.sum();
  }

  ResultDigest digest() {
    ResultDigest digest = new ResultDigest();
    kept.forEach(digest::add);
    return digest;
  }

  /** Reads a result. */
  interface KeyOf<T> extends Serializable {
    String key(T result);
  }

  /** Reads a result. */
  interface CountOf<T> extends Serializable {
    long count(T result);
  }

  /** Keeps results. */
  static <T> Sink<T> keeping(KeyOf<T> key, CountOf<T> count, Kept how) {
    return new ToResults<>(
        result -> {
          long value = count.count(result);
          current.kept.merge(key.key(result), value, how == Kept.SUM ? Long::sum : Math::max);
          return value;
        });
  }

  /** Counts results. */
  static <T> Sink<T> counting(CountOf<T> count) {
    return new ToResults<>(count);
  }

  private static final class ToResults<T> implements Sink<T> {
    private static final long serialVersionUID = 1L;
    private final CountOf<T> each;

    ToResults(CountOf<T> each) {
      this.each = each;
    }

    @Override
    public SinkWriter<T> createWriter(WriterInitContext context) {
      Results results = current;
      return new SinkWriter<>() {
        @Override
        public void write(T result, Context context) {
          results.total.add(each.count(result));
          results.count.increment();
        }

        @Override
        public void flush(boolean isEndOfInput) {}

        @Override
        public void close() {}
      };
    }
  }
}
