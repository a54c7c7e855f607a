package org.millrace.am.driver;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.millrace.am.dataset.DatasetRegistry;
import org.millrace.am.dataset.Residents;
import org.millrace.am.dataset.StateRecovery;
import org.millrace.am.dataset.StateRegistry;
import org.millrace.am.log.Journal;
import org.millrace.am.receive.ReceiverTracker;
import org.millrace.am.schedule.ExecutorPool;
import org.millrace.am.schedule.JobScheduler;
import org.millrace.am.schedule.LiveExecutor;
import org.millrace.am.schedule.Stragglers;
import org.millrace.am.shared.DriverBroadcasts;
import org.millrace.am.snapshot.StateKeeper;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.log.DriverEvent;
import org.millrace.checkpoint.runtime.Clock;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.runner.conf.Keys;
import org.millrace.runner.conf.Settings;
import org.millrace.runner.wire.Frame;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.Heartbeat;
import org.millrace.runner.wire.proto.LoggedBlocks;
import org.millrace.runner.wire.proto.ReceiverReport;
import org.millrace.runner.wire.proto.RegisterExecutor;
import org.millrace.runner.wire.proto.ReleaseBlocks;
import org.millrace.runner.wire.proto.ReleaseStates;
import org.millrace.runner.wire.proto.RunningReceiver;
import org.millrace.runner.wire.proto.StopReceiver;
import org.millrace.runner.wire.proto.StreamMark;
import org.millrace.runner.wire.proto.UpdateTokens;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the wanted number of executors alive and passes on what they say to the scheduler and the
 * receiver tracker. Owned by the driver loop.
 */
