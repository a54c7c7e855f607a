package org.millrace.benchmarks.spark;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.streaming.Duration;
import org.apache.spark.streaming.Time;
import org.apache.spark.streaming.api.java.JavaDStream;
import org.apache.spark.streaming.api.java.JavaStreamingContext;
import org.apache.spark.streaming.scheduler.StreamInputInfo;
import org.apache.spark.util.ManualClock;
import org.millrace.benchmarks.workload.RunSpec;
import scala.Tuple2;
import scala.jdk.javaapi.CollectionConverters;

/** A streaming context in local mode and its input, from start to stop. Owned by one thread. */
final class SparkRun implements AutoCloseable {
  private static final long BATCH_TIMEOUT_MS = 120_000;
  private static final long STEADY_MS = 60_000;
  private static final long POLL_MS = 20;
  private static final int FEWEST_WARM = 6;

  /** Spark's back-pressure needs some to find its rate. */
  private static final int FEWEST_WARM_RECEIVERS = 12;

  private static final int FEWEST = 5;

  /** Spark writes one each ten batches. */
  private static final int FEWEST_WITH_CHECKPOINT = 10;

  private static final long LOOK_MS = 500;
  private static final int TEN_MILLION = 10_000_000;

  /** For functions, which are serialized with what they refer to. */
  private static volatile JavaStreamingContext running;

  /** A batch that is given up. */
  static final class SlowBatchException extends Exception {
    private static final long serialVersionUID = 1;

    private SlowBatchException(long waitedMs) {
      super("a batch took longer than " + waitedMs / 1_000 + " s");
    }
  }

  private final RunSpec spec;
  private final int intervalMs;
  private final JavaStreamingContext context;
  private final Batches batches;
  private long advanced;

  private SparkRun(
      RunSpec spec, int intervalMs, Pace pace, int slots, Map<String, String> settings) {
    this.spec = spec;
    this.intervalMs = intervalMs;
    this.batches = Batches.begin(pace);
    SparkConf conf =
        new SparkConf()
            .setMaster("local[" + slots + "]")
            .setAppName(spec.scenario().title())
            .set("spark.ui.enabled", "false")
            .set("spark.driver.host", "127.0.0.1")
            .set("spark.driver.bindAddress", "127.0.0.1")
            .set("spark.local.dir", spec.workDirectory().resolve("local").toString());
    settings.forEach(conf::set);
    this.context = new JavaStreamingContext(conf, new Duration(intervalMs));
  }

  /** On the clock of the machine. */
  static SparkRun timed(
      RunSpec spec, int intervalMs, Pace pace, int slots, Map<String, String> settings) {
    return begun(new SparkRun(spec, intervalMs, pace, slots, settings));
  }

  /** Batch by batch on a clock that {@link #batch()} moves. */
  static SparkRun stepped(RunSpec spec, int intervalMs, Pace pace) {
    return begun(
        new SparkRun(
            spec,
            intervalMs,
            pace,
            spec.cores(),
            Map.of("spark.streaming.clock", ManualClock.class.getName())));
  }

  private static SparkRun begun(SparkRun run) {
    running = run.context;
    return run;
  }

  JavaStreamingContext context() {
    return context;
  }

  Batches batches() {
    return batches;
  }

  /** Records of the pool. */
  JavaDStream<String> generated() {
    GeneratedStream stream = new GeneratedStream(context.ssc(), spec.cores());
    return JavaDStream.fromDStream(stream, scala.reflect.ClassTag.apply(String.class));
  }

  /** State and windows with an inverse want a directory. */
  SparkRun withCheckpoints(String name) {
    Path directory = spec.workDirectory().resolve("checkpoint-" + name);
    context.checkpoint(directory.toUri().toString());
    return this;
  }

  void start() {
    context.start();
  }

  /** Throws what a batch threw. */
  void run(long millis) throws InterruptedException {
    context.awaitTerminationOrTimeout(millis);
  }

  /** Moves the clock on by a batch and waits until its output is done. */
  void batch() throws InterruptedException, SlowBatchException {
    advanced++;
    ((ManualClock) context.ssc().scheduler().clock()).advance(intervalMs);
    long waited = 0;
    while (!batches.isEnded(advanced, LOOK_MS)) {
      run(1);
      waited += LOOK_MS;
      if (waited > BATCH_TIMEOUT_MS) {
        throw new SlowBatchException(waited);
      }
    }
  }

  /**
   * Warms up, then runs the span to the end of a batch. Both have a number of batches as well as a
   * length.
   */
  void span() throws InterruptedException {
    // The first batch also brings the initial state in, while others queue up.
    await(() -> batches.endedBatches() > 0);
    run(spec.warmUpMs());
    int fewestWarm = spec.scenario().isFromSocket() ? FEWEST_WARM_RECEIVERS : FEWEST_WARM;
    await(() -> batches.endedBatches() >= fewestWarm);
    for (long waited = 0;
        waited < STEADY_MS && !batches.isSteady(2L * intervalMs);
        waited += POLL_MS) {
      run(POLL_MS);
    }
    batches.beginSpan();
    run(spec.measureMs());
    int fewest = spec.scenario().isWithCheckpoints() ? FEWEST_WITH_CHECKPOINT : FEWEST;
    await(() -> batches.isSpanOf(fewest, spec.measureMs() - intervalMs / 2L));
  }

  /** At least a batch of the span has ended. */
  void awaitSpan() throws InterruptedException {
    await(() -> batches.isSpanOf(1, 0));
  }

  private void await(BooleanSupplier condition) throws InterruptedException {
    for (long waited = 0; !condition.getAsBoolean(); waited += POLL_MS) {
      if (waited > BATCH_TIMEOUT_MS) {
        throw new IllegalStateException("waited for batches for " + waited + " ms in vain");
      }
      run(POLL_MS);
    }
  }

  /** The output of a batch begins. Called in it, by a thread of Spark. */
  static Batches.Started started(Time time) {
    long count = 0;
    for (StreamInputInfo info :
        CollectionConverters.asJava(running.ssc().scheduler().inputInfoTracker().getInfo(time))
            .values()) {
      count += info.numRecords();
    }
    Batches.current().received(time.milliseconds(), count);
    return Batches.current().started(time.milliseconds());
  }

  /** So many keys of the key-values, each with 0. */
  JavaPairRDD<String, Long> keys(int count) {
    int partitions = spec.cores();
    return context
        .sparkContext()
        .parallelize(IntStream.range(0, partitions).boxed().toList(), partitions)
        .flatMapToPair(
            partition ->
                IntStream.range(
                        (int) ((long) count * partition / partitions),
                        (int) ((long) count * (partition + 1) / partitions))
                    .mapToObj(
                        key ->
                            new Tuple2<>(
                                "u" + Integer.toString(TEN_MILLION + key).substring(1), 0L))
                    .iterator());
  }

  /** Settings of Spark among the options. */
  static Map<String, String> settings(RunSpec spec) {
    Map<String, String> settings = new HashMap<>();
    spec.options()
        .forEach(
            (name, value) -> {
              if (name.startsWith("spark.")) {
                settings.put(name, value);
              }
            });
    return settings;
  }

  /** Without waiting for batches that are queued. */
  @Override
  public void close() {
    context.stop(true, false);
  }
}
