package org.millrace.am.schedule;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.millrace.am.plan.JobPlan;
import org.millrace.am.plan.PlannedTask;
import org.millrace.am.schedule.Job.TaskPlace;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.runner.wire.Payload;
import org.millrace.runner.wire.proto.BlockInput;
import org.millrace.runner.wire.proto.BlockSlice;
import org.millrace.runner.wire.proto.EndJob;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.RepushMapOutput;
import org.millrace.runner.wire.proto.RunTasks;
import org.millrace.runner.wire.proto.TaskFailed;
import org.millrace.runner.wire.proto.TaskFinished;
import org.millrace.runner.wire.proto.TaskInput;
import org.millrace.runner.wire.proto.TaskSpec;
import org.millrace.runner.wire.proto.UseAttempt;

/**
 * Runs jobs on the executors: all tasks of a job go out at once, one message for each executor. A
 * failed task is given to another executor; a lost executor gives the job a new placement. Owned by
 * the driver loop.
 *
 * <pre>
 *   submit -> (waits while there is no executor) -> placed -> results in -> done
 *                                                   | task failed: same placement, next attempt elsewhere
 *                                                   | executor lost: next placement
 *                                                   | a task failed too often, or placements used up -> failed
 * </pre>
 */
public final class JobScheduler {
  private static final int MOST_PLACEMENTS = 8;

  private final ExecutorPool pool;
  private final int maxFailures;
  private final ShippedCode shipped = new ShippedCode();
  private final Map<Long, Job> jobs = new LinkedHashMap<>();
  private final AtomicInteger jobIds = new AtomicInteger();
  private long failedTasks;
  private MillraceException cancelled;

  public JobScheduler(ExecutorPool pool, int maxFailures) {
    this.pool = pool;
    this.maxFailures = maxFailures;
  }

  /** A number that no other job has, from 1; may be called from any thread. */
  int newJobId() {
    return jobIds.incrementAndGet();
  }

  /**
   * Starts a job.
   *
   * @return the results in the order of the result partitions; completes on the driver loop
   */
  public CompletableFuture<List<TaskResult>> submit(JobRequest request) {
    if (cancelled != null && request.batchTimeMs() >= 0) {
      return CompletableFuture.failedFuture(cancelled);
    }
    Job job = new Job(request.id(), request.plan(), request.batchTimeMs());
    if (job.resultsMissing == 0) {
      job.future.complete(List.of());
      return job.future;
    }
    jobs.put(job.id, job);
    if (!pool.live().isEmpty()) {
      place(job);
    }
    return job.future;
  }

  /**
   * Gives up all jobs, and those that a batch still submits; their futures fail with {@code cause}.
   */
  public void cancelAll(MillraceException cause) {
    cancelled = cause;
    for (Job job : new ArrayList<>(jobs.values())) {
      fail(job, cause);
    }
  }

  /** Gives a job up when it has not ended; its future fails with {@code cause}. */
  void cancel(long jobId, MillraceException cause) {
    Job job = jobs.get(jobId);
    if (job != null) {
      fail(job, cause);
    }
  }

  public void onExecutorJoined() {
    for (Job job : new ArrayList<>(jobs.values())) {
      if (job.involved.isEmpty()) {
        place(job);
      }
    }
  }

  /** The pool does not list the executor any more. */
  public void onExecutorLost(int executorId) {
    shipped.executorLost(executorId);
    for (Job job : new ArrayList<>(jobs.values())) {
      if (!job.involved.contains(executorId)) {
        continue;
      }
      if (pool.live().isEmpty()) {
        // It waits for an executor; what the lost ones still say is of an older placement.
        job.placementVersion++;
        job.involved.clear();
      } else {
        placeAgain(job, "executor " + executorId + " was lost", executorId);
      }
    }
  }

  /**
   * The link between two executors broke and took shuffle pages along: jobs that may use it start
   * over.
   */
  public void onLinkBroken(int fromExecutor, int toExecutor) {
    boolean bothLive =
        pool.live().stream()
                .filter(one -> one.id() == fromExecutor || one.id() == toExecutor)
                .count()
            == 2;
    for (Job job : new ArrayList<>(jobs.values())) {
      if (bothLive
          && !job.plan.shuffles().isEmpty()
          && job.involved.contains(fromExecutor)
          && job.involved.contains(toExecutor)) {
        placeAgain(
            job, "the link from executor " + fromExecutor + " to " + toExecutor + " broke", -1);
      }
    }
  }

  public void onTaskFinished(TaskFinished message, Payload payload) {
    Job job = jobs.get(message.getJobId());
    if (job == null || message.getPlacementVersion() != job.placementVersion) {
      return;
    }
    TaskPlace place = job.find(message.getStage(), message.getPartition());
    int result = place == null ? -1 : place.task.result();
    if (result < 0 || job.results[result] != null || place.attempt != message.getAttempt()) {
      return;
    }
    job.results[result] = new TaskResult(message, payload);
    job.resultsMissing--;
    if (job.resultsMissing == 0) {
      end(job);
      job.future.complete(List.of(job.results));
    }
  }

