package org.millrace.runner.executor;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.millrace.checkpoint.runtime.Clock;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.runner.wire.Transport;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.Heartbeat;
import org.millrace.runner.wire.proto.Ping;

/**
 * Reports to the driver: each interval, and at once when a mark moved or a ping is to be answered,
 * but for marks at most once in {@code marksIntervalMs}. Owned by the control loop, except {@link
 * #marksMoved}.
 */
final class Heartbeats {

  private final Clock clock;
  private final Loop loop;
  private final long marksIntervalNanos;
  private final ExecutorServices.Rooms rooms;
  private final Transport transport;
  private final Consumer<Envelope.Builder> driver;
  private final AtomicBoolean markMoved = new AtomicBoolean();
  private long intervalMs;
  private long sequence;
  private long sentNanos;
  private long answeredPing;
  private Loop.Timer nextInterval;
  private Loop.Timer nextMarks;
  private boolean stopped;

  Heartbeats(
      ExecutorEnvironment environment,
      ExecutorTiming timing,
      ExecutorServices.Rooms rooms,
      Consumer<Envelope.Builder> driver) {
    clock = environment.clock();
    loop = environment.controlLoop();
    transport = environment.transport();
    intervalMs = timing.heartbeatIntervalMs();
    marksIntervalNanos = TimeUnit.MILLISECONDS.toNanos(timing.marksIntervalMs());
    this.rooms = rooms;
    this.driver = driver;
  }

  void start() {
    nextInterval = loop.schedule(intervalMs, this::start);
    rooms.tasks().flushReports();
    send();
  }

  /** From now on heartbeats say that this ping was seen, and come as often as it says. */
  void onPing(Ping ping) {
    answeredPing = Math.max(answeredPing, ping.getNumber());
    if (ping.getHeartbeatMs() > 0) {
      intervalMs = ping.getHeartbeatMs();
    }
    rooms.tasks().flushReports();
    send();
  }

  /** As the driver wants them. */
  long intervalMs() {
    return intervalMs;
  }

  /** Another driver is spoken to, which counts its pings anew and has not asked yet. */
  void onNewDriver() {
    answeredPing = 0;
  }

  /** From any thread. */
  void marksMoved() {
    if (markMoved.compareAndSet(false, true)) {
      loop.execute(this::onMarksMoved);
    }
  }

  void stop() {
    stopped = true;
    // Nobody resets it any more, so no mark posts to a loop that may have ended.
    markMoved.set(true);
    if (nextInterval != null) {
      nextInterval.cancel();
    }
    if (nextMarks != null) {
      nextMarks.cancel();
    }
  }

  private void onMarksMoved() {
    long waitNanos = sentNanos + marksIntervalNanos - clock.nanoTime();
    if (stopped || nextMarks != null || !markMoved.get()) {
      return;
    }
    if (waitNanos <= 0) {
      send();
      return;
    }
    nextMarks =
        loop.schedule(
            TimeUnit.NANOSECONDS.toMillis(waitNanos) + 1,
            () -> {
              nextMarks = null;
              if (markMoved.get() && !stopped) {
                send();
              }
            });
  }

  private void send() {
    // Before the marks are read, so that a mark that moves now is sent by the next heartbeat.
    markMoved.set(false);
    sentNanos = clock.nanoTime();
    Heartbeat.Builder heartbeat =
        Heartbeat.newBuilder()
            .setSequence(sequence++)
            .addAllMarks(rooms.receivers().marks())
            .setMemoryUsedBytes(rooms.memory().usedBytes())
            .setMemoryLimitBytes(rooms.memory().limitBytes())
            .setRefusedConnections(transport.refusedConnections())
            .setAnsweredPing(answeredPing)
            .setRunningTasks(rooms.tasks().runningTasks())
            .setSpilledBytes(rooms.tasks().spilledBytes())
            .setLoggedBytes(rooms.receivers().loggedBytes());
    driver.accept(Envelope.newBuilder().setHeartbeat(heartbeat));
  }
}
