package org.millrace.benchmarks.millrace;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.millrace.api.streaming.DStream;
import org.millrace.api.streaming.StreamingContext;
import org.millrace.api.streaming.scheduler.StreamingListener;
import org.millrace.api.streaming.scheduler.StreamingListenerBatchCompleted;
import org.millrace.benchmarks.workload.Engine;
import org.millrace.benchmarks.workload.ExpectedResults;
import org.millrace.benchmarks.workload.Measurement;
import org.millrace.benchmarks.workload.RecordPool;
import org.millrace.benchmarks.workload.ResultDigest;
import org.millrace.benchmarks.workload.RunReport;
import org.millrace.benchmarks.workload.RunSpec;
import org.millrace.benchmarks.workload.Scenario;

/**
 * Lines of a TCP source through receivers, as fast as batches keep up. What a batch has is what its
 * inputs say; the results of the span are within one percent of what so many lines have.
 */
final class SocketRun {
  private static final double TOLERANCE = 0.01;
  private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(2);

  private record Ended(long records, long processingMs, long nanos) {}

  private final Engine engine;
  private final RunSpec spec;
  private final List<Ended> span = new ArrayList<>();
  private long firstNanos;
  private long results;
  private long resultsBefore;
  private Measurement measurement;
  private long spanRecords;
  private long spanCpuNanos;
  private long spanResults;
  private boolean isOver;

  SocketRun(Engine engine, RunSpec spec) {
    this.engine = engine;
    this.spec = spec;
  }

  RunReport run() throws Exception {
    ResultDigest digest = CheckRun.fromSocket(spec, ExpectedResults.of(spec).total());
    try (StreamingContext context = Contexts.withCheckpoints(spec, spec.intervalMs())) {
      DStream<String> lines = context.socketTextStream(spec.host(), spec.port());
      for (int i = 1; i < spec.option("receivers", 1); i++) {
        lines = lines.union(context.socketTextStream(spec.host(), spec.port()));
      }
      Jobs.of(lines, spec, spec.intervalMs())
          .foreachRDD(
              rdd -> {
                long result = Jobs.total(rdd, spec.scenario());
                synchronized (this) {
                  results += result;
                }
              });
      context.addStreamingListener(
          new StreamingListener() {
            @Override
            public void onBatchCompleted(StreamingListenerBatchCompleted completed) {
              ended(
                  new Ended(
                      completed.batchInfo().numRecords(),
                      completed.batchInfo().processingDelay().orElse(0L),
                      System.nanoTime()));
            }
          });
      context.start();
      awaitEnd(context);
      RunReport report = report();
      context.stop(true, false);
      return report.digest(digest);
    }
  }

  private synchronized void ended(Ended batch) {
    if (isOver || (batch.records() == 0 && firstNanos == 0)) {
      return;
    }
    if (measurement == null) {
      if (firstNanos == 0) {
        firstNanos = batch.nanos();
      }
      if (batch.nanos() - firstNanos >= TimeUnit.MILLISECONDS.toNanos(spec.warmUpMs())) {
        measurement = Measurement.begin();
        resultsBefore = results;
      }
      return;
    }
    span.add(batch);
    spanRecords += batch.records();
    spanCpuNanos = measurement.cpuNanosSoFar();
    measurement.mark(spanRecords);
    if (batch.nanos() - measurement.startNanos()
        >= TimeUnit.MILLISECONDS.toNanos(spec.measureMs())) {
      spanResults = results - resultsBefore;
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
        throw new TimeoutException("no end of the span after " + span.size() + " batches");
      }
    }
  }

  private synchronized RunReport report() {
    long endNanos = span.get(span.size() - 1).nanos();
    RunReport report = measurement.end(engine, spec, spanRecords, endNanos, spanCpuNanos);
    long[] processing = span.stream().mapToLong(Ended::processingMs).sorted().toArray();
    report
        .figure("batches", span.size())
        .figure("batch-p50-ms", processing[processing.length / 2])
        .figure("batch-max-ms", processing[processing.length - 1]);
    RecordPool pool = spec.pool();
    double each =
        spec.scenario() == Scenario.SOCKET_GREP
            ? pool.matches(0, pool.size()) / (double) pool.size()
            : pool.weight(0, pool.size()) / (double) pool.size();
    double seen = spanResults / (double) spanRecords / each;
    if (spec.scenario() == Scenario.SOCKET_WORD_COUNT && Math.abs(seen - 1) > TOLERANCE) {
      throw new IllegalStateException("results of the span are " + seen + " of the expected ones");
    }
    return report.figure("results-share", seen);
  }
}
