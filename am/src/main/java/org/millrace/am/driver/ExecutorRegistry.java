package org.millrace.am.driver;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import org.millrace.am.schedule.LiveExecutor;
import org.millrace.checkpoint.runtime.Answers;
import org.millrace.checkpoint.runtime.Clock;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.runner.conf.Keys;
import org.millrace.runner.executor.ExecutorIds;
import org.millrace.runner.wire.Connection;
import org.millrace.runner.wire.Frame;
import org.millrace.runner.wire.FrameHandler;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.ExecutorAddress;
import org.millrace.runner.wire.proto.ExecutorRegistered;
import org.millrace.runner.wire.proto.Heartbeat;
import org.millrace.runner.wire.proto.Membership;
import org.millrace.runner.wire.proto.OpenCheckpoint;
import org.millrace.runner.wire.proto.Ping;
import org.millrace.runner.wire.proto.RegisterExecutor;
import org.millrace.runner.wire.proto.ShutDown;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The executors that live: registration, heartbeats, membership. An executor whose connection
 * broke, that was silent for the heartbeat timeout, or whose container ended is lost for good; what
 * it still says is not heard. Owned by the driver loop; the frame handler may be called from any
 * thread.
 *
 * <p>Executors of attempts before, whose containers the cluster manager kept, keep their ids. Until
 * each of them has registered or is given up nobody is announced: whoever is missing in a
 * membership is lost for the others.
 */
final class ExecutorRegistry implements FrameHandler {
  private static final Logger LOG = LoggerFactory.getLogger(ExecutorRegistry.class);
  private static final long PING_INTERVAL_MS = 500;

  /** With more executors than this, each is spoken to less often. */
  private static final int MANY_EXECUTORS = 64;

  /** How long a message that can wait for another one does. */
  private static final long SOON_MS = 50;

  private static final long SOON_OF_MANY_MS = 1_000;

  /** How long changes of membership wait for others, of many executors. */
  private static final long MEMBERSHIP_MS = 20;

  /** Heartbeats that all executors together send in a second when nothing happens. */
  private static final int HEARTBEATS_A_SECOND = 1_000;

  private static final long LEAST_HEARTBEAT_MS = 100;
  private static final long MOST_HEARTBEAT_MS = 1_000;

  private final RegistrySettings settings;
  private final Loop loop;
  private final Clock clock;
  private final ExecutorListener listener;
  private final Map<Integer, RegisteredExecutor> executors = new TreeMap<>();
  private final Map<Connection, RegisteredExecutor> byConnection = new HashMap<>();
  private final Set<String> lostContainers = new HashSet<>();
  private final List<PingRound> pingRounds = new ArrayList<>();
  private final Set<String> missing = new TreeSet<>();
  private final Map<String, Returning> unknown = new TreeMap<>();
  private final CompletableFuture<List<RegisteredExecutor>> takenOver = new CompletableFuture<>();
  private int nextId;
  private long membershipVersion;
  private long pingNumber;
  private long lost;
  private long watchedAtNanos;
  private boolean isTakingOver;
  private boolean soonScheduled;
  private boolean membershipDue;

  /** Those that are announced, ordered by id; null when that has to be looked up. */
  private List<LiveExecutor> liveOrNull;

  /** Null while there is no checkpoint directory. */
  private OpenCheckpoint checkpoint;

  private boolean closed;

  /** What an executor is told when it registers. Immutable. */
  record RegistrySettings(long epoch, Map<String, String> configuration, long heartbeatTimeoutMs) {
    RegistrySettings {
      configuration = Map.copyOf(configuration);
    }
  }

  /** An executor of an attempt before in a container that nobody has told of. */
  private record Returning(Connection connection, RegisterExecutor registration) {}

  /** Executors that have not answered a ping yet. */
  private record PingRound(long number, Set<Integer> open, Runnable answered) {}

  ExecutorRegistry(RegistrySettings settings, Loop loop, Clock clock, ExecutorListener listener) {
    this.settings = settings;
    this.loop = loop;
    this.clock = clock;
    this.listener = listener;
    this.nextId = ExecutorIds.first(settings.epoch());
  }

