package org.millrace.am.driver;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.millrace.am.batch.CommittedTime;
import org.millrace.am.files.FileReading;
import org.millrace.am.listen.ListenerBus;
import org.millrace.am.log.DriverState;
import org.millrace.am.plan.Planner;
import org.millrace.am.publish.BatchOutputs;
import org.millrace.am.publish.OutputPublisher;
import org.millrace.am.publish.SinkRegistry;
import org.millrace.am.publish.TextOutputs;
import org.millrace.am.schedule.JobRunner;
import org.millrace.am.shared.Accumulators;
import org.millrace.am.shared.DriverBroadcasts;
import org.millrace.api.accumulator.AccumulatorV2;
import org.millrace.api.broadcast.Broadcast;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.graph.HadoopInput;
import org.millrace.api.graph.HadoopInputNode;
import org.millrace.api.graph.HadoopOutput;
import org.millrace.api.graph.RddNode;
import org.millrace.api.graph.StreamGraph;
import org.millrace.api.graph.StreamNode;
import org.millrace.api.spi.Engine;
import org.millrace.api.spi.JobAction;
import org.millrace.api.spi.StopMode;
import org.millrace.api.spi.SubmittedJob;
import org.millrace.api.storage.StorageLevel;
import org.millrace.api.streaming.Time;
import org.millrace.api.streaming.scheduler.StreamingListener;
import org.millrace.checkpoint.files.FileStatus;
import org.millrace.checkpoint.files.Outcome;
import org.millrace.checkpoint.publish.Publisher;
import org.millrace.checkpoint.publish.StagedOutput;
import org.millrace.checkpoint.runtime.Answers;
import org.millrace.runner.conf.Keys;
import org.millrace.runner.conf.Settings;
import org.millrace.runner.wire.Address;

/**
 * The engine of a program: hands its calls to the driver's loop and waits for the answers.
 * Thread-safe.
 */
public final class DriverEngine implements Engine {
  private static final long CLOSE_TIMEOUT_MS = 20_000;
  private static final long LISTENERS_TIMEOUT_MS = 5_000;

  private final DriverEnvironment environment;
  private final DriverEnvironment.Ports ports;
  private final Driver driver;
  private final JobRunner jobs;
  private final TextOutputs textOutputs;
  private final SinkRegistry sinks;
  private final OutputPublisher publisher;
  private final Publisher publish;
  private final DriverBroadcasts broadcasts;
  private final Accumulators accumulators;
  private final CommittedTime committed = new CommittedTime();
  private final ListenerBus listeners;
  private final int parallelism;
  private final Runnable release;
  private final Address address;
  private boolean closing;

  // Volatile: set by the thread that starts, read by any thread of the program.
  private volatile Streaming streaming;
  private volatile long epoch;

  /**
   * Opens the driver: listens and asks for executors.
   *
   * @param release gives the ports back after the driver has closed
   */
  public DriverEngine(DriverEnvironment environment, Runnable release) {
    this.environment = environment;
    this.ports = environment.ports();
    this.release = release;
    this.listeners = new ListenerBus(ports.work(), ports.fatal());
    DriverEnvironment.Identity identity = environment.identity();
    this.driver = new Driver(environment);
    this.parallelism = parallelism(environment.settings(), identity.master());
    this.accumulators = new Accumulators(ports.shipping());
    this.jobs =
        new JobRunner(
            new Planner(ports.shipping(), residents().residents(), committed),
            driver.executors().scheduler(),
            ports.loop(),
            ports.work(),
            ports.waiting(),
            ports.decoder(),
            accumulators);
    this.broadcasts =
        new DriverBroadcasts(
            ports.shipping(),
            identity.master().startsWith("local"),
            message -> ports.loop().execute(() -> driver.executors().sendAll(message)));
    driver.executors().broadcasts(broadcasts);
    this.textOutputs =
        new TextOutputs(
            ports.files(),
            ports.formats(),
            ports.work(),
            jobs,
            ports.waiting(),
            // No other engine stages under this name, of whatever attempt or application.
            identity.applicationId()
                + "-a"
                + identity.attempt()
                + "-"
                + Long.toString(ports.clock().nowMs(), Character.MAX_RADIX));
    this.publish = new Publisher(ports.files());
    this.sinks = new SinkRegistry(ports.work());
    this.publisher =
        new OutputPublisher(
            ports.files(),
            sinks,
            driver.journal(),
            ports.loop(),
            ports.clock(),
            environment.settings().get(Keys.OUTPUT_PUBLISH_TIMEOUT),
            driver::fail);
    this.address =
        ports
            .transport()
            .listen(new Address(identity.listenHost(), 0), driver.executors().registry());
    ports.loop().execute(() -> driver.open(address.port()));
  }

