package org.millrace.testkit.tester;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.millrace.am.batch.BatchStatus;
import org.millrace.am.driver.DriverEngine;
import org.millrace.api.BatchContext;
import org.millrace.api.StreamingConf;
import org.millrace.api.Tuple2;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.streaming.DStream;
import org.millrace.api.streaming.Duration;
import org.millrace.api.streaming.PairDStream;
import org.millrace.api.streaming.StreamingContext;
import org.millrace.api.streaming.StreamingContextState;
import org.millrace.api.streaming.Time;
import org.millrace.api.streaming.scheduler.StreamingListener;
import org.millrace.api.streaming.scheduler.StreamingListenerBatchCompleted;
import org.millrace.checkpoint.log.DriverEvent.CommitOutcome;
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
 * tester. Not thread-safe.
 *
 * <p>A {@link #restart} kills driver and executors. The test then defines the program again, the
 * same or a changed one, which goes on from the checkpoint; time, inputs and what was collected
 * stay as they were:
 *
 * <pre>{@code
 * tester.restart();
 * Collected<Tuple2<String, Integer>> after = tester.collect(WordCount.totals(lines.stream()));
 * tester.runBatches(1);
 * }</pre>
 */
public final class StreamTester implements AutoCloseable {
  private static final int MOST_STEPS = 50_000_000;

  private final Duration batchInterval;
  private final Map<String, String> configuration;
  private final Disturbance disturbance;
  private final SimulatedTime time = SimulatedTime.inOrder();
  private final TesterFolder folder = new TesterFolder();
  private final String checkpointDirectory;
  private final List<TestInput<?>> inputs = new ArrayList<>();

  /** What was collected, by life; the last list is that of this one. */
  private final List<List<Collected<?>>> outputs = new ArrayList<>();

  /** Batches that have ended in this life. */
  private final Set<Long> ended = new HashSet<>();

  private TestedApplication application;
  private StreamingContext context;
  private PipelineCheck.Pipeline pipeline;
  private boolean started;
  private long nextBatchMs;
  private long lastEndedMs;
  private int endedBatches;

  private StreamTester(Builder builder, Disturbance disturbance) {
    this.batchInterval = builder.batchInterval;
    this.configuration = Map.copyOf(builder.configuration);
    this.disturbance = disturbance;
    this.checkpointDirectory =
        builder.checkpointDirectory == null
            ? "file:" + folder.path().resolve("checkpoint")
            : builder.checkpointDirectory;
    try {
      open();
    } catch (RuntimeException failure) {
      folder.delete();
      throw failure;
    }
  }

  /** A new driver with a context; it goes on when it is not the first. */
  private void open() {
    outputs.add(new ArrayList<>());
    int life = outputs.size();
    application = new TestedApplication(time, folder.path(), life, configuration, disturbance);
    try {
      context =
          life == 1
              ? newContext()
              : StreamingContext.getOrCreate(checkpointDirectory, this::newContext);
    } catch (RuntimeException failure) {
      application.close();
      throw failure;
    }
    context.addStreamingListener(new Ends(life));
  }

  private StreamingContext newContext() {
    StreamingConf conf =
        new StreamingConf().setMaster(TestedApplication.MASTER).setAppName("stream tester");
    configuration.forEach(conf::set);
    StreamingContext made =
        new StreamingContext(new BatchContext(conf, application.engine()), batchInterval);
    made.checkpoint(checkpointDirectory);
    return made;
  }

  /** Listens to the batches of one life. */
  private final class Ends implements StreamingListener {
    private final int life;

    Ends(int life) {
      this.life = life;
    }

    @Override
    public void onBatchCompleted(StreamingListenerBatchCompleted completed) {
      if (life == outputs.size()) {
        lastEndedMs = completed.batchInfo().batchTime().milliseconds();
        ended.add(lastEndedMs);
        endedBatches++;
      }
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

    /**
     * Path or URI of a directory of this machine, like a {@code @TempDir}; a temporary one when it
     * is not given. A tester starts anew on one that has been used, and goes on with it only after
     * its own {@link StreamTester#restart}.
     */
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

  /**
   * The context to define the program in; the tester starts and stops it. Each {@link #restart}
   * makes a new one.
   */
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
    TestInput<T> input = new TestInput<>(this, inputs.size() + 1, partitions);
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

  /**
   * An output that keeps all records of a stream for the test, until the next {@link #restart}: a
   * program that is defined again collects again.
   */
  public <T> Collected<T> collect(DStream<T> stream) {
    int index = collected().size();
    Collected<T> collected = new Collected<>("output " + (index + 1));
    stream.foreachRDD(
        (rdd, batchTime) -> {
          collected.onRan(batchTime, rdd.glom().collect());
          disturbance.onCollected(index, batchTime);
        });
    collected().add(collected);
    return collected;
  }

  private List<Collected<?>> collected() {
    return outputs.get(outputs.size() - 1);
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

  /**
   * Kills driver and executors at once, as a machine that fails, and opens a new driver. Define the
   * program again, with {@link TestInput#stream} of the same inputs; the next batch starts it with
   * {@link StreamingContext#getOrCreate}: state, windows and batch times go on from the checkpoint,
   * and each input after the entry that the last batch took. What was collected stays with the
   * {@link Collected} of before.
   *
   * <p>For a planned end, stop the {@link #context} gracefully first.
   */
  public void restart() {
    application.killAll();
    bury();
    ended.clear();
    endedBatches = 0;
    started = false;
    open();
  }

  /** Gives back what this JVM holds of a process that is gone. */
  private void bury() {
    try {
      context.stop(true, false);
    } catch (MillraceException dead) {
      if (application.isAlive()) {
        throw dead;
      }
    }
  }

  /** Defines a program that may be killed: it is defined again then, and goes on. */
  void define(PipelineCheck.Pipeline program) {
    pipeline = program;
    program.define(this);
  }

  private void goOn() {
    List<TestInput<?>> before = List.copyOf(inputs);
    restart();
    inputs.clear();
    pipeline.define(this);
    if (inputs.size() != before.size()) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          "the pipeline defined "
              + before.size()
              + " inputs, and "
              + inputs.size()
              + " when it was called again; it must define the same in each call");
    }
    for (int i = 0; i < inputs.size(); i++) {
      inputs.get(i).goOnFrom(before.get(i));
    }
    start();
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
      long zeroMs = zeroTime().milliseconds();
      nextBatchMs = Math.max(nextBatchMs, zeroMs + batchInterval.milliseconds());
      // One that was decided and not announced before a restart does not run again.
      long decidedMs = application.engine().durableState().lastDecidedMs();
      lastEndedMs = Math.max(lastEndedMs, Math.max(zeroMs, decidedMs));
    }
  }

  /** Batches that go on have their times as soon as the state is there that they go on from. */
  private Time zeroTime() {
    DriverEngine engine = application.engine();
    long limitMs = time.nowMs() + TestedApplication.STUCK_MS;
    time.runUntil(() -> engine.zeroTime().isPresent() || time.nowMs() > limitMs, MOST_STEPS);
    if (engine.zeroTime().isEmpty() && !engine.awaitTermination(0)) {
      throw new AssertionError("streaming does not start: " + engine.status(10));
    }
    return engine
        .zeroTime()
        .orElseThrow(() -> new IllegalStateException("the streaming context was stopped"));
  }

  /** Runs everything until the batch of a time has ended, and what is ready then. */
  private void runDueBatches(long lastMs) {
    long limitMs = time.nowMs() + TestedApplication.STUCK_MS;
    do {
      if (!application.isAlive()) {
        goOn();
      }
      time.runUntil(
          () -> lastEndedMs >= lastMs || time.nowMs() > limitMs || !application.isAlive(),
          MOST_STEPS);
      time.runUntilIdle();
    } while (!application.isAlive());
    settle();
    settleBefore();
    DriverEngine engine = application.engine();
    if (engine.awaitTermination(0)) {
      throw new IllegalStateException("the streaming context was stopped; it runs no more batches");
    }
    if (lastEndedMs < lastMs) {
      throw new AssertionError(
          "batch %d ms has not ended in %d ms: %s"
              .formatted(lastMs, TestedApplication.STUCK_MS, engine.status(10)));
    }
    nextBatchMs = Math.max(nextBatchMs, lastMs + batchInterval.milliseconds());
  }

  /** Sorts out what became of the batches that ended since the last time. */
  private void settle() {
    List<BatchStatus> newest =
        application.engine().status(endedBatches + unendedBatches()).batches();
    endedBatches = 0;
    for (int i = newest.size() - 1; i >= 0; i--) {
      BatchStatus batch = newest.get(i);
      switch (batch.state()) {
        case COMPLETED -> collected().forEach(output -> output.onCompleted(batch.batchTimeMs()));
        case SKIPPED, FAILED -> collected().forEach(output -> output.onFailed(batch.batchTimeMs()));
        case WAITING, RUNNING -> {}
      }
    }
  }

  /**
   * Batches whose outputs ran before a restart: they are decided when they did not run again. All
   * that were due have ended by now.
   */
  private void settleBefore() {
    Map<Long, CommitOutcome> decided = application.engine().durableState().decided();
    for (List<Collected<?>> life : outputs.subList(0, outputs.size() - 1)) {
      for (Collected<?> output : life) {
        for (long timeMs : output.undecided()) {
          if (ended.contains(timeMs) || decided.get(timeMs) == CommitOutcome.SKIPPED) {
            output.onFailed(timeMs);
          } else {
            output.onCompleted(timeMs);
          }
        }
      }
    }
  }

  private int unendedBatches() {
    return (int) application.engine().status(0).totals().waitingBatches() + 1;
  }

  /** Stops the program and gives back what it used. Does not report failures of batches again. */
  @Override
  public void close() {
    try {
      context.stop(true, false);
    } finally {
      try {
        application.close();
      } finally {
        folder.delete();
      }
    }
  }

  /** The batches of each output of the pipeline, of all lives, in the order of its definition. */
  List<List<CollectedBatch<?>>> outputs() {
    List<List<CollectedBatch<?>>> all = new ArrayList<>();
    for (int i = 0; i < collected().size(); i++) {
      List<CollectedBatch<?>> batches = new ArrayList<>();
      for (List<Collected<?>> life : outputs) {
        batches.addAll(life.get(i).batches());
      }
      all.add(batches);
    }
    return all;
  }
}
