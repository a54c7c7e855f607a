package org.millrace.runner.executor;

import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.runner.conf.Keys;
import org.millrace.runner.conf.Settings;
import org.millrace.runner.wire.Address;
import org.millrace.runner.wire.Connection;
import org.millrace.runner.wire.Frame;
import org.millrace.runner.wire.Payload;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.ExecutorRegistered;
import org.millrace.runner.wire.proto.Membership;
import org.millrace.runner.wire.proto.RegisterExecutor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An executor from its first connection to its end. Owned by the control loop, except {@link
 * #start}, {@link #stop} and {@link #ended}, which are thread-safe.
 *
 * <pre>
 *  CONNECTING --connected--> REGISTERING --ExecutorRegistered--> RUNNING
 *  CONNECTING, REGISTERING --deadline, or refused--> ENDED
 *  REGISTERING --connection broke--> CONNECTING
 *  RUNNING --driver silent for the task lease, or its connection broke-->
 *      ENDED when there is no checkpoint directory, else SUSPENDED
 *  SUSPENDED --driver heard--> RUNNING
 *  SUSPENDED --life lease--> ENDED
 *  any --ShutDown, newer epoch, stop--> ENDED
 * </pre>
 *
 * <p>A message of an older epoch than its own is dropped. At the end the rooms are closed in the
 * order receivers, tasks, links, driver, transport; closing the transport may hold the loop for as
 * long as an orderly close takes, when there is nothing left to do for it.
 */
public final class ExecutorProcess {

  private enum State {
    CONNECTING,
    REGISTERING,
    RUNNING,
    SUSPENDED,
    ENDED
  }

  private static final Logger LOG = LoggerFactory.getLogger(ExecutorProcess.class);

  private final ExecutorEnvironment environment;
  private final ExecutorSettings settings;
  private final ExecutorServices services;
  private final Loop loop;
  private final PeerInbox inbox;
  private final DriverLink driver;
  private final CompletableFuture<ExitReason> ended = new CompletableFuture<>();
  private State state = State.CONNECTING;
  private Address dataAddress;
  private Connection driverConnection;
  private Loop.Timer deadline;
  private boolean hasCheckpointDirectory;

  /** Null until the driver has registered this executor. */
  private ExecutorServices.Rooms rooms;

  private TransportPeerLinks links;
  private Heartbeats heartbeats;
  private DriverLease lease;
  private LivingExecutors living = LivingExecutors.NONE_KNOWN;

  public ExecutorProcess(
      ExecutorEnvironment environment, ExecutorSettings settings, ExecutorServices services) {
    this.environment = Objects.requireNonNull(environment, "environment");
    this.settings = Objects.requireNonNull(settings, "settings");
    this.services = Objects.requireNonNull(services, "services");
    loop = environment.controlLoop();
    inbox = new PeerInbox(settings.epoch(), environment.fatalHandler());
    driver = new DriverLink(environment, settings, new FromDriver());
  }

  /** Begins to listen for other executors and to look for the driver; called once. */
  public void start() {
    loop.execute(this::begin);
  }

  /** Ends in order, as if the driver had said so. Does nothing when it has ended. */
  public void stop(String why) {
    if (!ended.isDone()) {
      loop.execute(() -> end(ExitReason.Kind.STOPPED, why));
    }
  }

  /** Completes on the control loop when everything is closed. */
  public CompletableFuture<ExitReason> ended() {
    return ended.copy();
  }

  private void begin() {
    if (state == State.ENDED) {
      return;
    }
    dataAddress = environment.transport().listen(settings.listen(), inbox);
    deadline =
        loop.schedule(settings.timing().registrationDeadlineMs(), this::onRegistrationDeadline);
    driver.connect();
  }

  private void onRegistrationDeadline() {
    String missing =
        state == State.CONNECTING ? "could not be reached" : "did not register this executor";
    end(
        ExitReason.Kind.NOT_REGISTERED,
        "The driver at %s %s within %d ms; see the driver's log"
            .formatted(settings.driver(), missing, settings.timing().registrationDeadlineMs()));
  }

  private void register(Connection connection) {
    state = State.REGISTERING;
    driverConnection = connection;
    ContainerDescription container = settings.container();
    RegisterExecutor.Builder message =
        RegisterExecutor.newBuilder()
            .setContainer(container.name())
            .setHost(container.host())
            .setDataPort(dataAddress.port())
            .setCores(container.cores())
            .setMemoryBytes(container.memoryBytes())
            .setJavaVersion(container.javaVersion())
            .setProcessId(container.processId())
            .setLogUrl(container.logUrl());
    connection.send(
        Frame.of(
            Envelope.newBuilder().setEpoch(settings.epoch()).setRegisterExecutor(message).build()));
  }

  private void onRegistered(ExecutorRegistered message) {
    if (state != State.REGISTERING) {
      throw violation("registered this executor twice");
    }
    deadline.cancel();
    hasCheckpointDirectory = message.getHasCheckpointDirectory();
    ExecutorTiming timing = resolvedTiming(message.getConfigurationMap());
    links =
        new TransportPeerLinks(
            message.getExecutorId(), settings.epoch(), environment, inbox, driverConnection);
    rooms = services.open(message, links, () -> heartbeats.marksMoved());
    heartbeats =
        new Heartbeats(environment, timing, rooms, builder -> links.sendToDriver(builder, null));
    inbox.open(rooms);
    state = State.RUNNING;
    LOG.info(
        "Executor {} in {} on {} serves the driver at {}, epoch {}",
        message.getExecutorId(),
        settings.container().name(),
        dataAddress,
        settings.driver(),
        settings.epoch());
    lease =
        new DriverLease(
            environment.clock(),
            loop,
            timing.taskLeaseMs(),
            () -> onDriverLost("The driver was silent for " + timing.taskLeaseMs() + " ms"));
    heartbeats.start();
  }

  private ExecutorTiming resolvedTiming(Map<String, String> configuration) {
    Settings resolved = Settings.resolve(configuration);
    ExecutorTiming timing = settings.timing();
    return timing.with(
        resolved.isGiven(Keys.EXECUTOR_HEARTBEAT_INTERVAL)
            ? resolved.get(Keys.EXECUTOR_HEARTBEAT_INTERVAL)
            : timing.heartbeatIntervalMs(),
        resolved.isGiven(Keys.EXECUTOR_TASK_LEASE)
            ? resolved.get(Keys.EXECUTOR_TASK_LEASE)
            : timing.taskLeaseMs());
  }

  private void onMessage(Frame frame) {
    Envelope message = frame.envelope();
    if (message.getEpoch() < settings.epoch()) {
      LOG.info(
          "Dropped a {} of epoch {}: this is epoch {}",
          message.getMessageCase(),
          message.getEpoch(),
          settings.epoch());
      return;
    }
    if (message.getEpoch() > settings.epoch()) {
      end(
          ExitReason.Kind.NEWER_EPOCH,
          "A driver of epoch %d sent a %s; this executor belongs to epoch %d"
              .formatted(message.getEpoch(), message.getMessageCase(), settings.epoch()));
      return;
    }
    if (lease != null) {
      onDriverHeard();
    }
    switch (message.getMessageCase()) {
      case EXECUTOR_REGISTERED -> onRegistered(message.getExecutorRegistered());
      case SHUT_DOWN -> end(ExitReason.Kind.SHUT_DOWN, message.getShutDown().getReason());
      default -> dispatch(message, frame.payload());
    }
  }

  private void dispatch(Envelope message, Payload payload) {
    if (rooms == null) {
      throw violation("sent a " + message.getMessageCase() + " before ExecutorRegistered");
    }
    switch (message.getMessageCase()) {
      case UPDATE_TOKENS ->
          environment.tokens().accept(message.getUpdateTokens().getSealed().toByteArray());
      case PING -> heartbeats.onPing(message.getPing().getNumber());
      case MEMBERSHIP -> onMembership(message.getMembership());
      case RUN_TASKS -> rooms.tasks().runTasks(message.getRunTasks());
      case USE_ATTEMPT -> rooms.tasks().useAttempt(message.getUseAttempt());
      case REPUSH_MAP_OUTPUT ->
          rooms
              .tasks()
              .onPeerFrame(message.getRepushMapOutput().getToExecutor(), Frame.of(message));
      case BROADCAST_CHUNK -> rooms.tasks().onBroadcastChunk(message.getBroadcastChunk(), payload);
      case RELEASE_BROADCASTS -> rooms.tasks().releaseBroadcasts(message.getReleaseBroadcasts());
      case END_JOB -> rooms.tasks().endJob(message.getEndJob());
      case RELEASE_DATASETS -> rooms.tasks().releaseDatasets(message.getReleaseDatasets());
      case RELEASE_STATES -> rooms.tasks().releaseStates(message.getReleaseStates());
      case START_RECEIVER -> rooms.receivers().start(message.getStartReceiver());
      case STOP_RECEIVER -> rooms.receivers().stop(message.getStopReceiver());
      case LIMIT_RECEIVER -> rooms.receivers().limit(message.getLimitReceiver());
      case RELEASE_BLOCKS -> rooms.receivers().release(message.getReleaseBlocks());
      default -> throw violation("sent a " + message.getMessageCase());
    }
  }

  private void onMembership(Membership membership) {
    if (membership.getVersion() <= living.version()) {
      return;
    }
    living = living.with(membership);
    inbox.onMembership(living);
    links.onMembership(living);
    rooms.receivers().onMembership(membership);
    rooms.tasks().onMembership(membership);
  }

  private void onDriverHeard() {
    lease.onHeard();
    if (state == State.SUSPENDED) {
      state = State.RUNNING;
      deadline.cancel();
      LOG.info("The driver is heard again: tasks go on");
      rooms.tasks().resume();
    }
  }

  private void onDriverLost(String why) {
    if (!hasCheckpointDirectory) {
      end(
          ExitReason.Kind.DRIVER_LOST,
          why + "; there is no checkpoint directory, so nobody will take over");
    } else if (state == State.RUNNING) {
      long lifeLeaseMs = settings.timing().lifeLeaseMs();
      LOG.warn("{}: no task is started until it is back, for {} ms at most", why, lifeLeaseMs);
      state = State.SUSPENDED;
      rooms.tasks().suspend();
      deadline =
          loop.schedule(
              lifeLeaseMs,
              () ->
                  end(
                      ExitReason.Kind.DRIVER_LOST,
                      why + " and did not come back within " + lifeLeaseMs + " ms"));
    }
  }

  private void end(ExitReason.Kind kind, String why) {
    if (state == State.ENDED) {
      return;
    }
    state = State.ENDED;
    LOG.info("The executor ends, {}: {}", kind, why);
    if (deadline != null) {
      deadline.cancel();
    }
    if (rooms != null) {
      lease.cancel();
      heartbeats.stop();
      rooms.receivers().close();
      rooms.tasks().close();
      links.close();
    }
    driver.close();
    environment.transport().close();
    ended.complete(new ExitReason(kind, why));
  }

  private MillraceException violation(String what) {
    return new MillraceException(
        ErrorCode.PROTOCOL_VIOLATION,
        "The driver at %s %s; both must run the same Millrace".formatted(settings.driver(), what));
  }

  /** The driver's link, as it concerns the process. */
  private final class FromDriver implements DriverLink.Listener {
    @Override
    public void onConnected(Connection connection) {
      register(connection);
    }

    @Override
    public void onMessage(Frame frame) {
      ExecutorProcess.this.onMessage(frame);
    }

    @Override
    public void onRefused(MillraceException why) {
      end(ExitReason.Kind.REFUSED, why.getMessage());
    }

    @Override
    public void onLost(String why) {
      if (state == State.REGISTERING) {
        state = State.CONNECTING;
        LOG.info("The driver hung up before it registered this executor: {}", why);
        driver.reconnect();
      } else {
        onDriverLost("The connection with the driver is gone: " + why);
      }
    }
  }
}
