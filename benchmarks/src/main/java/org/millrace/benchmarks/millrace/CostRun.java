package org.millrace.benchmarks.millrace;

import java.util.AbstractQueue;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.HdrHistogram.Histogram;
import org.millrace.api.BatchContext;
import org.millrace.api.Optional;
import org.millrace.api.PairRDD;
import org.millrace.api.RDD;
import org.millrace.api.Tuple2;
import org.millrace.api.streaming.Duration;
import org.millrace.api.streaming.PairDStream;
import org.millrace.api.streaming.State;
import org.millrace.api.streaming.StateSpec;
import org.millrace.api.streaming.StreamingContext;
import org.millrace.benchmarks.workload.Engine;
import org.millrace.benchmarks.workload.Measurement;
import org.millrace.benchmarks.workload.RunReport;
import org.millrace.benchmarks.workload.RunSpec;
import org.millrace.benchmarks.workload.Scenario;

/**
 * What a batch of 1,000 pairs costs in windows and keyed state, driver and shuffle included, at the
 * row's batch interval. Checkpoints and snapshots as configured are in it.
 */
final class CostRun {
  private static final int PAIRS = 1_000;
  private static final int MANY_KEYS = 1_000_000;
  private static final int WARM_BATCHES = 50;
  private static final int FEWEST = 20;
  private static final long TIMEOUT_MS = 120_000;
  private static final long POLL_MS = 5;

  private final Engine engine;
  private final RunSpec spec;
  private final Map<String, Double> figures = new TreeMap<>();

  CostRun(Engine engine, RunSpec spec) {
    this.engine = engine;
    this.spec = spec;
  }

  /** The first case runs twice, so that it is not the only one on cold code; the second counts. */
  RunReport run() throws Exception {
    Measurement whole = Measurement.begin();
    if (spec.scenario() == Scenario.WINDOW_COST) {
      for (String panes : spec.option("panes", "10,10,100,1000").split(",")) {
        window(Integer.parseInt(panes), true);
        window(Integer.parseInt(panes), false);
      }
    } else {
      for (String keys : spec.option("keys", PAIRS + "," + PAIRS + "," + MANY_KEYS).split(",")) {
        state(Integer.parseInt(keys));
      }
    }
    RunReport report = whole.end(engine, spec, 0);
    figures.forEach(report::figure);
    return report;
  }

  private void window(int panes, boolean isWithInverse) throws Exception {
    BatchLog log = new BatchLog();
    try (StreamingContext context = Contexts.withCheckpoints(spec, spec.intervalMs())) {
      PairDStream<String, Long> pairs =
          context
              .queueStream(new Numbers(context.batchContext(), spec.cores(), log))
              .mapToPair(i -> new Tuple2<>("key-" + i % PAIRS, 1L));
      Duration window = new Duration((long) panes * spec.intervalMs());
      Duration slide = new Duration(spec.intervalMs());
      PairDStream<String, Long> counts =
          isWithInverse
              ? pairs.reduceByKeyAndWindow(
                  Long::sum, (all, left) -> all - left, window, slide, spec.cores(), count -> true)
              : pairs.reduceByKeyAndWindow(Long::sum, window, slide, spec.cores());
      counts.foreachRDD(
          rdd -> {
            long start = System.nanoTime();
            log.ended(start, rdd.values().fold(0L, Long::sum));
          });
      String name = (isWithInverse ? "inverse-" : "plain-") + panes;
      time(context, log, name, panes + WARM_BATCHES, (long) PAIRS * panes);
    }
  }

  private void state(int keys) throws Exception {
    BatchLog log = new BatchLog();
    int stride = keys / PAIRS;
    try (StreamingContext context = Contexts.withCheckpoints(spec, spec.intervalMs())) {
      PairRDD<String, Long> initial =
          context
              .batchContext()
              .parallelize(IntStream.range(0, PAIRS).boxed().toList(), spec.cores())
              .flatMapToPair(
                  part ->
                      IntStream.range(part * stride, (part + 1) * stride)
                          .mapToObj(key -> new Tuple2<>(key(key), 0L))
                          .iterator());
      context
          .queueStream(new Numbers(context.batchContext(), spec.cores(), log))
          .mapToPair(i -> new Tuple2<>(key((int) (i % PAIRS * stride + i / PAIRS % stride)), 1L))
          .mapWithState(
              StateSpec.function(CostRun::add).numPartitions(spec.cores()).initialState(initial))
          .foreachRDD(
              rdd -> {
                long start = System.nanoTime();
                log.ended(start, rdd.count());
              });
      time(context, log, "keys-" + keys, WARM_BATCHES, PAIRS);
    }
  }

  private static String key(int number) {
    return String.format("u%07d", number);
  }

  private static Tuple2<String, Long> add(String key, Optional<Long> value, State<Long> state) {
    long sum = value.get() + (state.exists() ? state.get() : 0L);
    state.update(sum);
    return new Tuple2<>(key, sum);
  }

  private void time(StreamingContext context, BatchLog log, String name, int warm, long result)
      throws Exception {
    context.start();
    await(context, log, warm);
    int before = log.batches().size();
    long cpuBefore = Measurement.cpuNanos();
    context.awaitTerminationOrTimeout(spec.measureMs());
    await(context, log, before + FEWEST);
    List<BatchLog.Batch> all = log.batches();
    double cpuMs = (Measurement.cpuNanos() - cpuBefore) / 1e6 / (all.size() - before);
    Histogram micros = new Histogram(3);
    for (BatchLog.Batch batch : all.subList(before, all.size())) {
      micros.recordValue(TimeUnit.NANOSECONDS.toMicros(batch.processingNanos()));
      if (batch.result() != result) {
        throw new IllegalStateException(
            name + ": a batch gave " + batch.result() + ", not " + result);
      }
    }
    context.stop(true, false);
    figures.put(name + "-batches", (double) all.size() - before);
    figures.put(name + "-p50-ms", micros.getValueAtPercentile(50) / 1e3);
    figures.put(name + "-p99-ms", micros.getValueAtPercentile(99) / 1e3);
    figures.put(name + "-max-ms", micros.getMaxValue() / 1e3);
    figures.put(name + "-cpu-ms", cpuMs);
  }

  private static void await(StreamingContext context, BatchLog log, int batches) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(TIMEOUT_MS);
    while (log.batches().size() < batches) {
      if (System.nanoTime() - deadline > 0) {
        throw new IllegalStateException(
            log.batches().size() + " batches of " + batches + " within " + TIMEOUT_MS + " ms");
      }
      context.awaitTerminationOrTimeout(POLL_MS);
    }
  }

  /** A queue whose next dataset is the next thousand numbers. */
  private static final class Numbers extends AbstractQueue<RDD<Long>> {
    private final BatchContext context;
    private final int partitions;
    private final BatchLog log;
    private long next;

    Numbers(BatchContext context, int partitions, BatchLog log) {
      this.context = context;
      this.partitions = partitions;
      this.log = log;
    }

    @Override
    public RDD<Long> poll() {
      log.cut(next, next + PAIRS, PAIRS);
      List<Long> numbers = LongStream.range(next, next + PAIRS).boxed().toList();
      next += PAIRS;
      return context.parallelize(numbers, partitions);
    }

    @Override
    public RDD<Long> peek() {
      throw new UnsupportedOperationException("batches are made when they are due");
    }

    @Override
    public boolean offer(RDD<Long> dataset) {
      throw new UnsupportedOperationException("batches are made here");
    }

    @Override
    public Iterator<RDD<Long>> iterator() {
      return Collections.emptyIterator();
    }

    @Override
    public int size() {
      return 0;
    }
  }
}
