package org.millrace.am.driver;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.millrace.am.schedule.LiveExecutor;
import org.millrace.runner.wire.Connection;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.Heartbeat;
import org.millrace.runner.wire.proto.RegisterExecutor;

/**
 * An executor that registered. Owned by the driver loop.
 *
 * <p>The registration of one that served a driver of an attempt before says what it has: its
 * streams with their marks, its running receivers and the versions of its states.
 */
final class RegisteredExecutor {
  final int id;
  final Connection connection;
  final RegisterExecutor registration;
  final long registeredAtMs;
  long heardAtNanos;
  long sentAtNanos;

  /** How often it was told to send heartbeats; 0 for never. */
  long toldHeartbeatMs;

  /** What goes before the next message. */
  final List<Envelope> soon = new ArrayList<>(2);

  /** When the first of them came. */
  long soonSinceNanos;

  Heartbeat heartbeat = Heartbeat.getDefaultInstance();

  RegisteredExecutor(
      int id,
      Connection connection,
      RegisterExecutor registration,
      long registeredAtMs,
      long nowNanos) {
    this.id = id;
    this.connection = Objects.requireNonNull(connection, "connection");
    this.registration = Objects.requireNonNull(registration, "registration");
    this.registeredAtMs = registeredAtMs;
    this.heardAtNanos = nowNanos;
  }

  /** Whether it served a driver before this one, under the same id. */
  boolean isTakenOver() {
    return registration.getPreviousId() > 0;
  }

  LiveExecutor live() {
    return new LiveExecutor(id, registration.getHost(), Math.max(1, registration.getCores()));
  }
}
