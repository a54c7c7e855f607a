package org.millrace.testkit.tester;

import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.testkit.sim.Machine;

/** An executor dies when one of the tasks of all batches has just finished. */
final class LostExecutor extends Disturbance {
  private final long seed;
  private final SplittableRandom random;
  private final int fatalTask;
  private final BatchTasks tasks = new BatchTasks();
  private String story = "";

  /**
   * A loss that is drawn from a seed.
   *
   * @param finishedTasks tasks that finish when nothing goes wrong
   */
  LostExecutor(long seed, int finishedTasks) {
    this.seed = seed;
    this.random = new SplittableRandom(seed);
    this.fatalTask = 1 + random.nextInt(finishedTasks);
  }

  @Override
  Optional<Envelope> onSend(TestedApplication application, Machine sender, Envelope message) {
    if (tasks.onSend(message) && tasks.finished() == fatalTask) {
      List<Machine> executors = application.executors();
      Machine lost = executors.get(random.nextInt(executors.size()));
      story = ", " + lost.name() + " in batch " + tasks.batchTimeMs(message) + " ms";
      application.killSoon(lost);
    }
    return Optional.empty();
  }

  @Override
  boolean happened() {
    return !story.isEmpty();
  }

  @Override
  public String toString() {
    return "lost executor (seed " + seed + story + ")";
  }
}