final class ExecutorGroup
    implements ExecutorPool,
        ExecutorListener,
        ClusterResources.Listener,
        ExecutorAllocation.Executors {
  private static final Logger LOG = LoggerFactory.getLogger(ExecutorGroup.class);
  private static final long USUAL_LATE_MS = 1_500;
  private static final long STRAGGLERS_MS = 100;

  private final ExecutorRegistry registry;
  private final Journal journal;
  private final Loop loop;
  private final Consumer<MillraceException> onFailure;
  private final long adoptionTimeoutMs;
  private final long startTimeoutMs;
  private final long registrationWaitMs;
  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private final ResidentMessages residents;
  private final JobScheduler scheduler;
  private final Set<Integer> leaving = new HashSet<>();
  private int wanted;

  /** Until the first batch begins without those that have not come; -1 while it is not known. */
  private long lateMs = -1;

  private ClusterResources cluster;
  private ReceiverTracker receivers;
  private DriverBroadcasts broadcasts;

  /** Null without keyed state that is kept. */
  private StateKeeper states;

  private final List<EarlyReport> early = new ArrayList<>();
  private Optional<UpdateTokens> tokens = Optional.empty();
  private boolean closed;

  private record EarlyReport(int executorId, ReceiverReport report) {}

  ExecutorGroup(
      ExecutorRegistry.RegistrySettings registrySettings,
      Settings settings,
      Journal journal,
      Loop loop,
      Clock clock,
      Consumer<MillraceException> onFailure) {
    this.registry = new ExecutorRegistry(registrySettings, loop, clock, this);
    this.journal = journal;
    this.loop = loop;
    this.onFailure = onFailure;
    this.wanted = AllocationPolicy.of(settings).initial();
    this.adoptionTimeoutMs = settings.get(Keys.ADOPTION_TIMEOUT);
    this.startTimeoutMs = settings.get(Keys.EXECUTOR_START_TIMEOUT);
    this.registrationWaitMs = settings.get(Keys.EXECUTOR_REGISTRATION_WAIT);
    this.residents =
        new ResidentMessages(
            new Residents(new DatasetRegistry(), new StateRegistry(), StateRecovery.DEFERRED),
            this);
    this.scheduler =
        new JobScheduler(
            this,
            residents.residents(),
            settings.get(Keys.TASK_MAX_FAILURES),
            stragglers(settings, clock));
  }

  private static Stragglers stragglers(Settings settings, Clock clock) {
    return settings.get(Keys.SPECULATION)
        ? new Stragglers(
            clock::nanoTime,
            settings.get(Keys.SPECULATION_QUANTILE),
            settings.get(Keys.SPECULATION_MULTIPLIER),
            TimeUnit.MILLISECONDS.toNanos(settings.get(Keys.SPECULATION_MINIMUM)))
        : Stragglers.patience();
  }

  private void lookForStragglers() {
    if (!closed) {
      scheduler.onTick();
      loop.schedule(STRAGGLERS_MS, this::lookForStragglers);
    }
  }

  /** Begins to ask for executors. */
  void start(ClusterResources resources) {
    cluster = resources;
    registry.start();
    cluster.start(this);
    cluster.requestExecutors(wanted);
    registry.takeOver(adoptionTimeoutMs, cluster.findable());
    loop.schedule(startTimeoutMs, this::giveUpWaiting);
    loop.schedule(STRAGGLERS_MS, this::lookForStragglers);
  }

  /**
   * The executors of attempts before that came back; done when the others are given up. Every other
   * executor that an attempt before had is lost.
   */
  CompletableFuture<List<RegisteredExecutor>> takenOver() {
    return registry.takenOver();
  }

  /**
   * Executors of attempts before drop their states: they are at versions that this driver does not
   * go on from, and come back from a snapshot, or from the first batch.
   */
  void dropStates() {
    for (RegisteredExecutor executor : takenOver().join()) {
      registry.send(
          executor.id,
          Envelope.newBuilder()
              .setReleaseStates(
                  ReleaseStates.newBuilder().addAllStates(executor.registration.getStatesList())));
    }
  }

  /** The application starts anew: executors of attempts before stop receiving and drop blocks. */
  void dropStreams() {
    for (RegisteredExecutor executor : takenOver().join()) {
      RegisterExecutor had = executor.registration;
      for (RunningReceiver receiver : had.getReceiversList()) {
        StopReceiver stop =
            StopReceiver.newBuilder().setReceiverId(receiver.getReceiverId()).build();
        registry.send(executor.id, Envelope.newBuilder().setStopReceiver(stop));
      }
      ReleaseBlocks.Builder blocks = ReleaseBlocks.newBuilder();
      for (StreamMark mark : had.getMarksList()) {
        blocks.addStreams(
            StreamMark.newBuilder().setStreamId(mark.getStreamId()).setUntil(Long.MAX_VALUE));
      }
      registry.send(executor.id, Envelope.newBuilder().setReleaseBlocks(blocks));
    }
  }

  /** What must survive goes there from now on. */
  void openCheckpoint(String directory, long epoch) {
    registry.openCheckpoint(directory, epoch);
  }

  /**
   * Completes when all wanted executors are there, or some of an attempt before, or some and the
   * others are late. On any thread.
   *
   * @param hasState whether keyed state will live on those that are there
   */
  CompletableFuture<Void> ready(boolean hasState) {
    loop.execute(
        () -> {
          lateMs = hasState ? Math.max(USUAL_LATE_MS, registrationWaitMs) : USUAL_LATE_MS;
          if (!registry.live().isEmpty()) {
            waitForLate();
          }
        });
    return ready;
  }

  private void waitForLate() {
    loop.schedule(
        lateMs,
        () -> {
          if (registry.live().isEmpty()) {
            return; // They are lost again: the next one to join is waited with anew.
          }
          if (ready.complete(null) && !closed) {
            LOG.info(
                "starting with {} of {} executors: the others have not come in {} ms",
                registry.live().size(),
                wanted,
                lateMs);
          }
        });
  }

  /** Who waits for executors waits in vain. */
  void failReady(MillraceException cause) {
    ready.completeExceptionally(cause);
  }

  ExecutorRegistry registry() {
    return registry;
  }

  JobScheduler scheduler() {
    return scheduler;
  }

  void broadcasts(DriverBroadcasts values) {
    broadcasts = values;
  }

  void states(StateKeeper keeper) {
    states = keeper;
  }

  /** What executors keep from job to job. */
  ResidentMessages residents() {
    return residents;
  }

  /** Whoever hears of receivers from now on; what came before is heard in a later turn. */
  void receivers(ReceiverTracker tracker) {
    receivers = tracker;
    loop.execute(
        () -> {
          early.forEach(each -> onReport(each.executorId(), each.report()));
          early.clear();
        });
  }

  /** Receivers of an executor that was taken over go on before streaming has started here. */
  private void onReport(int executorId, ReceiverReport report) {
    if (receivers == null) {
      early.add(new EarlyReport(executorId, report));
    } else {
      receivers.onReport(executorId, report);
    }
  }

  /** Ends all executors and gives their containers back. */
  void close(String reason) {
    closed = true;
    registry.shutDownAll(reason);
    if (cluster != null) {
      cluster.close();
    }
  }

  void reportProgress(String diagnostics) {
    if (cluster != null && !closed) {
      // A stream has no end to be near to.
      cluster.reportProgress(0.5f, diagnostics);
    }
  }

  @Override
  public List<LiveExecutor> live() {
    if (leaving.isEmpty()) {
      return registry.live();
    }
    return registry.live().stream().filter(executor -> !leaving.contains(executor.id())).toList();
  }

  @Override
  public List<LiveExecutor> all() {
    return registry.live();
  }

  @Override
  public int wanted() {
    return wanted;
  }

  @Override
  public void want(int total) {
    wanted = total;
    if (!closed) {
      cluster.requestExecutors(wanted);
    }
  }

  @Override
  public boolean mayLeave(int executorId) {
    return (receivers == null || !receivers.uses(executorId))
        && !residents.residents().states().isHome(executorId);
  }

  @Override
  public boolean isFree(int executorId) {
    return mayLeave(executorId) && !residents.residents().datasets().isOnlyHolder(executorId);
  }

  @Override
  public boolean isUsed(int executorId) {
    return scheduler.isUsed(executorId);
  }

  @Override
  public void takeNoWork(int executorId, boolean leaves) {
    if (leaves) {
      leaving.add(executorId);
    } else if (leaving.remove(executorId)) {
      // As good as a new one for those that wait.
      tellJoined();
    }
  }

  private void tellJoined() {
    scheduler.onExecutorJoined();
    if (receivers != null) {
      receivers.onExecutorJoined();
    }
    if (states != null) {
      states.onExecutorJoined();
    }
  }

  @Override
  public void giveBack(int executorId) {
    // First, so that nobody replaces it.
    want(wanted - 1);
    registry.giveBack(executorId);
  }

  @Override
  public void send(int executorId, Envelope.Builder message) {
    registry.send(executorId, message);
  }

  @Override
  public void sendSoon(int executorId, Envelope.Builder message) {
    registry.sendSoon(executorId, message);
  }

  /** Sends to every executor that lives. */
  void sendAll(Envelope.Builder message) {
    for (RegisteredExecutor executor : registry.executors()) {
      registry.send(executor.id, message.clone());
    }
  }

  @Override
  public List<Integer> holders(long streamId, long from, long until) {
    return receivers == null ? List.of() : receivers.holders(streamId, from, until);
  }

  @Override
  public List<LoggedBlocks> logged(long streamId, long from, long until) {
    return receivers == null ? List.of() : receivers.logged(streamId, from, until);
  }

  @Override
  public boolean isSettled(long streamId, long from, long until) {
    return receivers == null || receivers.isSettled(streamId, from, until);
  }

  @Override
  public void onJoined(RegisteredExecutor executor) {
    appendJoined(executor);
    // It may have been launched with older ones.
    tokens.ifPresent(
        fresh -> registry.send(executor.id, Envelope.newBuilder().setUpdateTokens(fresh)));
    if (registry.live().size() >= wanted || executor.isTakenOver()) {
      // Output is waited for: those that come later join the batches then.
      ready.complete(null);
    } else if (lateMs >= 0) {
      waitForLate();
    }
    tellJoined();
  }

  /** All that live; when the journal is opened. */
  void appendJoined() {
    registry.executors().forEach(this::appendJoined);
  }

  private void appendJoined(RegisteredExecutor executor) {
    journal.append(
        new DriverEvent.ExecutorJoined(
            executor.id, executor.registration.getHost(), executor.live().cores()));
  }

  @Override
  public void onLost(RegisteredExecutor executor, String reason) {
    leaving.remove(executor.id);
    journal.append(new DriverEvent.ExecutorLost(executor.id, reason));
    cluster.releaseExecutor(executor.registration.getContainer());
    cluster.requestExecutors(wanted);
    if (receivers != null) {
      receivers.onExecutorLost(executor.id);
    }
    residents.residents().onExecutorLost(executor.id);
    if (states != null) {
      states.onExecutorLost(executor.id);
    }
    scheduler.onExecutorLost(executor.id);
  }

  @Override
  public void onGivenUp(String container, String reason) {
    LOG.warn("container {} is given up: {}", container, reason);
    cluster.releaseExecutor(container);
    cluster.requestExecutors(wanted);
  }

  @Override
  public void onHeartbeat(int executorId, Heartbeat heartbeat) {
    if (receivers != null) {
      receivers.onMarks(executorId, heartbeat.getMarksList());
    }
  }

  @Override
  public void onMessage(int executorId, Frame frame) {
    if (closed) {
      // The log is closing, and executors that end report their receivers: nothing of it counts.
      return;
    }
    Envelope envelope = frame.envelope();
    switch (envelope.getMessageCase()) {
      case TASK_FINISHED -> {
        residents.onTaskFinished(executorId, envelope.getTaskFinished());
        scheduler.onTaskFinished(envelope.getTaskFinished(), frame.payload());
      }
      case TASKS_FINISHED -> {
        residents.onTasksFinished(executorId, envelope.getTasksFinished());
        scheduler.onTasksFinished(envelope.getTasksFinished(), frame.payload());
      }
      case PEER_LINK_BROKEN ->
          scheduler.onLinkBroken(executorId, envelope.getPeerLinkBroken().getExecutorId());
      case TASK_FAILED -> scheduler.onTaskFailed(executorId, envelope.getTaskFailed());
      case FETCH_BROADCAST ->
          registry.send(executorId, broadcasts.answer(envelope.getFetchBroadcast())::frame);
      case RECEIVER_REPORT -> onReport(executorId, envelope.getReceiverReport());
      case SNAPSHOT_WRITTEN -> {
        if (states != null) {
          states.onWritten(executorId, envelope.getSnapshotWritten());
        }
      }
      case STATE_RESTORED -> {
        if (states != null) {
          states.onRestored(executorId, envelope.getStateRestored());
        }
      }
      case STANDBY_HELD -> {
        if (states != null) {
          states.onStandbyHeld(executorId, envelope.getStandbyHeld());
        }
      }
      default -> LOG.warn("executor {} sent {}", executorId, envelope.getMessageCase());
    }
  }

  @Override
  public void onExecutorsKept(Set<String> containers) {
    LOG.info("the cluster manager kept {}", containers);
    registry.expect(containers).forEach(cluster::releaseExecutor);
  }

  @Override
  public void onExecutorLaunched(String container, String host) {
    LOG.info("executor container {} launched on {}", container, host);
  }

  @Override
  public void onExecutorLost(String container, String reason) {
    registry.onContainerEnded(container, reason);
    if (!closed) {
      cluster.requestExecutors(wanted);
    }
  }

  @Override
  public void onTokens(byte[] sealed) {
    tokens = Optional.of(UpdateTokens.newBuilder().setSealed(ByteString.copyFrom(sealed)).build());
    sendAll(Envelope.newBuilder().setUpdateTokens(tokens.get()));
  }

  @Override
  public void onFailure(MillraceException failure) {
    ready.completeExceptionally(failure);
    onFailure.accept(failure);
  }

  private void giveUpWaiting() {
    if (ready.isDone() || closed) {
      return;
    }
    if (!registry.live().isEmpty()) {
      // It is waited for others, or for what start() prepares.
      loop.schedule(startTimeoutMs, this::giveUpWaiting);
    } else {
      onFailure(
          new MillraceException(
              ErrorCode.NOT_ENOUGH_RESOURCES,
              "no executor registered within "
                  + startTimeoutMs
                  + " ms (millrace.executor.startTimeout); the queue may be full, or the executors"
                  + " ask for more than a node has"));
    }
  }
}
