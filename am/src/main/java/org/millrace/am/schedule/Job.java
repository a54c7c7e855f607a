package org.millrace.am.schedule;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.millrace.am.plan.JobPlan;
import org.millrace.am.plan.Pipeline;
import org.millrace.am.plan.PlannedInput.ShuffleRead;
import org.millrace.am.plan.PlannedTask;
import org.millrace.api.error.MillraceException;
import org.millrace.runner.wire.proto.BlockSlice;
import org.millrace.runner.wire.proto.ShuffleSpec;
import org.millrace.runner.wire.proto.TaskInput;
import org.millrace.runner.wire.proto.Wiring;

/**
 * A job that runs. A placement is one assignment of its tasks to executors; when an executor is
 * lost the job gets a new placement, and a new plan when the old one needs what is gone, and what
 * has no result yet is run again. Owned by the driver loop.
 */
final class Job {
  final JobRequest request;
  final CompletableFuture<List<TaskResult>> future = new CompletableFuture<>();
  final TaskResult[] results;

  JobPlan plan;
  TaskPlace[] places;

  /** Where the tasks of each stage begin in {@code places}; 0 for a stage without tasks. */
  private int[] stageBegins;

  /** Executors that were told of the current placement. */
  final Set<Integer> involved = new LinkedHashSet<>();

  /** Executor by shuffle and reduce partition. */
  int[][] reducers = new int[0][];

  /** The shuffles as the executors of this placement are told of them. */
  final List<ShuffleSpec> shuffleSpecs = new ArrayList<>();

  /** Where their partitions go, when that is not in the specs. */
  final List<Wiring> wirings = new ArrayList<>();

  /** Inputs of tasks in which the partitions are left out, by what the tasks run. */
  final Map<Pipeline, TaskInput> forms = new IdentityHashMap<>();

  /** The map tasks of each shuffle. */
  MapProgress[] maps = new MapProgress[0];

  /** Whether a map of this placement is not at its first attempt. */
  boolean hasLaterMaps;

  int placementVersion;

  /** When the current placement was begun, of the driver's clock. */
  long placedNanos;

  /** How many tasks of the current placement must still finish before the job has. */
  int awaited;

  /** How often the job was begun: placed, or planned again. */
  int beginnings;

  /** Whether a new plan is being made; what still runs of the old one may give results. */
  boolean planning;

  MillraceException firstFailure;

  Job(JobRequest request) {
    this.request = request;
    this.results = new TaskResult[request.plan().resultCount()];
    this.plan = request.plan();
    this.places = placesOf(plan);
  }

  private TaskPlace[] placesOf(JobPlan planned) {
    boolean counts = request.reads() != ReadSplits.UNCOUNTED;
    TaskPlace[] made = new TaskPlace[planned.tasks().size()];
    int stages = made.length == 0 ? 0 : planned.tasks().get(made.length - 1).stage() + 1;
    stageBegins = new int[stages];
    for (int i = made.length - 1; i >= 0; i--) {
      PlannedTask task = planned.tasks().get(i);
      made[i] = new TaskPlace(task, counts);
      stageBegins[task.stage()] = i;
    }
    return made;
  }

  /** How far the map tasks of a shuffle are in the current placement. */
  static final class MapProgress {
    int left;

    /** When the last one ended. */
    long completeNanos;

    MapProgress(int count) {
      left = count;
    }
  }

  /** A second attempt of a task, begun because the first one takes long. */
  record Rival(int executorId, int attempt) {}

  /** A task and where it is now. */
  static final class TaskPlace {
    final PlannedTask task;
    int executorId = -1;

    /** The attempt that counts. */
    int attempt;

    /** The highest number that an attempt was given. */
    int lastAttempt;

    int failures;

    /** When the attempt that counts was sent, of the driver's clock. */
    long sentNanos;

    /** When the attempt that counts ended. */
    long finishedNanos;

    /** An attempt that runs beside the one that counts; null when there is none. */
    Rival rival;

    /** One is enough: two executors are slow at it. */
    boolean hadRival;

    /** Whether its attempt has finished in the current placement. */
    boolean finished;

    /** The blocks that it reads. */
    final List<BlockSlice> blocks;

    /** The parts of files that it reads, when somebody wants to know how many records they have. */
    final List<TaskInput> splits;

    /** What the attempt that counts added to accumulators. */
    ByteString accumulated = ByteString.EMPTY;

