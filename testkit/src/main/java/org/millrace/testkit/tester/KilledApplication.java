package org.millrace.testkit.tester;

import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.millrace.runner.conf.Keys;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.testkit.sim.Machine;

/**
 * Driver and executors die together some steps after one of the tasks of all batches has finished:
 * between the cut of a batch, its outputs, its commit and the next one. Half of the seeds have a
 * snapshot of keyed state for each batch, the others none.
 */
final class KilledApplication extends Disturbance {
  /** Of a batch with two tasks, about as many as until the next one. */
  private static final int MOST_STEPS = 60;

  private final long seed;
  private final int fatalTask;
  private final int steps;
  private final BatchTasks tasks = new BatchTasks();
  private String story = "";

  /**
   * A kill that is drawn from a seed.
   *
   * @param finishedTasks tasks that finish when nothing goes wrong
   */
  KilledApplication(long seed, int finishedTasks) {
    SplittableRandom random = new SplittableRandom(seed);
    this.seed = seed;
    this.fatalTask = 1 + random.nextInt(finishedTasks);
    this.steps = random.nextInt(MOST_STEPS);
  }

  @Override
  Map<String, String> configuration() {
    return seed % 2 == 0 ? Map.of() : Map.of(Keys.CHECKPOINT_INTERVAL.name(), "100ms");
  }

  @Override
  Optional<Envelope> onSend(TestedApplication application, Machine sender, Envelope message) {
    if (story.isEmpty() && tasks.onSend(message) && tasks.finished() == fatalTask) {
      story = ", in batch " + tasks.batchTimeMs(message) + " ms, after " + steps + " steps";
      application.killAllAfter(steps);
    }
    return Optional.empty();
  }

  @Override
  boolean restarts() {
    return true;
  }

  @Override
  boolean happened() {
    return !story.isEmpty();
  }

  @Override
  public String toString() {
    return "killed and restarted (seed " + seed + story + ")";
  }
}
