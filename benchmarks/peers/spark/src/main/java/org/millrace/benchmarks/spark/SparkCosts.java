package org.millrace.benchmarks.spark;

import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.apache.spark.streaming.Duration;
import org.apache.spark.streaming.api.java.JavaPairDStream;
import org.millrace.benchmarks.workload.Measurement;
import org.millrace.benchmarks.workload.RunReport;
import org.millrace.benchmarks.workload.RunSpec;
import scala.Tuple2;

/**
 * What a batch costs in windows and keyed state: one batch after the other on a clock that is moved
 * by hand, so hot. Spark's own checkpoints, each tenth batch, are in it. Each case is timed for the
 * span's length and at least {@link #FEWEST} batches. A window without an inverse function depends
 * on its batches only: it is not computed before it is full. A case whose batches take minutes has
 * no figures, but a note.
 */
final class SparkCosts {
  private static final int INTERVAL_MS = 1_000;
  private static final int PAIRS = 1_000;
  private static final int MANY_KEYS = 1_000_000;
  private static final int WARM_BATCHES = 50;
  private static final long WARM_NANOS = TimeUnit.SECONDS.toNanos(8);
  private static final int FEWEST = 5;

  private final SparkEngine engine;
  private final RunSpec spec;
  private final Measurement whole = Measurement.begin();
  private final Map<String, Double> figures = new TreeMap<>();
  private final Map<String, String> notes = new TreeMap<>();

  SparkCosts(SparkEngine engine, RunSpec spec) {
    this.engine = engine;
    this.spec = spec;
  }

  /** Windows of 10 (twice, the second counts), 100 and 1000 batches; option {@code panes}. */
  RunReport windows() throws Exception {
    for (String panes : spec.option("panes", "10,10,100,1000").split(",")) {
      window(Integer.parseInt(panes), true);
      window(Integer.parseInt(panes), false);
    }
    return report();
  }

  private RunReport report() {
    RunReport report = whole.end(engine, spec, 0);
    figures.forEach(report::figure);
    notes.forEach(report::note);
    return report;
  }

  private void window(int panes, boolean isWithInverse) throws Exception {
    GeneratedRdd.readFrom((from, to) -> keys(from, to, PAIRS));
    String name = (isWithInverse ? "inverse-" : "plain-") + panes;
    try (SparkRun run =
        SparkRun.stepped(spec, INTERVAL_MS, Pace.fixed(PAIRS))
            .withCheckpoints(name + "-" + figures.size())) {
      JavaPairDStream<String, Integer> pairs =
          run.generated().mapToPair(key -> new Tuple2<>(key, 1));
      Duration window = new Duration((long) panes * INTERVAL_MS);
      Duration slide = new Duration(INTERVAL_MS);
      SparkOutputs.sum(
          isWithInverse
              ? pairs.reduceByKeyAndWindow(
                  Integer::sum,
                  (all, left) -> all - left,
                  window,
                  slide,
                  spec.cores(),
                  count -> true)
              : pairs.reduceByKeyAndWindow(Integer::sum, window, slide, spec.cores()),
          isWithInverse ? 0 : panes);
      time(run, name, panes, (long) PAIRS * panes);
    } catch (SparkRun.SlowBatchException e) {
      notes.put(name, name + ": " + e.getMessage());
    }
  }

  /** A thousand keys (twice, the second counts) and a million; option {@code keys}. */
  RunReport states() throws Exception {
    for (String keys : spec.option("keys", PAIRS + "," + PAIRS + "," + MANY_KEYS).split(",")) {
      state(Integer.parseInt(keys));
    }
    return report();
  }

  private void state(int keys) throws Exception {
    GeneratedRdd.readFrom((from, to) -> keyValues(from, to, keys));
    String name = "keys-" + keys;
    try (SparkRun run =
        SparkRun.stepped(spec, INTERVAL_MS, Pace.fixed(PAIRS))
            .withCheckpoints(name + "-" + figures.size())) {
      SparkOutputs.count(SparkJobs.runningCount(run.generated(), spec.cores(), run.keys(keys)));
      time(run, name, 0, PAIRS);
    }
  }

  private void time(SparkRun run, String name, int fill, long output) throws Exception {
    run.start();
    for (int i = 0; i < fill; i++) {
      run.batch();
    }
    long start = System.nanoTime();
    for (int i = 0; i < WARM_BATCHES && System.nanoTime() - start < WARM_NANOS; i++) {
      run.batch();
    }
    long cpuBefore = Measurement.cpuNanos();
    start = System.nanoTime();
    int batches = 0;
    while (batches < FEWEST
        || System.nanoTime() - start < TimeUnit.MILLISECONDS.toNanos(spec.measureMs())) {
      run.batch();
      batches++;
      if (run.batches().lastOutput() != output) {
        throw new IllegalStateException(
            name + ": a batch gave " + run.batches().lastOutput() + ", not " + output);
      }
    }
    double cpuMs = (Measurement.cpuNanos() - cpuBefore) / 1e6 / batches;
    double[] all = run.batches().processingMs();
    double[] timed = Arrays.copyOfRange(all, all.length - batches, all.length);
    Arrays.sort(timed);
    figures.put(name + "-batches", (double) batches);
    figures.put(name + "-p50-ms", Batches.percentile(timed, 50));
    figures.put(name + "-p99-ms", Batches.percentile(timed, 99));
    figures.put(name + "-max-ms", Batches.percentile(timed, 100));
    figures.put(name + "-cpu-ms", cpuMs);
  }

  /** All keys in turn. */
  private static Iterator<String> keys(long from, long to, int keys) {
    return LongStream.range(from, to).mapToObj(i -> "key-" + i % keys).iterator();
  }

  /** Keys spread over all, different in a batch: {@code key,1}. */
  private static Iterator<String> keyValues(long from, long to, int keys) {
    int stride = keys / PAIRS;
    return LongStream.range(from, to)
        .mapToObj(i -> String.format("u%07d,1", i % PAIRS * stride + i / PAIRS % stride))
        .iterator();
  }
}