  public void onTaskFailed(int executorId, TaskFailed message) {
    Job job = jobs.get(message.getJobId());
    if (job == null || message.getPlacementVersion() != job.placementVersion) {
      return;
    }
    TaskPlace place = job.find(message.getStage(), message.getPartition());
    if (place == null || place.attempt != message.getAttempt() || place.executorId != executorId) {
      return;
    }
    if (message.getMissingCount() > 0) {
      shipped.dropped(executorId, message.getMissingList());
      send(job, executorId, List.of(place));
      return;
    }
    failedTasks++;
    place.failures++;
    MillraceException failure = failureOf(job, place, executorId, message);
    if (job.firstFailure == null) {
      job.firstFailure = failure;
    }
    if (place.failures >= maxFailures || !mayRetry(message)) {
      fail(job, failure);
    } else {
      retry(job, place);
    }
  }

  /** Failed attempts of tasks since the start. */
  public long failedTasks() {
    return failedTasks;
  }

  public int runningJobs() {
    return jobs.size();
  }

  private void place(Job job) {
    List<LiveExecutor> live = pool.live();
    job.placementVersion++;
    job.involved.clear();
    int toRun = 0;
    for (TaskPlace place : job.places) {
      toRun += job.mustRun(place) ? 1 : 0;
    }
    Placement placement = new Placement(live, toRun);
    job.reducers = new int[job.plan.shuffles().size()][];
    for (JobPlan.PlannedShuffle shuffle : job.plan.shuffles()) {
      int[] reducers = new int[shuffle.partitionCount()];
      for (int r = 0; r < reducers.length; r++) {
        reducers[r] = placement.reducer(r);
      }
      job.reducers[shuffle.shuffleId()] = reducers;
    }
    Map<Integer, List<TaskPlace>> byExecutor = new TreeMap<>();
    for (TaskPlace place : job.places) {
      if (job.mustRun(place)) {
        place.attempt = firstAttempt(job, place);
        place.executorId = choose(job, place.task, placement);
        byExecutor.computeIfAbsent(place.executorId, id -> new ArrayList<>()).add(place);
      }
    }
    byExecutor.forEach((executorId, places) -> send(job, executorId, places));
  }

  /**
   * Reducers take attempt 0 of a map without being told. Any other task gets a number it never had:
   * what an executor that is given up still writes must not have the name of what counts.
   */
  private static int firstAttempt(Job job, TaskPlace place) {
    boolean again = job.placementVersion > 1 && place.executorId >= 0;
    return place.task.writesShuffle() < 0 && again ? place.attempt + 1 : 0;
  }

  private int choose(Job job, PlannedTask task, Placement placement) {
    if (task.readsShuffle() >= 0) {
      int executorId = job.reducers[task.readsShuffle()][task.shufflePartition()];
      placement.assign(executorId);
      return executorId;
    }
    return placement.place(holdersOfFirst(task.input()), task.hosts());
  }

  private List<Integer> holdersOfFirst(TaskInput input) {
    if (input.getBlocks().getSlicesCount() == 0) {
      return List.of();
    }
    BlockSlice first = input.getBlocks().getSlices(0);
    return pool.holders(first.getStreamId(), first.getFrom(), first.getUntil());
  }

  private void placeAgain(Job job, String why, int lostExecutorId) {
    if (job.placementVersion >= MOST_PLACEMENTS) {
      fail(
          job,
          new MillraceException(
              ErrorCode.EXECUTOR_LOST,
              "job '"
                  + job.plan.description()
                  + "' was broken off in each of "
                  + MOST_PLACEMENTS
                  + " placements, the last time because "
                  + why
                  + "; look at the executors' logs for the cause"));
      return;
    }
    List<Integer> before = new ArrayList<>(job.involved);
    int ended = job.placementVersion;
    place(job);
    for (int executorId : before) {
      if (executorId != lostExecutorId && !job.involved.contains(executorId)) {
        pool.send(
            executorId,
            Envelope.newBuilder()
                .setEndJob(EndJob.newBuilder().setJobId(job.id).setPlacementVersion(ended)));
      }
    }
  }

