package org.millrace.runner.executor;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.runtime.Loop;
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
 *  RUNNING --driver silent for the task lease--> SUSPENDED
 *  RUNNING, SUSPENDED --its connection broke-->
 *      ENDED when there is no checkpoint directory, else SUSPENDED
 *  SUSPENDED --driver heard--> RUNNING
 *  SUSPENDED, CONNECTING --connected with a driver of a higher attempt--> RETURNING, REGISTERING
 *  RETURNING --ExecutorRegistered--> RUNNING
 *  RETURNING --connection broke, or no answer--> SUSPENDED
 *  SUSPENDED, RETURNING --life lease--> ENDED
 *  any --ShutDown, stop--> ENDED
 * </pre>
 *
 * <p>The epoch of a message is the attempt of its driver. One that is older than the driver's own
 * is dropped. What the driver before has named (jobs, functions, kept datasets, broadcasts) is
 * dropped as soon as the connection with another one stands; receivers, blocks and state stay. At
 * the end the rooms are closed in the order receivers, tasks, links, driver, transport; closing the
 * transport may hold the loop for as long as an orderly close takes, when there is nothing left to
 * do for it.
 */
public final class ExecutorProcess {

  private enum State {
    CONNECTING,
    REGISTERING,
    RUNNING,
    SUSPENDED,
    RETURNING,
    ENDED
  }

  private static final Logger LOG = LoggerFactory.getLogger(ExecutorProcess.class);

  private final ExecutorEnvironment environment;
  private final ExecutorSettings settings;
  private final ExecutorServices services;
  private final Loop loop;
  private final PeerInbox inbox;
  private final DriverSearch search;
  private final CompletableFuture<ExitReason> ended = new CompletableFuture<>();
  private State state = State.CONNECTING;
  private Address dataAddress;

  /** Who is served, or is to be. */
  private Driver driver;

  /** A driver of a higher attempt that is being called; null while there is none. */
  private Driver next;

  /** The driver that registered this executor last; 0 before the first. */
  private long servedAttempt;

  private int executorId;
  private Loop.Timer registrationDeadline;

  /** Null while a driver is served. */
  private Loop.Timer lifeLease;

  /** How long a driver that takes over may take to answer; null while none is asked. */
  private Loop.Timer answerDeadline;