  /**
   * The cluster manager kept these containers of attempts before.
   *
   * @return those that come too late to be taken over: they are to be given back
   */
  Set<String> expect(Set<String> containers) {
    if (takenOver.isDone()) {
      Set<String> late = new TreeSet<>(containers);
      late.removeIf(this::isRegistered);
      lostContainers.addAll(late);
      return late;
    }
    for (String container : containers) {
      if (!lostContainers.contains(container) && !isRegistered(container)) {
        missing.add(container);
        Returning returning = unknown.remove(container);
        if (returning != null) {
          register(returning.connection(), returning.registration());
        }
      }
    }
    return Set.of();
  }

  /**
   * Takes over who is expected; who has not come within this time after they could find this driver
   * is given up.
   */
  void takeOver(long deadlineMs, CompletableFuture<Void> findable) {
    isTakingOver = true;
    announceWhenComplete();
    if (!takenOver.isDone()) {
      LOG.info("waiting for the executors of {} containers of attempts before", missing.size());
      Answers.postSuccess(
          findable, loop, () -> loop.schedule(deadlineMs, () -> giveUpMissing(deadlineMs)));
    }
  }

  /** Those that came back; done when the others are given up. */
  CompletableFuture<List<RegisteredExecutor>> takenOver() {
    return takenOver;
  }

  void start() {
    watchedAtNanos = clock.nanoTime();
    loop.schedule(PING_INTERVAL_MS, this::watch);
  }

  @Override
  public void onFrame(Connection connection, Frame frame) {
    loop.execute(() -> handle(connection, frame));
  }

  @Override
  public void onClosed(Connection connection, Optional<Throwable> cause) {
    loop.execute(
        () -> {
          RegisteredExecutor executor = byConnection.get(connection);
          if (executor != null) {
            lose(
                executor,
                "its connection closed"
                    + cause.map(broken -> ": " + broken.getMessage()).orElse(""));
          }
        });
  }

  /** Nobody as long as executors of attempts before are waited for. */
  List<LiveExecutor> live() {
    if (!takenOver.isDone()) {
      return List.of();
    }
    if (liveOrNull == null) {
      List<LiveExecutor> live = new ArrayList<>(executors.size());
      executors.values().forEach(executor -> live.add(executor.live()));
      liveOrNull = List.copyOf(live);
    }
    return liveOrNull;
  }

  List<RegisteredExecutor> executors() {
    return List.copyOf(executors.values());
  }

  /** Executors lost since the start. */
  long lost() {
    return lost;
  }

  void send(int executorId, Envelope.Builder message) {
    RegisteredExecutor executor = executors.get(executorId);
    if (executor == null) {
      return;
    }
    if (membershipDue && message.hasRunTasks()) {
      // Who is told to work with others knows them.
      publishMembership();
    }
    if (!executor.soon.isEmpty()) {
      message.addAllBefore(executor.soon);
      executor.soon.clear();
    }
    send(executor, Frame.of(message.setEpoch(settings.epoch()).build()));
  }

  private void send(RegisteredExecutor executor, Frame frame) {
    executor.sentAtNanos = clock.nanoTime();
    executor.connection.send(frame);
  }

  /** Sends before the next message, or a little later. */
  void sendSoon(int executorId, Envelope.Builder message) {
    RegisteredExecutor executor = executors.get(executorId);
    if (executor != null) {
      if (executor.soon.isEmpty()) {
        executor.soonSinceNanos = clock.nanoTime();
      }
      executor.soon.add(message.build());
      if (!soonScheduled) {
        soonScheduled = true;
        loop.schedule(soonMs(), this::sendWaiting);
      }
    }
  }

  private long soonMs() {
    return executors.size() <= MANY_EXECUTORS ? SOON_MS : SOON_OF_MANY_MS;
  }

