package org.millrace.am.driver;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.millrace.am.batch.BatchListener;
import org.millrace.am.batch.BatchStatus;
import org.millrace.am.driver.ApplicationStatus.CheckpointStatus;
import org.millrace.am.driver.ApplicationStatus.ExecutorStatus;
import org.millrace.am.driver.ApplicationStatus.Totals;
import org.millrace.am.files.FileSourceStatus;
import org.millrace.am.log.DriverState;
import org.millrace.am.log.EventJournal;
import org.millrace.am.log.SnapshotTaker;
import org.millrace.am.receive.ReceiverStatus;
import org.millrace.am.snapshot.SnapshotStatus;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.graph.StreamGraph;
import org.millrace.checkpoint.log.DriverEvent;
import org.millrace.checkpoint.log.EpochClaim;
import org.millrace.checkpoint.log.EventLog;
import org.millrace.checkpoint.runtime.Answers;
import org.millrace.checkpoint.segment.RecordLogCounters;
import org.millrace.runner.conf.Keys;
import org.millrace.runner.conf.Settings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The driver of one application: executors, streams, and how they end. Owned by the driver loop.
 *
 * <pre>
 *   starting -> running -> draining -> stopped
 *                       -> stopping -> stopped      stop now, or a failure
 * </pre>
 */
final class Driver implements BatchListener {
  private static final Logger LOG = LoggerFactory.getLogger(Driver.class);
  private static final long REPORT_MS = 1_000;

  /** Where the application is in its life. */
  enum State {
    STARTING,
    RUNNING,
    DRAINING,
    STOPPING,
    STOPPED
  }

  private final DriverEnvironment environment;
  private final DriverEnvironment.Ports ports;
  private final Settings settings;
  private final EventJournal journal;
  private final DriverState durable = new DriverState();
  private final ExecutorGroup executors;
  private final CompletableFuture<Void> terminated = new CompletableFuture<>();
  private final long startedAtMs;
  private final RecoveryTimes recovery;

  /** Whether the application goes on, and no batch has ended yet. */
  private boolean isRecovering;

  private EpochClaim epoch;

  /** Null without a checkpoint directory. */
  private SnapshotTaker snapshots;

  private Optional<String> checkpointDirectory = Optional.empty();
  private Streaming streaming;
  private ExecutorAllocation allocation;

  /** Null when there was no driver before. */
  private Sweep sweep;

  private State state = State.STARTING;
  private MillraceException failure;
  private boolean closed;

  Driver(DriverEnvironment environment) {
    this.environment = environment;
    this.ports = environment.ports();
    this.settings = environment.settings();
    this.startedAtMs = ports.clock().nowMs();
    this.recovery = new RecoveryTimes(ports.clock());
    this.journal = new EventJournal(ports.loop());
    journal.addState(durable);
    this.executors =
        new ExecutorGroup(
            new ExecutorRegistry.RegistrySettings(
                environment.identity().attempt(),
                settings.given(),
                settings.get(Keys.EXECUTOR_HEARTBEAT_TIMEOUT)),
            settings,
            journal,
            ports.loop(),
            ports.clock(),
            this::fail);
  }

  /** Begins to ask for executors. */
  void open(int driverPort) {
    executors.start(
        environment.cluster().create(ports.loop(), environment.identity().attempt(), driverPort));
    Answers.postSuccess(
        executors.takenOver(), ports.loop(), () -> recovery.done("executors came back"));
    report();
  }

  ExecutorGroup executors() {
    return executors;
  }

  EventJournal journal() {
    return journal;
  }

  RecoveryTimes recovery() {
    return recovery;
  }

  DriverState durableState() {
    return durable;
  }

  /** Completes when streaming has ended, with the first failure when it ended by one. */
  CompletableFuture<Void> terminated() {
    return terminated;
  }

