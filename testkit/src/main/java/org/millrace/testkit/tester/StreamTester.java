package org.millrace.testkit.tester;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.millrace.am.batch.BatchStatus;
import org.millrace.am.driver.DriverEngine;
import org.millrace.api.BatchContext;
import org.millrace.api.StreamingConf;
import org.millrace.api.Tuple2;
import org.millrace.api.error.MillraceException;
import org.millrace.api.streaming.DStream;
import org.millrace.api.streaming.Duration;
import org.millrace.api.streaming.PairDStream;
import org.millrace.api.streaming.StreamingContext;
import org.millrace.api.streaming.StreamingContextState;
import org.millrace.api.streaming.Time;
import org.millrace.api.streaming.scheduler.StreamingListener;
import org.millrace.api.streaming.scheduler.StreamingListenerBatchCompleted;
import org.millrace.checkpoint.runtime.SimulatedTime;
import org.millrace.runner.conf.Keys;

/**
 * Runs a streaming program in the thread of a test: the real driver, scheduler and executors, under
 * a clock that only the test moves.
 *
 * <pre>{@code
 * try (StreamTester tester = StreamTester.create(Durations.seconds(1))) {
 *   TestInput<String> lines = tester.input();
 *   Collected<Tuple2<String, Integer>> counts = tester.collect(WordCount.count(lines.stream()));
 *   lines.add("a b a").addNothing().add("b");
 *   tester.runUntilInputsAreEmpty();
 *   assertThat(counts.values().get(0)).containsExactly(new Tuple2<>("b", 1), new Tuple2<>("a", 2));
 * }
 * }</pre>
 *
 * <p>Define inputs, streams and outputs first; the context starts with the first batch. Executors
 * are separate in all but the process: functions and records reach them as copies. Files are those
 * of this machine. No time passes while a batch runs, unless the engine pauses (a retry delay, for
 * example), and the first batch is at the same time in each run.
 *
 * <p>Receivers and the asynchronous actions of datasets have threads of their own, which a manual
 * clock cannot step: give the program {@link #input inputs} instead of the former, and do not wait
 * for the latter in a test. As only one streaming context of a JVM can be active, so can only one
 * tester. A restart from a checkpoint cannot be tested yet. Not thread-safe.
 */
public final class StreamTester implements AutoCloseable {
  private static final int MOST_STEPS = 50_000_000;

  private final TestedApplication application;
  private final Disturbance disturbance;
  private final SimulatedTime time;
  private final DriverEngine engine;
  private final StreamingContext context;
  private final List<TestInput<?>> inputs = new ArrayList<>();
  private final List<Collected<?>> outputs = new ArrayList<>();
  private boolean started;
  private long nextBatchMs;
  private long lastEndedMs;
  private int endedBatches;

  private StreamTester(Builder builder, Disturbance disturbance) {
    this.disturbance = disturbance;
    this.application = new TestedApplication(builder.configuration, disturbance);
    this.time = application.time();
    this.engine = application.engine();
    this.context = newContext(builder);
    context.addStreamingListener(
        new StreamingListener() {
          @Override
          public void onBatchCompleted(StreamingListenerBatchCompleted completed) {
            lastEndedMs = completed.batchInfo().batchTime().milliseconds();
            endedBatches++;
          }
        });
  }

  private StreamingContext newContext(Builder builder) {
    StreamingConf conf =
        new StreamingConf().setMaster(TestedApplication.MASTER).setAppName("stream tester");
    builder.configuration.forEach(conf::set);
    try {
      StreamingContext made =
          new StreamingContext(new BatchContext(conf, engine), builder.batchInterval);
      made.checkpoint(
          builder.checkpointDirectory == null
              ? application.checkpointDirectory()
              : builder.checkpointDirectory);
      return made;
    } catch (RuntimeException failure) {
      application.close();
      throw failure;
    }
  }

  /** A tester with two executors of one core, so that default parallelism is two. */
  public static StreamTester create(Duration batchInterval) {
    return builder(batchInterval).build();
  }

  /** A tester that differs from the usual one. */
  public static Builder builder(Duration batchInterval) {
    return new Builder(batchInterval);
  }

  /** What a tester is made of; makes any number of them. */
  public static final class Builder {
    private final Duration batchInterval;
    private final Map<String, String> configuration = new LinkedHashMap<>();
    private String checkpointDirectory;

    private Builder(Duration batchInterval) {
      this.batchInterval = Objects.requireNonNull(batchInterval, "batchInterval");
    }

    /** Number of executors. */
    public Builder executors(int executors) {
      return set(Keys.EXECUTOR_INSTANCES.name(), Integer.toString(executors));
    }

    /** Cores of each executor. */
    public Builder cores(int cores) {
      return set(Keys.EXECUTOR_CORES.name(), Integer.toString(cores));
    }

    /**
     * A configuration entry, like {@code millrace.batch.onFailure}. A failed batch is run again at
     * once unless {@code millrace.batch.retryDelay} is set; heartbeats and leases cannot be set.
     */
    public Builder set(String key, String value) {
      configuration.put(key, value);
      return this;
    }

    /** Path or URI of a directory of this machine; a temporary one when it is not given. */
    public Builder checkpointDirectory(String directory) {
      checkpointDirectory = Objects.requireNonNull(directory, "directory");
      return this;
    }

    /**
     * A tester, with executors that are being started.
     *
     * @throws MillraceException UNKNOWN_CONFIGURATION_KEY, INVALID_CONFIGURATION_VALUE; ILLEGAL_USE
     *     when the batch interval is not positive
     */
    public StreamTester build() {
      return build(new Disturbance());
    }

