package org.millrace.benchmarks.jet;

import com.hazelcast.function.FunctionEx;
import com.hazelcast.function.ToLongFunctionEx;
import com.hazelcast.jet.core.AbstractProcessor;
import com.hazelcast.jet.core.ProcessorMetaSupplier;
import com.hazelcast.jet.pipeline.Sink;
import com.hazelcast.jet.pipeline.Sinks;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.millrace.benchmarks.workload.ResultDigest;

/**
 * What came out of one job. Thread-safe. Static, because pipelines are serialized; the member is in
 * this JVM.
 */
final class JetResults {
  private static volatile JetResults current = new JetResults();

  private final Map<String, Long> kept = new ConcurrentHashMap<>();
  private final LongAdder count = new LongAdder();

  private JetResults() {}

  static JetResults begin() {
    current = new JetResults();
    return current;
  }

  /** Results so far. */
  long count() {
    return count.sum();
  }

  ResultDigest digest() {
    ResultDigest digest = new ResultDigest();
    kept.forEach(digest::add);
    return digest;
  }

  /** Counts results. */
  static <T> Sink<T> counting() {
    return Sinks.fromProcessor("results", ProcessorMetaSupplier.of(() -> new Counting()));
  }

  /** Adds the counts of each key. */
  static <T> Sink<T> keeping(FunctionEx<T, String> key, ToLongFunctionEx<T> value) {
    return Sinks.fromProcessor(
        "results", ProcessorMetaSupplier.of(() -> new Keeping<>(key, value)));
  }

  private static final class Counting extends AbstractProcessor {
    private final JetResults results = current;

    @Override
    protected boolean tryProcess(int ordinal, Object result) {
      results.count.increment();
      return true;
    }
  }

  private static final class Keeping<T> extends AbstractProcessor {
    private final JetResults results = current;
    private final FunctionEx<T, String> key;
    private final ToLongFunctionEx<T> value;

    Keeping(FunctionEx<T, String> key, ToLongFunctionEx<T> value) {
      this.key = key;
      this.value = value;
    }

    @Override
    @SuppressWarnings("unchecked") // The pipeline has checked it.
    protected boolean tryProcess(int ordinal, Object result) {
      results.kept.merge(key.apply((T) result), value.applyAsLong((T) result), Long::sum);
      results.count.increment();
      return true;
    }
  }
}