  /**
   * Starts the streams that {@code made} holds on this driver, whose directories were looked at;
   * from here on what happens is in the event log.
   */
  void start(Streaming made, Takeover.Taken taken, int parallelism) {
    if (state != State.STARTING) {
      throw failure != null
          ? failure
          : new MillraceException(
              ErrorCode.ALREADY_STOPPED, "the driver was stopped before streaming started");
    }
    streaming = made;
    StreamGraph graph = made.graph();
    openJournal(taken);
    allocation =
        new ExecutorAllocation(
            allocationPolicy(),
            graph.batchInterval().milliseconds(),
            ports.loop(),
            executors,
            () -> made.batches().waitingBatches());
    long startTimeMs = ports.clock().nowMs();
    if (taken.before().isEmpty()) {
      journal.append(
          new DriverEvent.ApplicationStarted(
              settings.find(Keys.APP_NAME).orElse(environment.identity().applicationId()),
              environment.identity().applicationId(),
              startTimeMs,
              graph.batchInterval().milliseconds(),
              parallelism));
    }
    journal.append(new DriverEvent.OperatorsChanged(taken.operators()));
    state = State.RUNNING;
    executors.dropStates();
    if (taken.before().isEmpty()) {
      executors.dropStreams();
    }
    if (taken.hasCheckpoint()) {
      executors.openCheckpoint(taken.directory(), epoch.epoch());
    }
    isRecovering = taken.before().isPresent();
    streaming.start(startTimeMs);
    allocation.start();
    recovery.done("streaming started");
    // A damaged checkpoint that was given up is kept for people.
    if (taken.hasCheckpoint() && !taken.replaced().isEmpty()) {
      sweep = new Sweep(ports, taken, graph, durable, streaming::stateFiles);
      sweep.start();
    }
    LOG.info(
        "streaming started: batches of {}, {} inputs, {} outputs",
        graph.batchInterval().prettyPrint(),
        graph.inputs().size(),
        graph.outputs().size());
  }

  private void openJournal(Takeover.Taken taken) {
    epoch = taken.claim();
    taken.before().ifPresent(before -> before.events().forEach(durable::replay));
    journal.open(
        EventLog.start(
            ports.files(),
            ports.loop(),
            ports.clock(),
            epoch,
            taken.nextPosition(),
            EventLog.OPTIONS,
            this::onLogLost));
    if (taken.hasCheckpoint()) {
      checkpointDirectory = Optional.of(taken.directory());
      snapshots =
          new SnapshotTaker(
              journal,
              durable,
              new CheckpointSnapshots(ports, taken),
              ports.loop(),
              settings.get(Keys.CHECKPOINT_SNAPSHOT_EVENTS));
      journal.addState(snapshots);
      if (taken.nextPosition() > 0) {
        snapshots.release(taken.nextPosition() - 1);
      }
    }
    journal.append(
        new DriverEvent.EpochClaimed(epoch.epoch(), epoch.applicationId(), epoch.attempt()));
    journal.append(new DriverEvent.ConfigurationChanged(settings.given()));
    executors.appendJoined();
  }

  /** The one executor of {@code local[n]} is this process. */
  private AllocationPolicy allocationPolicy() {
    return environment.identity().master().startsWith("local")
        ? AllocationPolicy.fixed(1)
        : AllocationPolicy.of(settings);
  }

  /**
   * Processes what was received, then ends. Past the deadline it ends anyway and says what was
   * left.
   */
  void drain(long timeoutMs) {
    if (state != State.RUNNING) {
      return;
    }
    state = State.DRAINING;
    LOG.info("draining: receivers stop, then what they stored is processed");
    ports.loop().schedule(timeoutMs, () -> giveUpDraining(timeoutMs));
    Answers.postSuccess(streaming.drain(), ports.loop(), () -> finish("drained"));
  }

  /** Ends streaming before the driver closes; a drain that is under way is finished first. */
  void endForClose() {
    if (state != State.DRAINING) {
      stopNow("closed");
    }
  }

  /** Ends streaming now; what was received and not processed is left. */
  void stopNow(String reason) {
    if (state == State.STOPPING || state == State.STOPPED) {
      return;
    }
    state = State.STOPPING;
    LOG.info("stopping: {}", reason);
    if (streaming == null) {
      finish(reason);
      return;
    }
    CompletableFuture<Void> idle = streaming.stop();
    executors
        .scheduler()
        .cancelAll(
            failure != null
                ? failure
                : new MillraceException(ErrorCode.ALREADY_STOPPED, "the context was stopped"));
    Answers.postSuccess(idle, ports.loop(), () -> finish(reason));
  }

  /** Ends the executors and the log; completes when the log is closed. */
  CompletableFuture<Void> close(String reason) {
    closed = true;
    executors.close(reason);
    journal.append(
        new DriverEvent.ApplicationStopped(failure == null ? reason : failure.getMessage()));
    return journal.close();
  }

