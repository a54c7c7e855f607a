package org.millrace.testkit.tester;

import java.util.Map;
import java.util.Optional;
import org.millrace.api.streaming.Time;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.testkit.sim.Machine;

/** What goes wrong in a run of a tester; nothing unless a method is overridden. */
class Disturbance {
  /** Configuration that the disturbance needs, over that of the test. */
  Map<String, String> configuration() {
    return Map.of();
  }

  /** What is sent instead of a message of the driver or an executor; empty for the message. */
  Optional<Envelope> onSend(TestedApplication application, Machine sender, Envelope message) {
    return Optional.empty();
  }

  /** An output has collected a batch; what this throws fails the batch. */
  void onCollected(int output, Time batchTime) {}

  /** Whether driver and executors may die, to be started again with the same program. */
  boolean restarts() {
    return false;
  }

  /** Whether it has gone wrong as it should. */
  boolean happened() {
    return true;
  }
}
