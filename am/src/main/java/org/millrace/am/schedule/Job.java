package org.millrace.am.schedule;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.millrace.am.plan.JobPlan;
import org.millrace.am.plan.PlannedTask;
import org.millrace.api.error.MillraceException;
import org.millrace.runner.wire.proto.ShuffleSpec;

/**
 * A job that runs. A placement is one assignment of its tasks to executors; when an executor is
 * lost the job gets a new placement and what has no result yet is run again. Owned by the driver
 * loop.
 */
final class Job {
  final long id;
  final JobPlan plan;
  final long batchTimeMs;
  final CompletableFuture<List<TaskResult>> future = new CompletableFuture<>();
  final TaskResult[] results;
  final TaskPlace[] places;

  /** Executors that were told of the current placement. */
  final Set<Integer> involved = new LinkedHashSet<>();

  /** Executor by shuffle and reduce partition. */
  int[][] reducers = new int[0][];

  int placementVersion;
  int resultsMissing;
  MillraceException firstFailure;

  Job(long id, JobPlan plan, long batchTimeMs) {
    this.id = id;
    this.plan = plan;
    this.batchTimeMs = batchTimeMs;
    this.results = new TaskResult[plan.resultCount()];
    this.resultsMissing = plan.resultCount();
    this.places = new TaskPlace[plan.tasks().size()];
    for (int i = 0; i < places.length; i++) {
      places[i] = new TaskPlace(plan.tasks().get(i));
    }
  }

  /** A task and where it is now. */
  static final class TaskPlace {
    final PlannedTask task;
    int executorId = -1;
    int attempt;
    int failures;

    TaskPlace(PlannedTask task) {
      this.task = task;
    }
  }

  /**
   * True when the task must run in a new placement: it gives a result that is missing, or feeds
   * those that do.
   */
  boolean mustRun(TaskPlace place) {
    return place.task.result() < 0 || results[place.task.result()] == null;
  }

  TaskPlace find(int stage, int partition) {
    for (TaskPlace place : places) {
      if (place.task.stage() == stage && place.task.partition() == partition) {
        return place;
      }
    }
    return null;
  }

  /** The shuffles with their reducers as they are placed now. */
  List<ShuffleSpec> shuffleSpecs() {
    List<ShuffleSpec> specs = new ArrayList<>();
    for (JobPlan.PlannedShuffle shuffle : plan.shuffles()) {
      ShuffleSpec.Builder spec =
          ShuffleSpec.newBuilder()
              .setShuffleId(shuffle.shuffleId())
              .setMapCount(shuffle.mapCount());
      for (int executorId : reducers[shuffle.shuffleId()]) {
        spec.addReducers(executorId);
      }
      specs.add(spec.build());
    }
    return specs;
  }

  boolean isOver() {
    return future.isDone();
  }
}