  /** The application cannot go on. */
  void fail(MillraceException cause) {
    if (failure == null && state != State.STOPPED) {
      failure = cause;
      LOG.error("the application fails: {}", cause.getMessage());
    }
    if (streaming == null) {
      executors.scheduler().cancelAll(cause);
    }
    stopNow(cause.getMessage());
  }

  @Override
  public void onBatchEnded(BatchStatus status) {
    if (status.state() == BatchStatus.State.SKIPPED) {
      LOG.warn("batch {} ms is skipped: {}", status.batchTimeMs(), status.error());
    } else if (status.state() == BatchStatus.State.COMPLETED) {
      if (isRecovering) {
        isRecovering = false;
        recovery.done("first batch completed");
        LOG.info("{}", recovery.text());
      }
      streaming.onBatchCompleted(status);
      allocation.onBatchCompleted(status.processingMs());
    }
  }

  @Override
  public void onBatchesStopped(MillraceException cause) {
    fail(cause);
  }

  ApplicationStatus status(int mostBatches) {
    List<BatchStatus> batches =
        streaming == null ? List.of() : streaming.batches().status(mostBatches);
    List<ReceiverStatus> receivers = streaming == null ? List.of() : streaming.receivers().status();
    return new ApplicationStatus(
        settings.find(Keys.APP_NAME).orElse(environment.identity().applicationId()),
        environment.identity().applicationId(),
        environment.identity().user(),
        environment.identity().master(),
        state.name().toLowerCase(Locale.ROOT),
        epoch == null ? 0 : epoch.epoch(),
        startedAtMs,
        ports.clock().nowMs(),
        streaming == null ? 0 : streaming.graph().batchInterval().milliseconds(),
        totals(receivers),
        batches,
        receivers,
        streaming == null ? List.of() : streaming.fileSources(),
        executors.residents().residents().datasets().status(),
        executorStatus(),
        checkpointStatus(),
        shownConfiguration(),
        warnings(receivers),
        failure == null ? "" : failure.getMessage());
  }

  private Optional<CheckpointStatus> checkpointStatus() {
    if (checkpointDirectory.isEmpty()) {
      return Optional.empty();
    }
    Optional<RecordLogCounters> log = journal.counters();
    long blockLogBytes = 0;
    for (RegisteredExecutor executor : executors.registry().executors()) {
      blockLogBytes += executor.heartbeat.getLoggedBytes();
    }
    return Optional.of(
        new CheckpointStatus(
            checkpointDirectory.get(),
            streaming == null ? Optional.empty() : streaming.snapshotStatus(),
            streaming == null ? Optional.empty() : streaming.standbyStatus(),
            log.map(RecordLogCounters::bytes).orElse(0L),
            log.map(RecordLogCounters::longestFlushNanos).orElse(0L) / 1_000_000,
            blockLogBytes));
  }

  /** The configuration in force: what was given over the defaults. */
  private Map<String, String> shownConfiguration() {
    Map<String, String> shown = new HashMap<>();
    Keys.all()
        .forEach(
            key -> {
              if (!key.defaultText().isEmpty()) {
                shown.put(key.name(), key.defaultText());
              }
            });
    shown.putAll(settings.given());
    return shown;
  }

  private Totals totals(List<ReceiverStatus> receivers) {
    long refused = ports.transport().refusedConnections();
    for (RegisteredExecutor executor : executors.registry().executors()) {
      refused += executor.heartbeat.getRefusedConnections();
    }
    return new Totals(
        streaming == null ? 0 : streaming.batches().completed(),
        streaming == null ? 0 : streaming.batches().skipped(),
        streaming == null ? 0 : streaming.batches().waitingBatches(),
        streaming == null ? 0 : streaming.batches().records(),
        executors.scheduler().failedTasks(),
        executors.registry().lost(),
        refused,
        receivers.stream().mapToLong(ReceiverStatus::lostRecords).sum(),
        executors.scheduler().genericBytes());
  }