    TaskPlace(PlannedTask task, boolean counts) {
      this.task = task;
      InputTree.Leaves leaves = InputTree.leaves(task.input().tree());
      this.blocks = leaves.blocks();
      this.splits = counts ? leaves.splits() : List.of();
    }

    int nextAttempt() {
      return ++lastAttempt;
    }

    /** Begins in a new placement. */
    void begin(int number) {
      attempt = number;
      lastAttempt = Math.max(lastAttempt, number);
      rival = null;
      hadRival = false;
    }

    /** Its rival counts from now on. */
    void useRival() {
      executorId = rival.executorId();
      attempt = rival.attempt();
      rival = null;
    }

    /** Whether the message of an attempt is of the rival. */
    boolean isRival(int number) {
      return rival != null && rival.attempt() == number;
    }
  }

  /** Another plan for what has no result yet; tasks keep the number of their attempts. */
  void replan(JobPlan again) {
    TaskPlace[] before = places;
    plan = again;
    places = placesOf(again);
    for (TaskPlace place : places) {
      for (TaskPlace old : before) {
        if (place.task.result() >= 0 && place.task.result() == old.task.result()) {
          place.executorId = old.executorId;
          place.attempt = old.attempt;
          place.lastAttempt = old.lastAttempt;
          place.failures = old.failures;
          place.accumulated = old.accumulated;
        }
      }
    }
  }

  /**
   * True when the task must run in a new placement: it gives a result that is missing, or feeds
   * those that do.
   */
  boolean mustRun(TaskPlace place) {
    return place.task.result() < 0 || results[place.task.result()] == null;
  }

  /**
   * Whether the job waits for the task: for its result, or to know what it left where it ran or
   * added to accumulators, or how much it read.
   */
  boolean awaits(TaskPlace place) {
    return mustRun(place)
        && (place.task.result() >= 0
            || place.task.input().leavesSomething()
            || !place.splits.isEmpty()
            || place.task.pipeline().functions().getAccumulates());
  }

  /** What its tasks added to accumulators, in their order. */
  List<ByteString> accumulated() {
    List<ByteString> all = new ArrayList<>();
    for (TaskPlace place : places) {
      if (!place.accumulated.isEmpty()) {
        all.add(place.accumulated);
      }
    }
    return all;
  }

  /** Whether another task that has not finished reads a reduce partition that this one reads. */
  boolean sharesReads(TaskPlace place) {
    for (TaskPlace other : places) {
      if (other != place && !other.finished && mustRun(other)) {
        for (ShuffleRead read : other.task.input().reads()) {
          if (place.task.input().reads().contains(read)) {
            return true;
          }
        }
      }
    }
    return false;
  }

  /** Tasks are in the order of their stages, and of their partitions in these. */
  TaskPlace find(int stage, int partition) {
    if (stage < stageBegins.length) {
      // The usual stage has all partitions.
      int begin = stageBegins[stage];
      int at = begin + partition - places[begin].task.partition();
      if (at >= 0 && at < places.length && isOf(places[at].task, stage, partition)) {
        return places[at];
      }
    }
    int low = 0;
    int high = places.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      PlannedTask task = places[middle].task;
      int order = Integer.compare(task.stage(), stage);
      order = order != 0 ? order : Integer.compare(task.partition(), partition);
      if (order == 0) {
        return places[middle];
      } else if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return null;
  }

  private static boolean isOf(PlannedTask task, int stage, int partition) {
    return task.stage() == stage && task.partition() == partition;
  }

  /** Whether one of these names a wiring of the job. */
  boolean isWiredBy(List<ByteString> ids) {
    return wirings.stream().anyMatch(wiring -> ids.contains(wiring.getId()));
  }

  /**
   * The reducers are placed: fixes how executors are told where they are.
   *
   * @param known what executors may have been told before
   */
  void wire(Wirings known) {
    shuffleSpecs.clear();
    wirings.clear();
    for (JobPlan.PlannedShuffle shuffle : plan.shuffles()) {
      ShuffleSpec.Builder spec =
          ShuffleSpec.newBuilder()
              .setShuffleId(shuffle.shuffleId())
              .setMapCount(shuffle.mapCount());
      int[] executorIds = reducers[shuffle.shuffleId()];
      Wiring wiring = known.of(executorIds);
      if (wiring == null) {
        for (int executorId : executorIds) {
          spec.addReducers(executorId);
        }
      } else {
        spec.setWiring(wiring.getId());
        wirings.add(wiring);
      }
      shuffleSpecs.add(spec.build());
    }
  }
}
