package org.millrace.testkit.tester;

import java.util.Map;
import org.millrace.api.streaming.Time;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.testkit.sim.Machine;

/** What goes wrong in a run of a tester; nothing unless a method is overridden. */
class Disturbance {
  /** Configuration that the disturbance needs, over that of the test. */
  Map<String, String> configuration() {
    return Map.of();
  }

  /** What is sent instead of a message of the driver or an executor; called in its turn. */
  Envelope onSend(TestedApplication application, Machine sender, Envelope message) {
    return message;
  }

  /** An output has collected a batch; what this throws fails the batch. */
  void onCollected(int output, Time batchTime) {}
}