  private void retry(Job job, TaskPlace place) {
    int failedOn = place.executorId;
    place.attempt++;
    place.executorId = Placement.elsewhere(pool.live(), failedOn);
    PlannedTask task = place.task;
    if (task.writesShuffle() >= 0) {
      UseAttempt use = useAttempt(job, place);
      job.involved.forEach(id -> pool.send(id, Envelope.newBuilder().setUseAttempt(use)));
    }
    boolean moved = place.executorId != failedOn && task.readsShuffle() >= 0;
    if (moved) {
      job.reducers[task.readsShuffle()][task.shufflePartition()] = place.executorId;
    }
    send(job, place.executorId, List.of(place));
    if (task.readsShuffle() >= 0) {
      RepushMapOutput.Builder repush =
          RepushMapOutput.newBuilder()
              .setJobId(job.id)
              .setPlacementVersion(job.placementVersion)
              .setShuffleId(task.readsShuffle())
              .addReducePartitions(task.shufflePartition())
              .setToExecutor(place.executorId);
      job.involved.forEach(id -> pool.send(id, Envelope.newBuilder().setRepushMapOutput(repush)));
    }
  }

  private void send(Job job, int executorId, List<TaskPlace> places) {
    RunTasks.Builder message =
        RunTasks.newBuilder()
            .setJobId(job.id)
            .setPlacementVersion(job.placementVersion)
            .setBatchTimeMs(job.batchTimeMs);
    if (job.involved.add(executorId)) {
      message.addAllShuffles(job.shuffleSpecs());
    }
    for (TaskPlace place : places) {
      shipped.addMissing(executorId, place.task.pipeline(), message);
      message.addTasks(spec(place));
    }
    pool.send(executorId, Envelope.newBuilder().setRunTasks(message));
    if (message.getShufflesCount() > 0) {
      tellAttempts(job, executorId);
    }
  }

  /**
   * An executor that joins a placement late must know which maps are not at their first attempt.
   */
  private void tellAttempts(Job job, int executorId) {
    for (TaskPlace place : job.places) {
      if (place.attempt > 0 && place.task.writesShuffle() >= 0) {
        pool.send(executorId, Envelope.newBuilder().setUseAttempt(useAttempt(job, place)));
      }
    }
  }

  private static UseAttempt useAttempt(Job job, TaskPlace place) {
    return UseAttempt.newBuilder()
        .setJobId(job.id)
        .setPlacementVersion(job.placementVersion)
        .setShuffleId(place.task.writesShuffle())
        .setMapPartition(place.task.partition())
        .setAttempt(place.attempt)
        .build();
  }

  private TaskSpec spec(TaskPlace place) {
    PlannedTask task = place.task;
    return TaskSpec.newBuilder()
        .setStage(task.stage())
        .setPartition(task.partition())
        .setAttempt(place.attempt)
        .setTemplateId(task.pipeline().template().getId())
        .setFunctionSetId(task.pipeline().functions().getId())
        .setInput(withHolders(task.input()))
        .setArgument(task.argument())
        .build();
  }

  private TaskInput withHolders(TaskInput input) {
    if (!input.hasBlocks()) {
      return input;
    }
    BlockInput.Builder blocks = BlockInput.newBuilder();
    for (BlockSlice slice : input.getBlocks().getSlicesList()) {
      blocks.addSlices(
          slice.toBuilder()
              .addAllHolders(pool.holders(slice.getStreamId(), slice.getFrom(), slice.getUntil())));
    }
    return input.toBuilder().setBlocks(blocks).build();
  }

  private void fail(Job job, MillraceException failure) {
    end(job);
    job.future.completeExceptionally(failure);
  }

  private void end(Job job) {
    jobs.remove(job.id);
    Envelope.Builder message =
        Envelope.newBuilder().setEndJob(EndJob.newBuilder().setJobId(job.id));
    job.involved.forEach(executorId -> pool.send(executorId, message.clone()));
  }

  /** A user's exception may be of the place; a user's mistake that Millrace found is not. */
  private static boolean mayRetry(TaskFailed message) {
    ErrorCode code = codeOf(message.getErrorCode());
    return code == ErrorCode.TASK_FAILED || code.isRetryable() || code == ErrorCode.INTERNAL;
  }

  private static ErrorCode codeOf(int number) {
    return CODES.getOrDefault(number, ErrorCode.INTERNAL);
  }

  private static final Map<Integer, ErrorCode> CODES = codes();

  private static Map<Integer, ErrorCode> codes() {
    Map<Integer, ErrorCode> codes = new HashMap<>();
    for (ErrorCode code : ErrorCode.values()) {
      codes.put(code.number(), code);
    }
    return codes;
  }

  private MillraceException failureOf(
      Job job, TaskPlace place, int executorId, TaskFailed message) {
    ErrorCode code = codeOf(message.getErrorCode());
    String text =
        code == ErrorCode.TASK_FAILED
            ? "task "
                + place.task.partition()
                + " of '"
                + job.plan.description()
                + "' failed "
                + place.failures
                + (place.failures == 1 ? " time" : " times")
                + ", last on executor "
                + executorId
                + ": "
                + message.getErrorClass()
                + (message.getMessage().isEmpty() ? "" : ": " + message.getMessage())
            : message.getMessage();
    return new MillraceException(
        code,
        text,
        new RemoteFailure(message.getErrorClass(), message.getMessage(), message.getStackTrace()));
  }
}
