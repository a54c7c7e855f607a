package org.millrace.testkit.tester;

import java.util.Optional;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.testkit.sim.Machine;

/** Nothing goes wrong; remembers what could. */
final class Undisturbed extends Disturbance {
  private final BatchTasks tasks = new BatchTasks();
  private boolean keepsState;

  @Override
  Optional<Envelope> onSend(TestedApplication application, Machine sender, Envelope message) {
    tasks.onSend(message);
    keepsState |= message.getTaskFinished().getStatesCount() > 0;
    return Optional.empty();
  }

  /** Tasks of batches that have finished. */
  int finishedTasks() {
    return tasks.finished();
  }

  /** Whether an executor has keyed state. */
  boolean keepsState() {
    return keepsState;
  }

  @Override
  public String toString() {
    return "no faults";
  }
}