  private void sendWaiting() {
    soonScheduled = false;
    long now = clock.nanoTime();
    for (RegisteredExecutor executor : executors.values()) {
      if (executor.soon.isEmpty()) {
        continue;
      }
      if (now - executor.soonSinceNanos < TimeUnit.MILLISECONDS.toNanos(soonMs())) {
        soonScheduled = true;
      } else {
        Envelope last = executor.soon.remove(executor.soon.size() - 1);
        send(executor.id, last.toBuilder());
      }
    }
    if (soonScheduled) {
      loop.schedule(Math.max(1, soonMs() / 4), this::sendWaiting);
    }
  }

  /** Sends the frame that is made of this driver's epoch. */
  void send(int executorId, LongFunction<Frame> frame) {
    RegisteredExecutor executor = executors.get(executorId);
    if (executor != null) {
      send(executor, frame.apply(settings.epoch()));
    }
  }

  /** The cluster manager says that the container ended. */
  void onContainerEnded(String container, String reason) {
    lostContainers.add(container);
    missing.remove(container);
    for (RegisteredExecutor executor : executors()) {
      if (executor.registration.getContainer().equals(container)) {
        lose(executor, reason);
      }
    }
    announceWhenComplete();
  }

  /** Runs {@code answered} when every executor that lives now has answered or is lost. */
  void pingAll(Runnable answered) {
    pingNumber++;
    PingRound round = new PingRound(pingNumber, new HashSet<>(executors.keySet()), answered);
    pingRounds.add(round);
    executors.keySet().forEach(this::ping);
    completePings();
  }

  /** Ends an executor that nobody needs: the listener is told that it is gone. */
  void giveBack(int executorId) {
    RegisteredExecutor executor = executors.get(executorId);
    if (executor != null) {
      String reason = "it is not needed any more";
      send(executorId, Envelope.newBuilder().setShutDown(ShutDown.newBuilder().setReason(reason)));
      LOG.info("executor {} is given back: {}", ExecutorIds.text(executorId), reason);
      remove(executor, reason);
    }
  }

  /**
   * Executors, those that register later too, keep what must survive in this directory, and wait
   * for another driver when this one is gone.
   */
  void openCheckpoint(String directory, long epoch) {
    checkpoint = OpenCheckpoint.newBuilder().setDirectory(directory).setEpoch(epoch).build();
    executors.keySet().forEach(this::tellCheckpoint);
  }

  private void tellCheckpoint(int executorId) {
    if (checkpoint != null) {
      send(executorId, Envelope.newBuilder().setOpenCheckpoint(checkpoint));
    }
  }

  /** Tells all executors to end. */
  void shutDownAll(String reason) {
    closed = true;
    for (RegisteredExecutor executor : executors()) {
      send(executor.id, Envelope.newBuilder().setShutDown(ShutDown.newBuilder().setReason(reason)));
    }
  }

  private void handle(Connection connection, Frame frame) {
    RegisteredExecutor executor = byConnection.get(connection);
    Envelope envelope = frame.envelope();
    if (envelope.hasRegisterExecutor()) {
      register(connection, envelope.getRegisterExecutor());
    } else if (executor == null || envelope.getEpoch() != settings.epoch()) {
      LOG.warn("dropped {} of {}", envelope.getMessageCase(), connection.peer());
    } else {
      executor.heardAtNanos = clock.nanoTime();
      if (envelope.hasHeartbeat()) {
        onHeartbeat(executor, envelope.getHeartbeat());
      } else {
        listener.onMessage(executor.id, frame);
      }
    }
  }

