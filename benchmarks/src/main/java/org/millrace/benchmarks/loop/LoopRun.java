package org.millrace.benchmarks.loop;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.millrace.benchmarks.workload.Engine;
import org.millrace.benchmarks.workload.Measurement;
import org.millrace.benchmarks.workload.RecordPool;
import org.millrace.benchmarks.workload.RecordReader;
import org.millrace.benchmarks.workload.ResultDigest;
import org.millrace.benchmarks.workload.RunReport;
import org.millrace.benchmarks.workload.RunSpec;
import org.millrace.benchmarks.workload.Scenario;

/**
 * Runs kernels: the check on one thread, then the span on as many as cores, each with its own part
 * of the input, merged by one at the end of each interval.
 */
final class LoopRun {
  private static final int CHUNK = 512;
  private static final long GENERATOR_NANOS = TimeUnit.MILLISECONDS.toNanos(700);

  private final Engine engine;
  private final RunSpec spec;
  private final RecordPool pool;
  private final List<Kernel> kernels = new ArrayList<>();
  private final List<RecordReader> readers = new ArrayList<>();
  private final CyclicBarrier interval;
  private final boolean isState;

  // Changed by the barrier's action only, read behind it.
  private long intervalEndNanos;
  private long warmUpEndNanos;
  private Measurement measurement;
  private RunReport report;
  private long[] spanStarts;
  private long spanWeight;

  /** Where records that the generator makes go, so that they are made. */
  @SuppressWarnings("unused")
  private Object sink;

  private LoopRun(Engine engine, RunSpec spec, RecordPool pool) {
    this.engine = engine;
    this.spec = spec;
    this.pool = pool;
    this.interval = new CyclicBarrier(spec.cores(), this::endInterval);
    this.isState =
        spec.scenario() == Scenario.RUNNING_COUNT
            || spec.scenario() == Scenario.RUNNING_COUNT_UPDATE;
  }

  /** Check, warm-up, span. */
  static RunReport run(Engine engine, RunSpec spec, RecordPool pool, Supplier<Kernel> kernel)
      throws InterruptedException, ExecutionException {
    ResultDigest digest = check(spec, pool, kernel.get());
    LoopRun run = new LoopRun(engine, spec, pool);
    for (int i = 0; i < spec.cores(); i++) {
      run.kernels.add(kernel.get());
      run.readers.add(pool.reader((long) pool.size() * i / spec.cores(), Long.MAX_VALUE));
    }
    return run.flatOut().digest(digest).figure("generator-ns", run.generatorNanos());
  }

  private static ResultDigest check(RunSpec spec, RecordPool pool, Kernel kernel) {
    ResultDigest digest = new ResultDigest();
    if (spec.scenario() == Scenario.WINDOW_COUNT) {
      for (int pane = 0; pane < Scenario.CHECK_PANES; pane++) {
        long from = spec.checkPaneStart(pane);
        long to = spec.checkPaneStart(pane + 1);
        kernel.process(pool.reader(from, to), (int) (to - from));
        kernel.intervalEnded();
      }
    } else {
      kernel.process(pool.reader(0, spec.checkRecords()), spec.checkRecords());
    }
    kernel.addTo(digest);
    return digest;
  }

  private RunReport flatOut() throws InterruptedException, ExecutionException {
    if (isState) {
      // Each thread keeps its own keys.
      for (Kernel kernel : kernels) {
        kernel.process(pool.reader(0, pool.size()), pool.size());
        kernel.intervalEnded();
      }
    }
    long now = System.nanoTime();
    intervalEndNanos = now + TimeUnit.MILLISECONDS.toNanos(spec.intervalMs());
    warmUpEndNanos = now + TimeUnit.MILLISECONDS.toNanos(spec.warmUpMs());
    ExecutorService threads = Executors.newFixedThreadPool(spec.cores());
    try {
      List<Future<?>> lanes = new ArrayList<>();
      for (int i = 0; i < spec.cores(); i++) {
        int lane = i;
        lanes.add(
            threads.submit(
                () -> {
                  run(lane);
                  return null;
                }));
      }
      for (Future<?> lane : lanes) {
        lane.get();
      }
    } finally {
      threads.shutdownNow();
    }
    return report;
  }

  private void run(int lane) throws BrokenBarrierException, InterruptedException {
    Kernel kernel = kernels.get(lane);
    RecordReader reader = readers.get(lane);
    while (report == null) {
      untilIntervalEnds(kernel, reader);
      interval.await();
    }
  }

  private void untilIntervalEnds(Kernel kernel, RecordReader reader) {
    do {
      kernel.process(reader, CHUNK);
    } while (System.nanoTime() - intervalEndNanos < 0);
  }

  private void endInterval() {
    Kernel all = kernels.get(0);
    if (isState) {
      kernels.forEach(kernel -> spanWeight += kernel.intervalEnded());
    } else {
      kernels.subList(1, kernels.size()).forEach(all::merge);
      spanWeight += all.intervalEnded();
    }
    long now = System.nanoTime();
    intervalEndNanos += TimeUnit.MILLISECONDS.toNanos(spec.intervalMs());
    if (measurement == null && now - warmUpEndNanos >= 0) {
      spanStarts = readers.stream().mapToLong(RecordReader::position).toArray();
      spanWeight = 0;
      measurement = Measurement.begin();
    } else if (measurement != null) {
      if (now - measurement.startNanos() >= TimeUnit.MILLISECONDS.toNanos(spec.measureMs())) {
        endSpan();
      } else {
        measurement.mark(spanRecords());
      }
    }
  }

  private long spanRecords() {
    long records = 0;
    for (int i = 0; i < spanStarts.length; i++) {
      records += readers.get(i).position() - spanStarts[i];
    }
    return records;
  }

  private void endSpan() {
    RunReport ended = measurement.end(engine, spec, spanRecords());
    long expected = 0;
    for (int i = 0; i < spanStarts.length; i++) {
      long to = readers.get(i).position();
      expected +=
          spec.scenario() == Scenario.GREP
              ? pool.matches(spanStarts[i], to)
              : pool.weight(spanStarts[i], to);
    }
    if (expected != spanWeight) {
      throw new IllegalStateException(
          "the results of the span weigh " + spanWeight + ", its records " + expected);
    }
    report = ended;
  }

  /** What the generator alone takes a record, nanoseconds of a thread. */
  private double generatorNanos() {
    RecordReader reader = pool.reader(0, Long.MAX_VALUE);
    boolean asBytes = engine instanceof TunedLoopEngine;
    long start = System.nanoTime();
    long nanos;
    do {
      if (asBytes) {
        slices(reader);
      } else {
        strings(reader);
      }
      nanos = System.nanoTime() - start;
    } while (nanos < GENERATOR_NANOS);
    return nanos / (double) reader.position();
  }

  private void strings(RecordReader reader) {
    for (int i = 0; i < CHUNK; i++) {
      sink = reader.next();
    }
  }

  private void slices(RecordReader reader) {
    long sum = 0;
    for (int i = 0; i < CHUNK; i++) {
      reader.advance();
      sum += reader.bytes()[reader.offset() + reader.length() - 1];
    }
    sink = sum;
  }
}