  private ExecutorTiming timing;
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
    timing = settings.timing();
    inbox = new PeerInbox(settings.epoch(), environment.fatalHandler());
    search = new DriverSearch(loop, environment.drivers(), this::onFound);
    driver = new Driver(settings.epoch(), settings.driver());
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
    registrationDeadline =
        loop.schedule(settings.timing().registrationDeadlineMs(), this::onRegistrationDeadline);
    driver.link.connect();
  }

  private void onRegistrationDeadline() {
    String missing =
        state == State.CONNECTING ? "could not be reached" : "did not register this executor";
    end(
        ExitReason.Kind.NOT_REGISTERED,
        "The driver at %s %s within %d ms; see the driver's log"
            .formatted(driver.address, missing, settings.timing().registrationDeadlineMs()));
  }

  private void register() {
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
    if (driver.attempt > settings.epoch()) {
      message.setPreviousAttempt(Math.max(servedAttempt, settings.epoch()));
    }
    if (rooms != null) {
      message
          .setPreviousId(executorId)
          .addAllMarks(rooms.receivers().marks())
          .addAllReceivers(rooms.receivers().running())
          .setCheckpointLog(rooms.receivers().blockLog())
          .addAllStates(rooms.tasks().states());
    }
    driver.connection.send(
        Frame.of(
            Envelope.newBuilder().setEpoch(driver.attempt).setRegisterExecutor(message).build()));
  }

  private void onRegistered(ExecutorRegistered message) {
    hasCheckpointDirectory |= message.getHasCheckpointDirectory();
    switch (state) {
      case REGISTERING -> open(message);
      case RETURNING -> goOn(message);
      default -> throw violation("registered this executor twice");
    }
    search.stop();
    servedAttempt = driver.attempt;
    state = State.RUNNING;
    LOG.info(
        "Executor {} in {} on {} serves the driver at {}, attempt {}",
        executorId,
        settings.container().name(),
        dataAddress,
        driver.address,
        driver.attempt);
  }

  private void open(ExecutorRegistered message) {
    registrationDeadline.cancel();
    executorId = message.getExecutorId();
    timing = timing.with(Settings.resolve(message.getConfigurationMap()));
    inbox.serve(driver.attempt);
    links =
        new TransportPeerLinks(executorId, driver.attempt, environment, inbox, driver.connection);
    rooms = services.open(message, links, () -> heartbeats.marksMoved());
    heartbeats =
        new Heartbeats(environment, timing, rooms, builder -> links.sendToDriver(builder, null));
    inbox.open(rooms);
    lease =
        new DriverLease(
            environment.clock(),
            loop,
            timing.taskLeaseMs(),
            () -> onDriverSilent("The driver was silent for " + timing.taskLeaseMs() + " ms"));
    heartbeats.start();
  }

  /** The rooms are open since the driver before: their configuration stays. */
  private void goOn(ExecutorRegistered message) {
    if (message.getExecutorId() != executorId) {
      throw violation(
          "calls executor %d executor %d".formatted(executorId, message.getExecutorId()));
    }
    endLifeLease();
    answerDeadline.cancel();
    living = living.ofDriverBefore();
    links.serve(driver.attempt, driver.connection);
    rooms.receivers().onDriverBack();
  }

  /** A driver of a higher attempt says that it listens. */
  private void onFound(DriverFinder.FoundDriver found) {
    LOG.info("A driver of attempt {} is at {}", found.attempt(), found.address());
    next = new Driver(found.attempt(), found.address());
    next.link.connect();
  }

  /** The driver of a higher attempt answers: whatever the one before says, it is over. */
  private void changeToNext() {
    driver.link.close();
    driver = next;
    next = null;
    if (rooms == null) {
      state = State.REGISTERING;
    } else {
      state = State.RETURNING;
      inbox.serve(driver.attempt);
      rooms.tasks().reset(driver.attempt);
      heartbeats.onNewDriver();
      // Before the registration is written: it tells what is so now.
      links.holdForDriver();
      startLifeLease("The driver was replaced");
      answerDeadline =
          loop.schedule(
              timing.registrationDeadlineMs(),
              () -> onReturnFailed("it did not register this executor"));
    }
    register();
  }

  private void onReturnFailed(String why) {
    LOG.warn("The driver of attempt {} did not take this executor over: {}", driver.attempt, why);
    answerDeadline.cancel();
    driver.link.close();
    links.dropForDriver();
    state = State.SUSPENDED;
    rooms.receivers().onDriverLost();
    search.goOn(servedAttempt, pauseOfSearchMs());
  }

  private void onMessage(Frame frame) {
    Envelope message = frame.envelope();
    if (message.getEpoch() < driver.attempt) {
      LOG.info(
          "Dropped a {} of attempt {}: the driver's attempt is {}",
          message.getMessageCase(),
          message.getEpoch(),
          driver.attempt);
      return;
    }
    if (message.getEpoch() > driver.attempt) {
      end(
          ExitReason.Kind.NEWER_EPOCH,
          "The driver of attempt %d sent a %s of attempt %d"
              .formatted(driver.attempt, message.getMessageCase(), message.getEpoch()));
      return;
    }
    if (lease != null) {
      onDriverHeard();
    }
    message.getBeforeList().forEach(before -> dispatch(before, Payload.NONE));
    switch (message.getMessageCase()) {
      case EXECUTOR_REGISTERED -> onRegistered(message.getExecutorRegistered());
      case OPEN_CHECKPOINT -> hasCheckpointDirectory = true;
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
      case PING -> heartbeats.onPing(message.getPing());
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
      case TAKE_SNAPSHOT -> rooms.tasks().takeSnapshot(message.getTakeSnapshot());
      case RESTORE_STATE -> rooms.tasks().restoreState(message.getRestoreState());
      case STAND_BY -> rooms.tasks().standBy(message.getStandBy());
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

  /** The driver paces heartbeats by the number of executors; what asks HDFS keeps that pace. */
  private long pauseOfSearchMs() {
    return heartbeats == null ? timing.heartbeatIntervalMs() : heartbeats.intervalMs();
  }

  private void onDriverHeard() {
    lease.onHeard();
    if (state == State.SUSPENDED) {
      state = State.RUNNING;
      endLifeLease();
      search.stop();
      LOG.info("The driver is heard again: tasks go on");
      rooms.tasks().resume();
      rooms.receivers().onDriverBack();
    }
  }

  private void onDriverGone(String why) {
    if (hasCheckpointDirectory) {
      onDriverSilent(why);
    } else {
      end(
          ExitReason.Kind.DRIVER_LOST,
          why + "; its driver named no checkpoint directory, so nobody will take over");
    }
  }

  /** As long as the connection stands it may only be held up, by its collector or its machine. */
  private void onDriverSilent(String why) {
    if (state == State.RUNNING) {
      LOG.warn(
          "{}: no task is started until it, or another one, is there, for {} ms at most",
          why,
          timing.lifeLeaseMs());
      state = State.SUSPENDED;
      rooms.tasks().suspend();
      rooms.receivers().onDriverLost();
      startLifeLease(why);
      if (hasCheckpointDirectory) {
        lookForNext(servedAttempt);
      }
    }
  }

  /** Nobody else is looked for while one that was found is called. */
  private void lookForNext(long afterAttempt) {
    if (next == null) {
      search.start(afterAttempt, pauseOfSearchMs());
    }
  }

  private void startLifeLease(String why) {
    if (lifeLease == null) {
      lifeLease =
          loop.schedule(
              timing.lifeLeaseMs(),
              () ->
                  end(
                      ExitReason.Kind.DRIVER_LOST,
                      "%s, and no driver came within %d ms (millrace.executor.lifeLease)"
                          .formatted(why, timing.lifeLeaseMs())));
    }
  }

  private void endLifeLease() {
    if (lifeLease != null) {
      lifeLease.cancel();
      lifeLease = null;
    }
  }

  private void end(ExitReason.Kind kind, String why) {
    if (state == State.ENDED) {
      return;
    }
    state = State.ENDED;
    LOG.info("The executor ends, {}: {}", kind, why);
    if (registrationDeadline != null) {
      registrationDeadline.cancel();
    }
    if (answerDeadline != null) {
      answerDeadline.cancel();
    }
    endLifeLease();
    search.stop();
    if (rooms != null) {
      lease.cancel();
      heartbeats.stop();
      rooms.receivers().close();
      rooms.tasks().close();
      links.close();
    }
    driver.link.close();
    if (next != null) {
      next.link.close();
    }
    environment.transport().close();
    ended.complete(new ExitReason(kind, why));
  }

  private MillraceException violation(String what) {
    return new MillraceException(
        ErrorCode.PROTOCOL_VIOLATION,
        "The driver at %s %s; both must run the same Millrace".formatted(driver.address, what));
  }

  /** A driver and the link to it. Owned by the control loop. */
  private final class Driver implements DriverLink.Listener {
    private final long attempt;
    private final Address address;
    private final DriverLink link;

    /** Null until it stands. */
    private Connection connection;

    Driver(long attempt, Address address) {
      this.attempt = attempt;
      this.address = address;
      link = new DriverLink(environment, settings, address, this);
    }

    @Override
    public void onConnected(Connection opened) {
      connection = opened;
      if (this == next) {
        changeToNext();
      } else {
        state = State.REGISTERING;
        register();
      }
    }

    @Override
    public void onMessage(Frame frame) {
      ExecutorProcess.this.onMessage(frame);
    }

    @Override
    public void onUnreachable(Throwable why) {
      LOG.info("The driver at {} does not answer yet: {}", address, why.toString());
      if (this == next) {
        giveUpNext();
      } else {
        link.reconnect();
        // The one that started this executor may be gone already.
        lookForNext(attempt);
      }
    }

    @Override
    public void onRefused(MillraceException why) {
      if (this == next) {
        // Its port may belong to somebody else by now.
        LOG.warn("No driver of this application answers at {}: {}", address, why.getMessage());
        giveUpNext();
      } else {
        end(ExitReason.Kind.REFUSED, why.getMessage());
      }
    }

    @Override
    public void onLost(String why) {
      switch (state) {
        case REGISTERING -> {
          state = State.CONNECTING;
          LOG.info("The driver hung up before it registered this executor: {}", why);
          link.reconnect();
          lookForNext(attempt);
        }
        case RETURNING -> onReturnFailed(why);
        default -> onDriverGone("The connection with the driver is gone: " + why);
      }
    }

    private void giveUpNext() {
      next = null;
      link.close();
      if (state != State.RUNNING) {
        search.goOn(rooms == null ? driver.attempt : servedAttempt, pauseOfSearchMs());
      }
    }
  }
}