  private void register(Connection connection, RegisterExecutor registration) {
    String container = registration.getContainer();
    if (closed
        || lostContainers.contains(container)
        || isRegistered(container)
        || byConnection.containsKey(connection)) {
      refuse(connection, registration);
      return;
    }
    if (registration.getPreviousAttempt() > 0 && !missing.remove(container)) {
      if (takenOver.isDone()) {
        refuse(connection, registration);
      } else {
        LOG.info("executor in {} came back before the cluster manager told of it", container);
        unknown.put(container, new Returning(connection, registration));
      }
      return;
    }
    int id = registration.getPreviousId() > 0 ? registration.getPreviousId() : nextId++;
    RegisteredExecutor executor =
        new RegisteredExecutor(id, connection, registration, clock.nowMs(), clock.nanoTime());
    executors.put(executor.id, executor);
    liveOrNull = null;
    byConnection.put(connection, executor);
    send(
        executor.id,
        Envelope.newBuilder()
            .setExecutorRegistered(
                ExecutorRegistered.newBuilder()
                    .setExecutorId(executor.id)
                    .putAllConfiguration(settings.configuration())
                    .setHasCheckpointDirectory(checkpoint != null)));
    tellCheckpoint(executor.id);
    LOG.info(
        "executor {} {}: {} on {}, {} cores",
        ExecutorIds.text(executor.id),
        executor.isTakenOver() ? "came back" : "registered",
        container,
        registration.getHost(),
        registration.getCores());
    if (takenOver.isDone()) {
      membershipChanged();
      listener.onJoined(executor);
    } else {
      announceWhenComplete();
    }
  }

  private void refuse(Connection connection, RegisterExecutor registration) {
    LOG.warn("refused the registration of {}", registration.getContainer());
    connection.send(
        Frame.of(
            Envelope.newBuilder()
                .setEpoch(settings.epoch())
                .setShutDown(ShutDown.newBuilder().setReason("given up by the driver"))
                .build()));
    connection.close();
  }

  private void giveUpMissing(long deadlineMs) {
    Set<String> late = Set.copyOf(missing);
    lostContainers.addAll(late);
    missing.clear();
    late.forEach(
        container ->
            listener.onGivenUp(
                container,
                "its executor did not come back within "
                    + deadlineMs
                    + " ms (millrace.driver.adoptionTimeout)"));
    announceWhenComplete();
  }

  private void announceWhenComplete() {
    if (!isTakingOver || !missing.isEmpty() || takenOver.isDone() || closed) {
      return;
    }
    List<RegisteredExecutor> all = executors();
    takenOver.complete(all.stream().filter(RegisteredExecutor::isTakenOver).toList());
    unknown.values().forEach(stranger -> refuse(stranger.connection(), stranger.registration()));
    unknown.clear();
    if (!all.isEmpty()) {
      publishMembership();
      all.forEach(listener::onJoined);
    }
  }

  private boolean isRegistered(String container) {
    return executors.values().stream()
        .anyMatch(executor -> executor.registration.getContainer().equals(container));
  }

  private void onHeartbeat(RegisteredExecutor executor, Heartbeat heartbeat) {
    executor.heartbeat = heartbeat;
    listener.onHeartbeat(executor.id, heartbeat);
    for (PingRound round : pingRounds) {
      if (heartbeat.getAnsweredPing() >= round.number()) {
        round.open().remove(executor.id);
      }
    }
    completePings();
  }

  private void completePings() {
    if (pingRounds.isEmpty()) {
      return;
    }
    List<PingRound> done = new ArrayList<>();
    for (Iterator<PingRound> rounds = pingRounds.iterator(); rounds.hasNext(); ) {
      PingRound round = rounds.next();
      if (round.open().isEmpty()) {
        rounds.remove();
        done.add(round);
      }
    }
    done.forEach(round -> round.answered().run());
  }

  private void lose(RegisteredExecutor executor, String reason) {
    if (!closed && executors.containsKey(executor.id)) {
      lost++;
      String container = executor.registration.getContainer();
      LOG.warn("executor {} ({}) is lost: {}", ExecutorIds.text(executor.id), container, reason);
    }
    remove(executor, reason);
  }

  private void remove(RegisteredExecutor executor, String reason) {
    if (executors.remove(executor.id) == null) {
      return;
    }
    liveOrNull = null;
    byConnection.remove(executor.connection);
    lostContainers.add(executor.registration.getContainer());
    executor.connection.close();
    if (closed) {
      return;
    }
    if (!takenOver.isDone()) {
      listener.onGivenUp(executor.registration.getContainer(), reason);
      return;
    }
    membershipChanged();
    pingRounds.forEach(round -> round.open().remove(executor.id));
    listener.onLost(executor, reason);
    completePings();
  }