  /** Where executors connect. */
  public Address address() {
    return address;
  }

  @Override
  public int defaultParallelism() {
    return parallelism;
  }

  @Override
  public <R> List<R> runJob(
      RddNode rdd, JobAction<R> action, int fromPartition, int untilPartition) {
    return jobs.run(rdd, action, fromPartition, untilPartition);
  }

  @Override
  public <R> SubmittedJob<R> submitJob(
      RddNode rdd, JobAction<R> action, int fromPartition, int untilPartition) {
    return jobs.submit(rdd, action, fromPartition, untilPartition);
  }

  @Override
  public RddNode textFile(String path, int minPartitions) {
    List<FileStatus> found = new ArrayList<>();
    for (FileStatus match : await(ports.files().glob(path))) {
      if (match.directory()) {
        await(ports.files().list(match.path())).stream()
            .filter(file -> !file.directory() && isData(file))
            .forEach(found::add);
      } else {
        found.add(match);
      }
    }
    if (found.isEmpty() && await(ports.files().glob(path)).isEmpty()) {
      throw new MillraceException(
          ErrorCode.NO_SUCH_PATH, "nothing matches the path " + path + "; check it and its scheme");
    }
    return await(
            new FileReading(
                    ports.files(),
                    ports.formats(),
                    ports.work(),
                    Optional.empty(),
                    "textFile " + path)
                .read(found, Math.max(1, minPartitions)))
        .dataset();
  }

  private static boolean isData(FileStatus file) {
    return !file.name().startsWith("_") && !file.name().startsWith(".") && file.lengthBytes() > 0;
  }

  @Override
  public RddNode hadoopInput(HadoopInput input, int minPartitions) {
    return await(
        ports
            .work()
            .run(
                "formats",
                () ->
                    new HadoopInputNode(
                        ports.formats().reader(input),
                        ports.formats().splits(input, Math.max(1, minPartitions)),
                        input.description())));
  }

  @Override
  public void saveAsHadoop(RddNode rdd, HadoopOutput output) {
    textOutputs.save(rdd, output, this::publishNow);
  }

  @Override
  public void saveAsTextFile(RddNode rdd, String path) {
    publishNow(textOutputs.prepare(rdd, path));
  }

  private void publishNow(StagedOutput staged) {
    Outcome outcome = await(publish.publish(staged));
    if (outcome != Outcome.DONE) {
      throw new MillraceException(
          outcome == Outcome.FAILED ? ErrorCode.STORAGE_FAILED : ErrorCode.DURABILITY_UNKNOWN,
          "could not publish "
              + staged.stagedDirectory()
              + " as "
              + staged.targetDirectory()
              + ": the outcome is "
              + outcome
              + "; look which of the two directories exists before trying again");
    }
    textOutputs.discard(staged);
  }

  @Override
  public void persist(RddNode rdd, StorageLevel level) {
    residents().residents().datasets().persist(rdd, level);
  }

  @Override
  public void unpersist(RddNode rdd, boolean waiting) {
    if (!residents().residents().datasets().unpersist(rdd)) {
      return;
    }
    CompletableFuture<Void> dropped = new CompletableFuture<>();
    ports
        .loop()
        .execute(
            () -> {
              residents().release(List.of(rdd.id()));
              if (waiting) {
                // Who answers has read what was sent before.
                driver.executors().registry().pingAll(() -> dropped.complete(null));
              }
            });
    if (waiting) {
      await(dropped);
    }
  }

