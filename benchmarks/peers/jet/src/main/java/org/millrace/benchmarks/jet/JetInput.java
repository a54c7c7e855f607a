package org.millrace.benchmarks.jet;

import com.hazelcast.jet.core.AbstractProcessor;
import com.hazelcast.jet.core.ProcessorMetaSupplier;
import com.hazelcast.jet.pipeline.Sources;
import com.hazelcast.jet.pipeline.StreamSource;
import java.util.concurrent.atomic.LongAdder;
import org.millrace.benchmarks.workload.RecordPool;
import org.millrace.benchmarks.workload.RecordReader;

/**
 * What the readers of one job read, and how far they are. Thread-safe. Static, because pipelines
 * are serialized; the member is in this JVM.
 */
final class JetInput {
  private static volatile JetInput current;

  private final RecordPool pool;
  private final long records;
  private final long rate;
  private final LongAdder emitted = new LongAdder();
  private final long startNanos = System.nanoTime();

  private JetInput(RecordPool pool, long records, long rate) {
    this.pool = pool;
    this.records = records;
    this.rate = rate;
  }

  /** The first records of the pool; the job ends with them. */
  static JetInput finite(RecordPool pool, long records) {
    current = new JetInput(pool, records, 0);
    return current;
  }

  /** All records, cyclically; rate is records a second, 0 = flat out. */
  static JetInput endless(RecordPool pool, long rate) {
    current = new JetInput(pool, Long.MAX_VALUE, rate);
    return current;
  }

  /** Records that readers have emitted. */
  long emitted() {
    return emitted.sum();
  }

  /** Lines of {@link #current}, dealt to the readers in turn. */
  static StreamSource<String> lines() {
    return Sources.streamFromProcessor("generated", ProcessorMetaSupplier.of(Reader::new));
  }

  /** Cooperative: gives its thread back when the outbox is full or nothing is due. */
  private static final class Reader extends AbstractProcessor {
    private static final int COUNTED = 64;
    private final JetInput input = current;
    private RecordReader lines;
    private String pending;
    private int uncounted;

    @Override
    protected void init(Context context) {
      lines = input.pool.endless(context.globalProcessorIndex(), context.totalParallelism());
    }

    @Override
    public boolean complete() {
      while (true) {
        if (pending == null) {
          if (lines.position() >= input.records) {
            count();
            return true;
          }
          if (!isDue(lines.position())) {
            count();
            return false;
          }
          pending = lines.next();
        }
        if (!tryEmit(pending)) {
          return false;
        }
        pending = null;
        if (++uncounted == COUNTED) {
          count();
        }
      }
    }

    private boolean isDue(long record) {
      return input.rate == 0
          || System.nanoTime() - input.startNanos >= (long) (record * (1e9 / input.rate));
    }

    private void count() {
      input.emitted.add(uncounted);
      uncounted = 0;
    }
  }
}
