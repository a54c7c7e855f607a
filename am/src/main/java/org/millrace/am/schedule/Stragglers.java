package org.millrace.am.schedule;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.millrace.am.plan.PlannedInput.ShuffleRead;
import org.millrace.am.schedule.Job.TaskPlace;
import org.millrace.runner.wire.proto.SinkKind;

/**
 * Finds tasks that take much longer than others of their stage, so that a rival attempt of each may
 * run on another executor: the first of the two that ends counts. Speculative execution as in Dean
 * and Ghemawat, "MapReduce" (2004), section 3.6, judged by the median of a stage as in Spark.
 * Immutable; used by the driver loop.
 *
 * <p>A task has no rival when running it twice could be seen: actions for their side effects, and
 * what changes state or keeps partitions where it runs.
 */
public final class Stragglers {
  private final LongSupplier nanoTime;
  private final boolean enabled;
  private final double finishedPart;
  private final double multiplier;
  private final long leastNanos;

  /**
   * The rule.
   *
   * @param nanoTime the clock, in nanoseconds
   * @param finishedPart of the tasks of a stage must have ended before any is judged, 0 to 1
   * @param multiplier of the median time of those that ended, from which a task is a straggler
   * @param leastNanos a task that runs for less is none
   */
  public Stragglers(
      LongSupplier nanoTime, double finishedPart, double multiplier, long leastNanos) {
    this(nanoTime, true, finishedPart, multiplier, leastNanos);
  }

  private Stragglers(
      LongSupplier nanoTime,
      boolean enabled,
      double finishedPart,
      double multiplier,
      long leastNanos) {
    this.nanoTime = nanoTime;
    this.enabled = enabled;
    this.finishedPart = finishedPart;
    this.multiplier = multiplier;
    this.leastNanos = leastNanos;
  }

  /** Waits for every task, however long it takes. */
  public static Stragglers patience() {
    return new Stragglers(() -> 0, false, 1, 1, 0);
  }

  long now() {
    return nanoTime.getAsLong();
  }

  /** An attempt has ended, the one that counts. */
  static void onFinished(Job job, TaskPlace place, long nowNanos) {
    place.finishedNanos = nowNanos;
    if (place.task.writesShuffle() >= 0) {
      Job.MapProgress maps = job.maps[place.task.writesShuffle()];
      maps.left--;
      maps.completeNanos = nowNanos;
    }
  }

  /** Since when the task has all that it needs. */
  private static long begunNanos(Job job, TaskPlace place) {
    long begun = place.sentNanos;
    for (ShuffleRead read : place.task.input().reads()) {
      begun = Math.max(begun, job.maps[read.shuffleId()].completeNanos);
    }
    return begun;
  }

  /** The tasks of a job that should get a rival now. */
  List<TaskPlace> in(Job job) {
    if (!enabled || job.planning) {
      return List.of();
    }
    long now = now();
    if (now - job.placedNanos < leastNanos) {
      return List.of();
    }
    List<TaskPlace> found = new ArrayList<>();
    for (List<TaskPlace> stage : stages(job)) {
      long longest = longest(job, stage);
      for (TaskPlace place : stage) {
        if (!place.finished && now - begunNanos(job, place) > longest && mayHaveRival(job, place)) {
          found.add(place);
        }
      }
    }
    return found;
  }

  private static Iterable<List<TaskPlace>> stages(Job job) {
    Map<Integer, List<TaskPlace>> stages = new HashMap<>();
    for (TaskPlace place : job.places) {
      if (job.mustRun(place) || place.finished) {
        stages.computeIfAbsent(place.task.stage(), stage -> new ArrayList<>()).add(place);
      }
    }
    return stages.values();
  }

  /** How long a task of the stage may take; for ever while too few have ended. */
  private long longest(Job job, List<TaskPlace> stage) {
    long[] taken =
        stage.stream()
            .filter(place -> place.finished)
            .mapToLong(place -> place.finishedNanos - begunNanos(job, place))
            .toArray();
    if (taken.length == 0 || taken.length < Math.ceil(finishedPart * stage.size())) {
      return Long.MAX_VALUE;
    }
    Arrays.sort(taken);
    return Math.max(leastNanos, (long) (multiplier * taken[taken.length / 2]));
  }

  private static boolean mayHaveRival(Job job, TaskPlace place) {
    return place.rival == null
        && !place.hadRival
        && !place.task.input().leavesSomething()
        && !hasSideEffects(place)
        && !job.sharesReads(place)
        && place.task.input().reads().stream().allMatch(read -> isComplete(job, read));
  }

  private static boolean hasSideEffects(TaskPlace place) {
    SinkKind sink = place.task.pipeline().template().getSink().getKind();
    return sink == SinkKind.FOR_EACH
        || sink == SinkKind.FOR_EACH_PARTITION
        || (sink == SinkKind.SAVE_FORMAT && place.task.argument().isEmpty());
  }

  /** Whether all maps of what the task reads have ended: it does not only wait for them. */
  private static boolean isComplete(Job job, ShuffleRead read) {
    return job.maps[read.shuffleId()].left == 0;
  }
}