  private void membershipChanged() {
    if (executors.size() <= MANY_EXECUTORS) {
      publishMembership();
    } else if (!membershipDue) {
      membershipDue = true;
      loop.schedule(
          MEMBERSHIP_MS,
          () -> {
            if (membershipDue && !closed) {
              publishMembership();
            }
          });
    }
  }

  private void publishMembership() {
    membershipDue = false;
    Membership.Builder membership = Membership.newBuilder().setVersion(++membershipVersion);
    for (RegisteredExecutor executor : executors.values()) {
      membership.addExecutors(
          ExecutorAddress.newBuilder()
              .setExecutorId(executor.id)
              .setHost(executor.registration.getHost())
              .setDataPort(executor.registration.getDataPort())
              .setCores(executor.registration.getCores()));
    }
    Frame frame = frame(Envelope.newBuilder().setMembership(membership));
    executors.values().forEach(executor -> send(executor, frame));
  }

  private Frame frame(Envelope.Builder message) {
    return Frame.of(message.setEpoch(settings.epoch()).build());
  }

  /** Whoever answers it has read all that was sent before. */
  private void ping(int executorId) {
    send(executorId, Envelope.newBuilder().setPing(ping()));
  }

  private Ping.Builder ping() {
    return Ping.newBuilder().setNumber(pingNumber).setHeartbeatMs(heartbeatMs());
  }

  /** How often executors should speak: the more there are, the less. 0: as they are configured. */
  private long heartbeatMs() {
    if (settings.configuration().containsKey(Keys.EXECUTOR_HEARTBEAT_INTERVAL.name())) {
      return 0;
    }
    long most = Math.min(MOST_HEARTBEAT_MS, settings.heartbeatTimeoutMs() / 5);
    long shared = executors.size() * 1_000L / HEARTBEATS_A_SECOND;
    return Math.max(LEAST_HEARTBEAT_MS, Math.min(most, shared));
  }

  /**
   * How long nothing may be said to an executor; its lease is several times as long. With many, so
   * long that those which are given work each second need no pings.
   */
  private long quietMs() {
    boolean usualLease = !settings.configuration().containsKey(Keys.EXECUTOR_TASK_LEASE.name());
    return executors.size() > MANY_EXECUTORS && usualLease
        ? 2 * PING_INTERVAL_MS
        : PING_INTERVAL_MS / 2;
  }

  private void watch() {
    if (closed) {
      return;
    }
    long now = clock.nanoTime();
    if (now - watchedAtNanos > TimeUnit.MILLISECONDS.toNanos(4 * PING_INTERVAL_MS)) {
      // This loop itself was held up; what executors said meanwhile is still queued behind it.
      executors.values().forEach(executor -> executor.heardAtNanos = now);
    }
    watchedAtNanos = now;
    Frame ping = frame(Envelope.newBuilder().setPing(ping()));
    long quietNanos = TimeUnit.MILLISECONDS.toNanos(quietMs());
    long heartbeatMs = heartbeatMs();
    for (RegisteredExecutor executor : executors()) {
      long silentMs = TimeUnit.NANOSECONDS.toMillis(now - executor.heardAtNanos);
      if (silentMs > settings.heartbeatTimeoutMs()) {
        lose(
            executor,
            "it has been silent for "
                + silentMs
                + " ms (millrace.executor.heartbeatTimeout is "
                + settings.heartbeatTimeoutMs()
                + " ms)");
      } else if (now - executor.sentAtNanos > quietNanos
          || executor.toldHeartbeatMs != heartbeatMs) {
        executor.toldHeartbeatMs = heartbeatMs;
        send(executor, ping);
      }
    }
    loop.schedule(PING_INTERVAL_MS, this::watch);
  }
}