  private List<ExecutorStatus> executorStatus() {
    long nowNanos = ports.clock().nanoTime();
    List<ExecutorStatus> status = new ArrayList<>();
    for (RegisteredExecutor executor : executors.registry().executors()) {
      status.add(
          new ExecutorStatus(
              executor.id,
              executor.registration.getContainer(),
              executor.registration.getHost(),
              executor.registration.getCores(),
              executor.registeredAtMs,
              TimeUnit.NANOSECONDS.toMillis(nowNanos - executor.heardAtNanos),
              executor.heartbeat.getRunningTasks(),
              executor.heartbeat.getMemoryUsedBytes(),
              executor.heartbeat.getMemoryLimitBytes(),
              executor.heartbeat.getSpilledBytes(),
              executor.registration.getLogUrl()));
    }
    return status;
  }

  private List<String> warnings(List<ReceiverStatus> receivers) {
    List<String> warnings = new ArrayList<>();
    if (!environment.identity().master().startsWith("local")
        && streaming != null
        && snapshots == null) {
      int attempt = environment.identity().attempt();
      warnings.add(
          (attempt == 1 ? "" : "This is attempt " + attempt + " of the driver. ")
              + "There is no checkpoint directory: a driver that comes after another one starts"
              + " anew, and what was received and not yet processed is lost.");
    }
    for (ReceiverStatus receiver : receivers) {
      if (receiver.replicas() < receiver.replicasWanted()
          && receiver.state().equals("active")
          && receiver.records() > 0) {
        warnings.add(
            receiver.name()
                + " keeps "
                + receiver.replicas()
                + " of "
                + receiver.replicasWanted()
                + " copies of its blocks: there is no other executor to hold them.");
      }
      if (receiver.throttled()) {
        warnings.add(
            receiver.name() + " waits for memory: its source is slowed down, nothing is dropped.");
      }
    }
    if (snapshots != null && !snapshots.problem().isEmpty()) {
      warnings.add(snapshots.problem());
    }
    if (streaming != null) {
      warnings.addAll(streaming.listenerProblems());
      streaming.outputProblem().ifPresent(warnings::add);
      streaming
          .snapshotStatus()
          .map(SnapshotStatus::failure)
          .filter(failed -> !failed.isEmpty())
          .ifPresent(warnings::add);
      for (FileSourceStatus files : streaming.fileSources()) {
        if (!files.problem().isEmpty()) {
          warnings.add("input " + files.inputId() + ": " + files.problem());
        }
      }
    }
    return warnings;
  }

  private void finish(String reason) {
    if (state == State.STOPPED) {
      return;
    }
    state = State.STOPPED;
    if (streaming != null) {
      streaming.end();
    }
    if (allocation != null) {
      allocation.end();
    }
    if (sweep != null) {
      sweep.end();
    }
    LOG.info("streaming stopped: {}", reason);
    if (failure == null) {
      terminated.complete(null);
    } else {
      terminated.completeExceptionally(failure);
    }
  }

  private void giveUpDraining(long timeoutMs) {
    if (state == State.DRAINING) {
      LOG.warn(
          "draining took longer than {} ms (millrace.gracefulStopTimeout): {} batches wait and are"
              + " left",
          timeoutMs,
          streaming.batches().waitingBatches());
      state = State.RUNNING;
      stopNow("draining took longer than " + timeoutMs + " ms");
    }
  }

  /**
   * What is durable is not known: nothing may be decided any more. A process of its own halts here;
   * one that goes on, of {@code local[n]}, ends the application at once, because what others wait
   * for never becomes durable.
   */
  private void onLogLost(MillraceException cause) {
    journal.onLost();
    ports.fatal().onFatal("event log", cause);
    executors.failReady(cause);
    fail(cause);
    finish(cause.getMessage());
  }

  private void report() {
    if (closed) {
      return;
    }
    executors.reportProgress(diagnostics());
    executors.residents().releaseUnreachable();
    ports.loop().schedule(REPORT_MS, this::report);
  }

  private String diagnostics() {
    if (failure != null) {
      return failure.getMessage();
    }
    if (streaming == null) {
      return "starting, " + executors.live().size() + " executors";
    }
    return String.format(
        "%s: %d batches completed, %d waiting, %d skipped, %d records, %d executors",
        state.name().toLowerCase(Locale.ROOT),
        streaming.batches().completed(),
        streaming.batches().waitingBatches(),
        streaming.batches().skipped(),
        streaming.batches().records(),
        executors.live().size());
  }
}
