package org.millrace.benchmarks.millrace;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.millrace.api.streaming.DStream;
import org.millrace.api.streaming.StreamingContext;
import org.millrace.benchmarks.workload.Engine;
import org.millrace.benchmarks.workload.Measurement;
import org.millrace.benchmarks.workload.RecordPool;
import org.millrace.benchmarks.workload.ResultDigest;
import org.millrace.benchmarks.workload.RunReport;
import org.millrace.benchmarks.workload.RunSpec;
import org.millrace.benchmarks.workload.Scenario;

/**
 * Generated input, as much as fits into the interval, or (RUNNING_COUNT_FEW) a fixed number of
 * records a batch. The span begins and ends with the end of a batch, so what came out can be
 * compared with what went in.
 */
final class DirectRun {
  private static final int FEW_RECORDS = 1_000;
  private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(2);

  private final Engine engine;
  private final RunSpec spec;
  private final RecordPool pool;
  private final BatchLog log = new BatchLog();
  private final List<BatchLog.Batch> span = new ArrayList<>();
  private long firstEndNanos;
  private Measurement measurement;
  private long spanRecords;
  private long spanCpuNanos;
  private boolean isOver;

  DirectRun(Engine engine, RunSpec spec) {
    this.engine = engine;
    this.spec = spec;
    this.pool = spec.pool();
  }

  RunReport run() throws Exception {
    ResultDigest digest = CheckRun.generated(spec, pool);
    GeneratedInput.Pace pace =
        spec.scenario() == Scenario.RUNNING_COUNT_FEW
            ? () -> spec.option("records-a-batch", FEW_RECORDS)
            : new SteeredPace(log, spec.intervalMs());
    RunReport report;
    try (StreamingContext context = Contexts.withCheckpoints(spec, spec.intervalMs())) {
      DStream<String> lines = GeneratedInput.stream(context, spec, pool, pace, log);
      Jobs.of(lines, spec, spec.intervalMs())
          .foreachRDD(
              results -> {
                long start = System.nanoTime();
                log.ended(start, Jobs.total(results, spec.scenario()));
              });
      log.listen(this::ended);
      context.start();
      awaitEnd(context);
      report = report();
      context.stop(true, false);
    }
    conserve();
    return report.digest(digest);
  }

  /** Called at the end of each batch, on its thread. */
  private synchronized void ended(BatchLog.Batch batch) {
    if (isOver) {
      return;
    }
    if (measurement == null) {
      if (firstEndNanos == 0) {
        firstEndNanos = batch.endNanos();
      }
      if (batch.endNanos() - firstEndNanos >= TimeUnit.MILLISECONDS.toNanos(spec.warmUpMs())) {
        measurement = Measurement.begin();
      }
      return;
    }
    span.add(batch);
    spanRecords += batch.records();
    spanCpuNanos = measurement.cpuNanosSoFar();
    measurement.mark(spanRecords);
    if (batch.endNanos() - measurement.startNanos()
        >= TimeUnit.MILLISECONDS.toNanos(spec.measureMs())) {
      isOver = true;
      notifyAll();
    }
  }

  private synchronized void awaitEnd(StreamingContext context)
      throws InterruptedException, TimeoutException {
    long patience =
        PATIENCE_NANOS + TimeUnit.MILLISECONDS.toNanos(spec.warmUpMs() + spec.measureMs());
    long start = System.nanoTime();
    while (!isOver) {
      wait(500);
      if (context.awaitTerminationOrTimeout(1) || System.nanoTime() - start > patience) {
        throw new TimeoutException(log.batches().size() + " batches, then no more");
      }
    }
  }

  private synchronized RunReport report() {
    long endNanos = span.get(span.size() - 1).endNanos();
    RunReport report = measurement.end(engine, spec, spanRecords, endNanos, spanCpuNanos);
    BatchFigures.add(report, span, spec.intervalMs(), spanCpuNanos);
    return report;
  }

  /** What came out is what went in, batch by batch. */
  private synchronized void conserve() {
    List<BatchLog.Batch> all = log.batches();
    for (BatchLog.Batch batch : span) {
      long expected =
          switch (spec.scenario()) {
            case RUNNING_COUNT, RUNNING_COUNT_FEW -> batch.records();
            case RUNNING_COUNT_UPDATE -> pool.weight(0, batch.to());
            case WINDOW_COUNT -> {
              int first = Math.max(0, batch.number() - Scenario.WINDOW_PANES + 1);
              yield pool.weight(all.get(first).from(), batch.to());
            }
            case GREP -> -1;
            default -> batch.weight();
          };
      if (expected >= 0 && expected != batch.result()) {
        throw new IllegalStateException("batch gave " + batch + ", expected " + expected);
      }
    }
    if (spec.scenario() == Scenario.GREP) {
      long found = span.stream().mapToLong(BatchLog.Batch::result).sum();
      long expected = pool.matches(span.get(0).from(), span.get(span.size() - 1).to());
      if (found != expected) {
        throw new IllegalStateException(found + " lines found, expected " + expected);
      }
    }
  }
}
