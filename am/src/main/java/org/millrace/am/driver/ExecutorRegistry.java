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
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import org.millrace.am.schedule.LiveExecutor;
import org.millrace.checkpoint.runtime.Clock;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.runner.wire.Connection;
import org.millrace.runner.wire.Frame;
import org.millrace.runner.wire.FrameHandler;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.ExecutorAddress;
import org.millrace.runner.wire.proto.ExecutorRegistered;
import org.millrace.runner.wire.proto.Heartbeat;
import org.millrace.runner.wire.proto.Membership;
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
 */
final class ExecutorRegistry implements FrameHandler {
  private static final Logger LOG = LoggerFactory.getLogger(ExecutorRegistry.class);
  private static final long PING_INTERVAL_MS = 500;

  private final RegistrySettings settings;
  private final Loop loop;
  private final Clock clock;
  private final ExecutorListener listener;
  private final Map<Integer, RegisteredExecutor> executors = new TreeMap<>();
  private final Map<Connection, RegisteredExecutor> byConnection = new HashMap<>();
  private final Set<String> lostContainers = new HashSet<>();
  private final List<PingRound> pingRounds = new ArrayList<>();
  private int nextId = 1;
  private long membershipVersion;
  private long pingNumber;
  private long lost;
  private long watchedAtNanos;
  private boolean closed;

  /** What an executor is told when it registers. Immutable. */
  record RegistrySettings(
      long epoch,
      Map<String, String> configuration,
      long heartbeatTimeoutMs,
      boolean hasCheckpointDirectory) {
    RegistrySettings {
      configuration = Map.copyOf(configuration);
    }
  }

  /** Executors that have not answered a ping yet. */
  private record PingRound(long number, Set<Integer> open, Runnable answered) {}

  ExecutorRegistry(RegistrySettings settings, Loop loop, Clock clock, ExecutorListener listener) {
    this.settings = settings;
    this.loop = loop;
    this.clock = clock;
    this.listener = listener;
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

  List<LiveExecutor> live() {
    List<LiveExecutor> live = new ArrayList<>(executors.size());
    executors.values().forEach(executor -> live.add(executor.live()));
    return live;
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
    if (executor != null) {
      executor.connection.send(Frame.of(message.setEpoch(settings.epoch()).build()));
    }
  }

  /** Sends the frame that is made of this driver's epoch. */
  void send(int executorId, LongFunction<Frame> frame) {
    RegisteredExecutor executor = executors.get(executorId);
    if (executor != null) {
      executor.connection.send(frame.apply(settings.epoch()));
    }
  }

  /** The cluster manager says that the container ended. */
  void onContainerEnded(String container, String reason) {
    lostContainers.add(container);
    for (RegisteredExecutor executor : executors()) {
      if (executor.registration.getContainer().equals(container)) {
        lose(executor, reason);
      }
    }
  }

  /** Runs {@code answered} when every executor that lives now has answered or is lost. */
  void pingAll(Runnable answered) {
    pingNumber++;
    PingRound round = new PingRound(pingNumber, new HashSet<>(executors.keySet()), answered);
    pingRounds.add(round);
    executors.keySet().forEach(this::ping);
    completePings();
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
    if (closed
        || lostContainers.contains(registration.getContainer())
        || isRegistered(registration.getContainer())
        || byConnection.containsKey(connection)) {
      LOG.warn("refused the registration of {}", registration.getContainer());
      connection.send(
          Frame.of(
              Envelope.newBuilder()
                  .setEpoch(settings.epoch())
                  .setShutDown(ShutDown.newBuilder().setReason("given up by the driver"))
                  .build()));
      connection.close();
      return;
    }
    RegisteredExecutor executor =
        new RegisteredExecutor(nextId++, connection, registration, clock.nowMs(), clock.nanoTime());
    executors.put(executor.id, executor);
    byConnection.put(connection, executor);
    send(
        executor.id,
        Envelope.newBuilder()
            .setExecutorRegistered(
                ExecutorRegistered.newBuilder()
                    .setExecutorId(executor.id)
                    .putAllConfiguration(settings.configuration())
                    .setHasCheckpointDirectory(settings.hasCheckpointDirectory())));
    publishMembership();
    LOG.info(
        "executor {} registered: {} on {}, {} cores",
        executor.id,
        registration.getContainer(),
        registration.getHost(),
        registration.getCores());
    listener.onJoined(executor);
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
    if (executors.remove(executor.id) == null) {
      return;
    }
    byConnection.remove(executor.connection);
    lostContainers.add(executor.registration.getContainer());
    executor.connection.close();
    if (closed) {
      return;
    }
    lost++;
    LOG.warn(
        "executor {} ({}) is lost: {}", executor.id, executor.registration.getContainer(), reason);
    publishMembership();
    pingRounds.forEach(round -> round.open().remove(executor.id));
    listener.onLost(executor, reason);
    completePings();
  }

  private void publishMembership() {
    Membership.Builder membership = Membership.newBuilder().setVersion(++membershipVersion);
    for (RegisteredExecutor executor : executors.values()) {
      membership.addExecutors(
          ExecutorAddress.newBuilder()
              .setExecutorId(executor.id)
              .setHost(executor.registration.getHost())
              .setDataPort(executor.registration.getDataPort())
              .setCores(executor.registration.getCores()));
    }
    for (Integer executorId : executors.keySet()) {
      send(executorId, Envelope.newBuilder().setMembership(membership));
    }
  }

  private void ping(int executorId) {
    send(executorId, Envelope.newBuilder().setPing(Ping.newBuilder().setNumber(pingNumber)));
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
      } else {
        ping(executor.id);
      }
    }
    loop.schedule(PING_INTERVAL_MS, this::watch);
  }
}