  @Override
  public StorageLevel storageLevel(RddNode rdd) {
    return residents().residents().datasets().level(rdd);
  }

  private ResidentMessages residents() {
    return driver.executors().residents();
  }

  @Override
  public <T> Broadcast<T> broadcast(T value) {
    return broadcasts.broadcast(value);
  }

  @Override
  public void register(AccumulatorV2<?, ?> accumulator, String name) {
    accumulators.register(accumulator, name);
  }

  @Override
  public void start(StreamGraph graph) {
    // While executors come: HDFS takes a while to give the log of the driver before away.
    StoragePatience patience = StoragePatience.of(environment);
    Takeover.Taken taken = new Takeover(environment, graph, driver.recovery(), patience).take();
    Streaming made =
        new Streaming(
            ports,
            environment.settings(),
            graph,
            new Streaming.Parts(
                driver.executors(),
                driver.journal(),
                publisher,
                jobs,
                new BatchOutputs(textOutputs, sinks, jobs, ports.waiting()),
                new EngineDatasets(this),
                committed,
                listeners,
                parallelism,
                mostCopies(),
                taken.claim().epoch(),
                taken.hasCheckpoint() ? Optional.of(taken.directory()) : Optional.empty(),
                taken.before()),
            driver);
    StateKeeping.of(environment, driver, jobs, taken, made)
        .ifPresent(
            keeper -> {
              jobs.recovery(keeper::bringBack);
              made.keepStates(keeper);
            });
    epoch = taken.claim().epoch();
    CompletableFuture<Void> prepared = made.prepare(patience);
    await(sinks.open(graph.outputs(), application(taken), epoch));
    await(driver.executors().ready(StateKeeping.hasState(graph)));
    await(prepared);
    driver.recovery().done("inputs and block logs prepared");
    streaming = made;
    CompletableFuture<Void> durable = new CompletableFuture<>();
    await(
        onLoop(
            () -> {
              driver.start(made, taken, parallelism);
              driver.journal().whenDurable(() -> durable.complete(null));
            }));
    // An application whose log does not take its first records has not started.
    await(CompletableFuture.anyOf(durable, driver.terminated()));
  }

  /** The identity that outlives drivers: that of the first one. */
  private String application(Takeover.Taken taken) {
    return taken
        .before()
        .map(state -> state.started().applicationId())
        .orElse(environment.identity().applicationId());
  }

  @Override
  public void addListener(StreamingListener listener) {
    listeners.add(listener);
  }

  @Override
  public void removeListener(StreamingListener listener) {
    listeners.remove(listener);
  }

  @Override
  public long epoch() {
    return epoch;
  }

  @Override
  public Optional<Time> zeroTime() {
    Streaming started = streaming;
    return started == null ? Optional.empty() : started.batches().zeroTime();
  }