    StreamTester build(Disturbance disturbance) {
      return new StreamTester(this, disturbance);
    }
  }

  /** The context to define the program in; the tester starts and stops it. */
  public StreamingContext context() {
    return context;
  }

  /** An input in default parallelism partitions, to be filled by {@link TestInput#add}. */
  public <T> TestInput<T> input() {
    return input(context.batchContext().defaultParallelism());
  }

  /** An input whose datasets have so many partitions. */
  public <T> TestInput<T> input(int partitions) {
    if (partitions < 1) {
      throw new IllegalArgumentException("partitions is " + partitions + ", expected 1 or more");
    }
    TestInput<T> input = new TestInput<>(context, partitions);
    inputs.add(input);
    return input;
  }

  /**
   * A stream with the records of each batch, in default parallelism partitions.
   *
   * @param batches a batch whose list is null has no dataset
   */
  public <T> DStream<T> input(List<List<T>> batches) {
    TestInput<T> input = input();
    for (List<T> batch : batches) {
      if (batch == null) {
        input.addNothing();
      } else {
        input.addAll(batch);
      }
    }
    return input.stream();
  }

  /** An output that keeps all records of a stream for the test. */
  public <T> Collected<T> collect(DStream<T> stream) {
    int index = outputs.size();
    Collected<T> collected = new Collected<>("output " + (index + 1));
    stream.foreachRDD(
        (rdd, batchTime) -> {
          collected.onRan(batchTime, rdd.glom().collect());
          disturbance.onCollected(index, batchTime);
        });
    outputs.add(collected);
    return collected;
  }

  /** An output that keeps all pairs of a stream for the test. */
  public <K, V> Collected<Tuple2<K, V>> collect(PairDStream<K, V> stream) {
    return collect(stream.toDStream());
  }

  /**
   * Moves the clock to the time of the next batch and runs it, so many times. Returns when the
   * batches are committed and their files published.
   *
   * @throws MillraceException the failure of a batch, with its cause, when it ended the
   *     application; what {@link StreamingContext#start} throws, with the first batch
   */
  public void runBatches(int batches) {
    start();
    for (int i = 0; i < batches; i++) {
      time.jump(Math.max(0, nextBatchMs - time.nowMs()));
      runDueBatches(nextBatchMs);
    }
  }

  /**
   * {@link #runBatches} until each entry of each input has been in a batch.
   *
   * @return the number of batches
   */
  public int runUntilInputsAreEmpty() {
    int batches = 0;
    while (inputs.stream().anyMatch(input -> input.remaining() > 0)) {
      runBatches(1);
      batches++;
    }
    return batches;
  }

  /**
   * Sets the clock forward at once, as a clock that jumps, and runs all batches whose time has
   * come, each at its own time.
   *
   * @throws MillraceException as {@link #runBatches}
   */
  public void advance(Duration duration) {
    start();
    time.jump(duration.milliseconds());
    Time before = new Time(nextBatchMs).minus(context.batchInterval());
    runDueBatches(now().floor(context.batchInterval(), before).milliseconds());
  }

  /** What the manual clock shows. */
  public Time now() {
    return new Time(time.nowMs());
  }

  private void start() {
    if (!started) {
      if (context.getState() == StreamingContextState.INITIALIZED) {
        context.start();
      }
      started = true;
      Time zero = engine.zeroTime().orElseThrow();
      nextBatchMs = zero.plus(context.batchInterval()).milliseconds();
      lastEndedMs = zero.milliseconds();
    }
  }

  /** Runs everything until the batch of a time has ended, and what is ready then. */
  private void runDueBatches(long lastMs) {
    long limitMs = time.nowMs() + TestedApplication.STUCK_MS;
    time.runUntil(() -> lastEndedMs >= lastMs || time.nowMs() > limitMs, MOST_STEPS);
    time.runUntilIdle();
    settle();
    if (engine.awaitTermination(0)) {
      throw new IllegalStateException("the streaming context was stopped; it runs no more batches");
    }
    if (lastEndedMs < lastMs) {
      throw new AssertionError(
          "batch %d ms has not ended in %d ms: %s"
              .formatted(lastMs, TestedApplication.STUCK_MS, engine.status(10)));
    }
    nextBatchMs = Math.max(nextBatchMs, lastMs + context.batchInterval().milliseconds());
  }

  /** Sorts out what became of the batches that ended since the last time. */
  private void settle() {
    List<BatchStatus> newest = engine.status(endedBatches + unendedBatches()).batches();
    endedBatches = 0;
    for (int i = newest.size() - 1; i >= 0; i--) {
      BatchStatus batch = newest.get(i);
      switch (batch.state()) {
        case COMPLETED -> outputs.forEach(output -> output.onCompleted(batch.batchTimeMs()));
        case SKIPPED, FAILED -> outputs.forEach(output -> output.onFailed(batch.batchTimeMs()));
        case WAITING, RUNNING -> {}
      }
    }
  }

  private int unendedBatches() {
    return (int) engine.status(0).totals().waitingBatches() + 1;
  }

  /** Stops the program and gives back what it used. Does not report failures of batches again. */
  @Override
  public void close() {
    try {
      context.stop(true, false);
    } finally {
      application.close();
    }
  }

  /** Outputs in the order of their definition. */
  List<Collected<?>> outputs() {
    return outputs;
  }
}
