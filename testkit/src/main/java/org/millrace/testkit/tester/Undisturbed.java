package org.millrace.testkit.tester;

import java.util.Optional;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.testkit.sim.Machine;

/** Nothing goes wrong; remembers what could. */
final class Undisturbed extends Disturbance {
  private final BatchTasks tasks = new BatchTasks();

  @Override
  Optional<Envelope> onSend(TestedApplication application, Machine sender, Envelope message) {
    tasks.onSend(message);
    return Optional.empty();
  }

  /** Tasks of batches that have finished. */
  int finishedTasks() {
    return tasks.finished();
  }

  @Override
  public String toString() {
    return "no faults";
  }
}