  @Override
  public Optional<RddNode> dataset(StreamNode stream, Time batchTime) {
    Streaming started = streaming;
    if (started == null) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          stream.description() + " has no datasets before the streaming context is started");
    }
    return started.batches().dataset(stream, batchTime);
  }

  @Override
  public boolean awaitTermination(long timeoutMs) {
    CompletableFuture<Void> ended = driver.terminated();
    if (timeoutMs >= 0) {
      CompletableFuture<Void> either = ended.handle((none, failure) -> null);
      if (!either.isDone()) {
        ports.loop().schedule(timeoutMs, () -> either.complete(null));
      }
      await(either);
      if (!ended.isDone()) {
        return false;
      }
    }
    await(ended);
    return true;
  }

  @Override
  public void stop(StopMode mode) {
    if (driver.terminated().isDone()) {
      return;
    }
    long timeoutMs = environment.settings().get(Keys.GRACEFUL_STOP_TIMEOUT);
    ports
        .loop()
        .execute(
            () -> {
              if (mode == StopMode.GRACEFUL) {
                driver.drain(timeoutMs);
              } else {
                driver.stopNow("the program stopped it");
              }
            });
    if (!jobs.isInBatch()) {
      await(driver.terminated().handle((none, failure) -> null));
      awaitListeners();
    }
  }

  /** Listeners hear of the last batch before a stop returns, unless they are too slow. */
  private void awaitListeners() {
    if (!listeners.isTelling()) {
      CompletableFuture<Void> told = listeners.idle();
      CompletableFuture<Void> enough = new CompletableFuture<>();
      if (!told.isDone()) {
        ports.loop().schedule(LISTENERS_TIMEOUT_MS, () -> enough.complete(null));
        await(CompletableFuture.anyOf(told, enough));
      }
    }
  }

  /**
   * A thread of this process has failed for good: nobody waits any longer for what it would have
   * done. To be called by the handler of such faults when the process goes on.
   */
  public void onFatal(String where, Throwable fault) {
    driver
        .terminated()
        .completeExceptionally(
            fault instanceof MillraceException known
                ? known
                : new MillraceException(
                    ErrorCode.INTERNAL, where + " failed for good: " + fault, fault));
  }

  /** The application as it is now. */
  public ApplicationStatus status(int mostBatches) {
    CompletableFuture<ApplicationStatus> answer = new CompletableFuture<>();
    ports.loop().execute(() -> answer.complete(driver.status(mostBatches)));
    return ports.waiting().await(answer.orTimeout(5, TimeUnit.SECONDS));
  }

  /** What the records of the event log say; on the driver's loop, or after the close. */
  public DriverState durableState() {
    return driver.durableState();
  }

  /** Jobs that have not ended; on the driver's loop, or after the close. */
  public int runningJobs() {
    return driver.executors().scheduler().runningJobs();
  }

  @Override
  public void close() {
    synchronized (this) {
      if (closing) {
        return;
      }
      closing = true;
    }
    CompletableFuture<Void> done = new CompletableFuture<>();
    if (jobs.isInBatch() || listeners.isTelling()) {
      ports.loop().execute(() -> close(done));
      // The batch or the listener that calls must end first: the rest happens after it.
      Answers.post(ports.work().run("close", () -> await(done)), ports.loop(), this::releaseLater);
    } else {
      try {
        ports.loop().execute(() -> close(done));
        await(done.orTimeout(CLOSE_TIMEOUT_MS, TimeUnit.MILLISECONDS));
        awaitListeners();
      } finally {
        release.run();
      }
    }
  }

  private void close(CompletableFuture<Void> done) {
    driver.endForClose();
    Answers.post(
        driver.terminated(),
        ports.loop(),
        (none, failure) ->
            Answers.post(
                driver.close("the program closed its context"),
                ports.loop(),
                (logClosed, logFailure) ->
                    Answers.post(
                        sinks.close(),
                        ports.loop(),
                        (sinksClosed, sinkFailure) -> {
                          if (logFailure != null && failure == null) {
                            done.completeExceptionally(logFailure);
                          } else {
                            // Whoever waited for the end has heard of the failure.
                            done.complete(null);
                          }
                        })));
  }

  private void releaseLater(Void none, Throwable failure) {
    Thread releaser = new Thread(release, "millrace-release");
    releaser.setDaemon(true);
    releaser.start();
  }

  private CompletableFuture<Void> onLoop(Runnable action) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    ports
        .loop()
        .execute(
            () -> {
              try {
                action.run();
                done.complete(null);
              } catch (RuntimeException failure) {
                done.completeExceptionally(failure);
              }
            });
    return done;
  }

  private <T> T await(CompletableFuture<T> future) {
    return ports.waiting().await(future);
  }

  /** The one executor of {@code local[n]} lives and dies with its driver: a copy would not help. */
  private int mostCopies() {
    return environment.identity().master().startsWith("local") ? 1 : Integer.MAX_VALUE;
  }

  private static int parallelism(Settings settings, String master) {
    return settings
        .find(Keys.DEFAULT_PARALLELISM)
        .orElseGet(
            () -> {
              int cores = settings.get(Keys.EXECUTOR_INSTANCES) * settings.get(Keys.EXECUTOR_CORES);
              return master.startsWith("local") ? cores : Math.max(2, cores);
            });
  }
}
