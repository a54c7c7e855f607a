package org.millrace.benchmarks.millrace;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.millrace.api.streaming.DStream;
import org.millrace.api.streaming.StreamingContext;
import org.millrace.benchmarks.workload.Engine;
import org.millrace.benchmarks.workload.LatencyRecorder;
import org.millrace.benchmarks.workload.Measurement;
import org.millrace.benchmarks.workload.RecordPool;
import org.millrace.benchmarks.workload.ResultDigest;
import org.millrace.benchmarks.workload.RunReport;
import org.millrace.benchmarks.workload.RunSpec;
import org.millrace.benchmarks.workload.Scenario;

/**
 * Word count of records that are created by schedule: a batch gets those that are due when it is
 * cut, however late that is. The latency counts from the schedule.
 */
final class FixedRateRun {
  private final Engine engine;
  private final RunSpec spec;
  private final RecordPool pool;
  private final BatchLog log = new BatchLog();
  private final CountDownLatch firstOutput = new CountDownLatch(1);
  private long startNanos;
  private long emitted;
  private LatencyRecorder latencies;
  private double firstOutputMillis;

  FixedRateRun(Engine engine, RunSpec spec) {
    if (spec.rate() == 0) {
      throw new IllegalArgumentException(spec.scenario() + " needs a rate");
    }
    this.engine = engine;
    this.spec = spec;
    this.pool = spec.pool();
  }

  RunReport run() throws Exception {
    ResultDigest digest =
        spec.checkRecords() == 0 ? new ResultDigest() : CheckRun.generated(spec, pool);
    try (StreamingContext context = Contexts.plain(spec, spec.intervalMs())) {
      DStream<String> lines = GeneratedInput.stream(context, spec, pool, this::due, log);
      Jobs.of(lines, spec, spec.intervalMs())
          .foreachRDD(
              results -> {
                long start = System.nanoTime();
                log.ended(start, Jobs.total(results, spec.scenario()));
              });
      log.listen(this::ended);
      context.start();
      RunReport report = spec.scenario() == Scenario.START_UP ? untilFirstOutput() : span(context);
      context.stop(true, false);
      return spec.checkRecords() == 0 ? report : report.digest(digest);
    }
  }

  private RunReport untilFirstOutput() throws InterruptedException, TimeoutException {
    Measurement measurement = Measurement.begin();
    if (!firstOutput.await(1, TimeUnit.MINUTES)) {
      throw new TimeoutException("no output within a minute");
    }
    long records = log.batches().stream().mapToLong(BatchLog.Batch::records).sum();
    return measurement
        .end(engine, spec, records, System.nanoTime(), Measurement.cpuNanos())
        .figure("start-up-ms", firstOutputMillis);
  }

  private RunReport span(StreamingContext context) throws InterruptedException {
    context.awaitTerminationOrTimeout(spec.warmUpMs());
    int before = log.batches().size();
    Measurement measurement = Measurement.begin();
    synchronized (this) {
      long from = measurement.startNanos();
      latencies = new LatencyRecorder(from, from + TimeUnit.MILLISECONDS.toNanos(spec.measureMs()));
    }
    context.awaitTerminationOrTimeout(spec.measureMs());
    long cpuNanos = measurement.cpuNanosSoFar();
    var ended = log.batches();
    long records = 0;
    for (BatchLog.Batch batch : ended.subList(before, ended.size())) {
      records += batch.records();
    }
    RunReport report = measurement.end(engine, spec, records, System.nanoTime(), cpuNanos);
    BatchFigures.add(report, ended.subList(before, ended.size()), spec.intervalMs(), cpuNanos);
    // What was due in the span and is late counts, too.
    context.awaitTerminationOrTimeout(Math.max(2_000, 5L * spec.intervalMs()));
    synchronized (this) {
      latencies.addTo(report);
      latencies.addHoldsTo(report, spec);
    }
    for (BatchLog.Batch batch : log.batches()) {
      if (batch.result() != pool.weight(batch.from(), batch.to())) {
        throw new IllegalStateException(batch + " has a wrong number of words");
      }
    }
    return report.figure("cores-used", cpuNanos / (spec.measureMs() * 1e6));
  }

  private synchronized long due() {
    long now = System.nanoTime();
    if (startNanos == 0) {
      startNanos = now;
    }
    long due = (long) ((now - startNanos) * (spec.rate() / 1e9));
    long given = emitted;
    emitted = due;
    return due - given;
  }

  private long scheduled(long record) {
    return startNanos + (long) (record * (1e9 / spec.rate()));
  }

  private synchronized void ended(BatchLog.Batch batch) {
    if (batch.records() == 0) {
      return;
    }
    if (firstOutput.getCount() > 0) {
      firstOutputMillis = Measurement.millisSinceJvmStart();
      firstOutput.countDown();
    }
    if (latencies != null) {
      latencies.output(
          scheduled(batch.from()), scheduled(batch.to()), batch.records(), batch.endNanos());
    }
  }
}
