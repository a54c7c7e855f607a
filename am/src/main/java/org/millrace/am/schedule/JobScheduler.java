package org.millrace.am.schedule;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.millrace.am.dataset.Residents;
import org.millrace.am.plan.JobPlan;
import org.millrace.am.plan.PlannedInput;
import org.millrace.am.plan.PlannedInput.ShuffleRead;
import org.millrace.am.plan.PlannedTask;
import org.millrace.am.schedule.Job.TaskPlace;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.runtime.Answers;
import org.millrace.runner.task.ReportPayloads;
import org.millrace.runner.wire.Payload;
import org.millrace.runner.wire.proto.BlockSlice;
import org.millrace.runner.wire.proto.FinishedGroup;
import org.millrace.runner.wire.proto.StoredInput;
import org.millrace.runner.wire.proto.TaskFailed;
import org.millrace.runner.wire.proto.TaskFinished;
import org.millrace.runner.wire.proto.TasksFinished;

/**
 * Runs jobs on the executors: all tasks of a job go out at once, one message for each executor. A
 * failed task is given to another executor; a lost executor gives the job a new placement. Owned by
 * the driver loop.
 *
 * <pre>
 *   submit -> (waits while there is no executor, or nobody knows where its blocks are) -> placed -> results in -> done
 *                                                   | task failed: same placement, next attempt elsewhere
 *                                                   | executor lost: next placement, keeping results
 *                                                   | it or a kept partition was read: planned -> placed
 *                                                   | a task failed too often, or begun too often -> failed
 * </pre>
 */
public final class JobScheduler {
  private static final int MOST_BEGINNINGS = 8;

  private final ExecutorPool pool;
  private final int maxFailures;
  private final Stragglers stragglers;
  private final Residents residents;
  private final Wirings wirings = new Wirings();
  private final JobMessages messages;
  private final Map<Long, Job> jobs = new LinkedHashMap<>();
  private final AtomicInteger jobIds = new AtomicInteger();
  private long failedTasks;
  private long genericBytes;
  private long rivals;
  private MillraceException cancelled;

  /** Volatile: threads that plan look at it. */
  private volatile Workforce workforce = Workforce.NONE;

  /** A scheduler that waits for every task, however long it takes. */
  public JobScheduler(ExecutorPool pool, Residents residents, int maxFailures) {
    this(pool, residents, maxFailures, Stragglers.patience());
  }

  public JobScheduler(
      ExecutorPool pool, Residents residents, int maxFailures, Stragglers stragglers) {
    this.pool = pool;
    this.stragglers = stragglers;
    this.residents = residents;
    this.maxFailures = maxFailures;
    this.messages = new JobMessages(pool);
  }

  /** A number that no other job has, from 1; may be called from any thread. */
  int newJobId() {
    return jobIds.incrementAndGet();
  }

  /** The executors by slot, as reduce partitions go to them; may be called from any thread. */
  int[] slots() {
    return workforce.slots().clone();
  }

  /**
   * Starts a job.
   *
   * @return the results in the order of the result partitions, null for one that no task gives;
   *     completes on the driver loop
   */
  public CompletableFuture<List<TaskResult>> submit(JobRequest request) {
    if (cancelled != null && request.batchTimeMs() >= 0) {
      return CompletableFuture.failedFuture(cancelled);
    }
    Job job = new Job(request);
    if (job.plan.tasks().isEmpty()) {
      job.future.complete(Arrays.asList(job.results));
      return job.future;
    }
    jobs.put((long) request.id(), job);
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

  /**
   * The results of a job by partition, null for each that is not there; empty when it has ended.
   */
  List<TaskResult> resultsSoFar(long jobId) {
    Job job = jobs.get(jobId);
    return job == null ? List.of() : new ArrayList<>(Arrays.asList(job.results));
  }

  /** Gives a job up when it has not ended; its future fails with {@code cause}. */
  void cancel(long jobId, MillraceException cause) {
    Job job = jobs.get(jobId);
    if (job != null) {
      fail(job, cause);
    }
  }

  /** Whether a job that runs has tasks, pages or partitions to read there. */
  public boolean isUsed(int executorId) {
    return jobs.values().stream()
        .anyMatch(
            job -> job.involved.contains(executorId) || job.plan.residents().contains(executorId));
  }

  public void onExecutorJoined() {
    workforce();
    placeWaiting();
  }

  /** It is known where blocks are that jobs may wait for. */
  public void onBlocksSettled() {
    if (!pool.live().isEmpty()) {
      placeWaiting();
    }
  }

  /** The executors that take work now. */
  private Workforce workforce() {
    List<LiveExecutor> live = pool.live();
    if (!workforce.consistsOf(live)) {
      workforce = new Workforce(live);
    }
    return workforce;
  }

  private void placeWaiting() {
    for (Job job : new ArrayList<>(jobs.values())) {
      if (job.involved.isEmpty() && !job.planning) {
        place(job);
      }
    }
  }

  /** The pool does not list the executor any more, and nothing is known to be kept there. */
  public void onExecutorLost(int executorId) {
    workforce();
    messages.onExecutorLost(executorId);
    for (Job job : new ArrayList<>(jobs.values())) {
      boolean involved = job.involved.remove(executorId);
      if (job.planning || (!involved && !job.plan.residents().contains(executorId))) {
        continue;
      }
      if (pool.live().isEmpty()) {
        // It waits for an executor; what the lost ones still say is of an older placement.
        job.placementVersion++;
        job.involved.clear();
      } else {
        placeAgain(job, "executor " + executorId + " was lost");
      }
    }
  }

  /**
   * The link between two executors broke and took shuffle pages along: jobs that may use it start
   * over.
   */
  public void onLinkBroken(int fromExecutor, int toExecutor) {
    boolean bothLive =
        pool.all().stream()
                .filter(one -> one.id() == fromExecutor || one.id() == toExecutor)
                .count()
            == 2;
    for (Job job : new ArrayList<>(jobs.values())) {
      if (bothLive
          && !job.planning
          && !job.plan.shuffles().isEmpty()
          && job.involved.contains(fromExecutor)
          && job.involved.contains(toExecutor)) {
        placeAgain(job, "the link from executor " + fromExecutor + " to " + toExecutor + " broke");
      }
    }
  }

  public void onTaskFinished(TaskFinished message, Payload payload) {
    genericBytes += message.getMetrics().getGenericSerializedBytes();
    Job job = jobs.get(message.getJobId());
    if (job != null && message.getPlacementVersion() == job.placementVersion) {
      TaskPlace place = job.find(message.getStage(), message.getPartition());
      TaskResult result = new TaskResult(message, payload);
      if (onFinished(job, place, result, stragglers.now()) && job.awaited == 0) {
        complete(job);
      }
    }
  }

  /** Several tasks that have finished on one executor. */
  public void onTasksFinished(TasksFinished message, Payload payload) {
    Job job = jobs.get(message.getJobId());
    if (job == null || message.getPlacementVersion() != job.placementVersion) {
      return;
    }
    boolean any = false;
    long now = stragglers.now();
    for (FinishedGroup group : message.getGroupsList()) {
      for (int i = 0; i < group.getPartitionsCount(); i++) {
        TaskPlace place = job.find(group.getStage(), group.getPartitions(i));
        any |= onFinished(job, place, TaskResult.NOTHING, now);
      }
    }
    if (message.getTasksCount() > 0) {
      List<Payload> payloads = ReportPayloads.of(message, payload);
      for (int i = 0; i < payloads.size(); i++) {
        TaskFinished task = message.getTasks(i);
        TaskPlace place = job.find(task.getStage(), task.getPartition());
        any |= onFinished(job, place, new TaskResult(task, payloads.get(i)), now);
      }
    }
    if (any && job.awaited == 0) {
      complete(job);
    }
  }

  /** False when the attempt does not count. */
  private boolean onFinished(Job job, TaskPlace place, TaskResult result, long nowNanos) {
    TaskFinished message = result.finished();
    if (place == null || place.finished) {
      return false;
    }
    if (place.isRival(message.getAttempt())) {
      useRival(job, place);
    } else if (place.attempt != message.getAttempt()) {
      return false;
    }
    boolean awaited = job.awaits(place);
    place.finished = true;
    Stragglers.onFinished(job, place, nowNanos);
    place.accumulated = message.getAccumulators();
    tellReads(job, place, message);
    if (awaited && place.task.result() >= 0) {
      job.results[place.task.result()] = result;
    }
    job.awaited -= awaited ? 1 : 0;
    return true;
  }

  private void complete(Job job) {
    jobs.remove((long) job.request.id());
    messages.endSoon(job);
    job.request.accumulated().accept(job.accumulated());
    job.future.complete(Arrays.asList(job.results));
  }

  private static void tellReads(Job job, TaskPlace place, TaskFinished message) {
    int known = Math.min(place.splits.size(), message.getSplitRecordsCount());
    for (int i = 0; i < known; i++) {
      if (message.getSplitRecords(i) >= 0) {
        job.request.reads().onRead(place.splits.get(i), message.getSplitRecords(i));
      }
    }
  }

  public void onTaskFailed(int executorId, TaskFailed message) {
    Job job = jobs.get(message.getJobId());
    if (job == null || job.planning || message.getPlacementVersion() != job.placementVersion) {
      return;
    }
    TaskPlace place = job.find(message.getStage(), message.getPartition());
    if (place == null || place.finished) {
      return;
    }
    boolean ofRival = place.isRival(message.getAttempt());
    if (!ofRival && (place.attempt != message.getAttempt() || place.executorId != executorId)) {
      return;
    }
    if (message.getMissingCount() > 0) {
      messages.onDropped(executorId, message.getMissingList());
      if (job.isWiredBy(message.getMissingList())) {
        // It does not know of the placement yet.
        job.involved.remove(executorId);
      }
      messages.run(job, executorId, place, message.getAttempt());
      return;
    }
    if (ofRival) {
      // The attempt beside it goes on, and fails the job if it must.
      failedTasks++;
      place.rival = null;
      return;
    }
    if (codeOf(message.getErrorCode()) == ErrorCode.STORED_PARTITION_LOST) {
      onPartitionsLost(job, place, message.getMessage());
      return;
    }
    if (!isSettled(place)) {
      placeAgain(job, "it is not known where blocks are that it reads");
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
    } else if (place.rival != null) {
      useRival(job, place);
    } else {
      retry(job, place);
    }
  }

  /** Gives tasks that take too long a rival elsewhere; called several times a second. */
  public void onTick() {
    List<LiveExecutor> live = pool.live();
    if (live.size() < 2) {
      return;
    }
    for (Job job : new ArrayList<>(jobs.values())) {
      for (TaskPlace place : stragglers.in(job)) {
        startRival(job, place, Placement.elsewhere(live, place.executorId));
      }
    }
  }

  /** Rivals that were started since the start. */
  public long rivals() {
    return rivals;
  }

  private void startRival(Job job, TaskPlace place, int executorId) {
    rivals++;
    place.hadRival = true;
    place.rival = new Job.Rival(executorId, place.nextAttempt());
    messages.run(job, executorId, place, place.rival.attempt());
    messages.pushAgain(job, place, executorId);
  }

  /** The rival was faster: reducers take its pages, those of the other are not looked at. */
  private void useRival(Job job, TaskPlace place) {
    place.useRival();
    if (place.task.writesShuffle() >= 0) {
      messages.useAttempt(job, place);
    }
  }

  /** Failed attempts of tasks since the start. */
  public long failedTasks() {
    return failedTasks;
  }

  /** Bytes of records that tasks wrote by generic serialization, for want of a layout. */
  public long genericBytes() {
    return genericBytes;
  }

  public int runningJobs() {
    return jobs.size();
  }

  /** Plans again what read kept partitions that are gone; they are computed again. */
  private void onPartitionsLost(Job job, TaskPlace place, String why) {
    for (StoredInput stored : InputTree.stored(place.task.input().tree())) {
      residents.datasets().onPartitionLost(stored.getDatasetId(), stored.getPartition());
    }
    planAgain(job, why);
  }

  private void place(Job job) {
    if (!lives(job.plan.residents(), pool.all())) {
      planAgain(job, "an executor that keeps what it reads was lost");
      return;
    }
    if (!isSettled(job)) {
      // It waits until it is known where its blocks are; what is still said is of an older
      // placement.
      job.placementVersion++;
      job.involved.clear();
      return;
    }
    job.beginnings++;
    job.placementVersion++;
    job.placedNanos = stragglers.now();
    job.involved.clear();
    job.awaited = 0;
    int toRun = 0;
    for (TaskPlace place : job.places) {
      place.finished = false;
      toRun += job.mustRun(place) ? 1 : 0;
    }
    Workforce workers = workforce();
    Placement placement = new Placement(workers, toRun);
    job.reducers = new int[job.plan.shuffles().size()][];
    job.maps = new Job.MapProgress[job.plan.shuffles().size()];
    for (JobPlan.PlannedShuffle shuffle : job.plan.shuffles()) {
      int[] reducers = new int[shuffle.partitionCount()];
      for (int r = 0; r < reducers.length; r++) {
        reducers[r] = placement.reducer(r);
      }
      job.reducers[shuffle.shuffleId()] = reducers;
      job.maps[shuffle.shuffleId()] = new Job.MapProgress(shuffle.mapCount());
    }
    List<List<TaskPlace>> byWorker =
        new ArrayList<>(Collections.nCopies(workers.size(), List.of()));
    Map<Integer, List<TaskPlace>> leaving = new TreeMap<>();
    for (TaskPlace place : job.places) {
      if (job.mustRun(place)) {
        job.awaited += job.awaits(place) ? 1 : 0;
        place.begin(firstAttempt(job, place));
        place.executorId = choose(job, place, placement);
        routeTo(job, place);
        int worker = workers.indexOf(place.executorId);
        if (worker < 0) {
          leaving.computeIfAbsent(place.executorId, id -> new ArrayList<>()).add(place);
        } else {
          if (byWorker.get(worker).isEmpty()) {
            byWorker.set(worker, new ArrayList<>());
          }
          byWorker.get(worker).add(place);
        }
      }
    }
    job.forms.clear();
    job.hasLaterMaps = false;
    job.wire(wirings);
    for (int i = 0; i < workers.size(); i++) {
      if (!byWorker.get(i).isEmpty()) {
        messages.run(job, workers.get(i).id(), byWorker.get(i), stragglers.now());
      }
    }
    leaving.forEach(
        (executorId, places) -> messages.run(job, executorId, places, stragglers.now()));
  }

  private boolean isSettled(Job job) {
    for (TaskPlace place : job.places) {
      if (job.mustRun(place) && !isSettled(place)) {
        return false;
      }
    }
    return true;
  }

  private boolean isSettled(TaskPlace place) {
    for (BlockSlice slice : place.blocks) {
      if (!pool.isSettled(slice.getStreamId(), slice.getFrom(), slice.getUntil())) {
        return false;
      }
    }
    return true;
  }

  private static boolean lives(Set<Integer> executors, List<LiveExecutor> live) {
    return executors.isEmpty()
        || live.stream().map(LiveExecutor::id).collect(Collectors.toSet()).containsAll(executors);
  }

  /** What the task reads of shuffles goes to where it is. */
  private static void routeTo(Job job, TaskPlace place) {
    for (ShuffleRead read : place.task.input().reads()) {
      job.reducers[read.shuffleId()][read.partition()] = place.executorId;
    }
  }

  /**
   * Reducers take attempt 0 of a map without being told. Any other task gets a number it never had:
   * what an executor that is given up still writes must not have the name of what counts.
   */
  private static int firstAttempt(Job job, TaskPlace place) {
    boolean again = job.placementVersion > 1 && place.executorId >= 0;
    return place.task.writesShuffle() < 0 && again ? place.nextAttempt() : 0;
  }

  private int choose(Job job, TaskPlace task, Placement placement) {
    PlannedInput input = task.task.input();
    if (input.place() >= 0) {
      JobPlan.Place place = job.plan.places().get(input.place());
      int executorId =
          place.executorId() >= 0 ? place.executorId() : placement.reducer(place.alignment());
      placement.assign(executorId);
      return executorId;
    }
    List<Integer> holders = input.locality().executors();
    return placement.place(
        holders.isEmpty() ? holdersOfBlocks(task) : holders, input.locality().hosts());
  }

  private List<Integer> holdersOfBlocks(TaskPlace task) {
    if (task.blocks.isEmpty()) {
      return List.of();
    }
    BlockSlice first = task.blocks.get(0);
    return pool.holders(first.getStreamId(), first.getFrom(), first.getUntil());
  }

  private void placeAgain(Job job, String why) {
    if (!mayBeginAgain(job, why)) {
      return;
    }
    List<Integer> before = new ArrayList<>(job.involved);
    int ended = job.placementVersion;
    place(job);
    if (!job.planning) {
      before.removeAll(job.involved);
      messages.endPlacement(job, ended, before);
    }
  }

  private boolean mayBeginAgain(Job job, String why) {
    if (job.beginnings < MOST_BEGINNINGS) {
      return true;
    }
    fail(
        job,
        new MillraceException(
            ErrorCode.EXECUTOR_LOST,
            "job '"
                + job.plan.description()
                + "' was broken off each of "
                + MOST_BEGINNINGS
                + " times that it was begun, the last time because "
                + why
                + "; look at the executors' logs for the cause"));
    return false;
  }

  /** What executors keep is not what it was when the job was planned. */
  private void planAgain(Job job, String why) {
    if (!mayBeginAgain(job, why)) {
      return;
    }
    job.beginnings++;
    job.planning = true;
    messages.endPlacement(job, job.placementVersion, job.involved);
    CompletableFuture<Void> unused =
        job.request.planAgain().get().handle((plan, failure) -> begin(job, plan, failure));
  }

  private Void begin(Job job, JobPlan plan, Throwable failure) {
    job.planning = false;
    if (jobs.get((long) job.request.id()) != job) {
      return null; // it ended meanwhile
    }
    if (failure != null) {
      Throwable cause = Answers.cause(failure);
      fail(
          job,
          cause instanceof MillraceException known
              ? known
              : new MillraceException(
                  ErrorCode.INTERNAL,
                  "planning of '" + job.plan.description() + "' failed",
                  cause));
      return null;
    }
    job.replan(plan);
    job.involved.clear();
    if (!pool.live().isEmpty()) {
      place(job);
    }
    return null;
  }

  /**
   * The next attempt, on another executor if it can be: state is where it is, and a reduce
   * partition that another task reads too goes to one place.
   */
  private void retry(Job job, TaskPlace place) {
    PlannedTask task = place.task;
    boolean moves = !task.input().readsState() && !job.sharesReads(place);
    place.attempt = place.nextAttempt();
    if (moves) {
      place.executorId = Placement.elsewhere(pool.live(), place.executorId);
      routeTo(job, place);
      job.wire(wirings);
    }
    if (task.writesShuffle() >= 0) {
      messages.useAttempt(job, place);
    }
    messages.run(job, place.executorId, List.of(place), stragglers.now());
    messages.pushAgain(job, place, place.executorId);
  }

  private void fail(Job job, MillraceException failure) {
    end(job);
    job.future.completeExceptionally(failure);
  }

  private void end(Job job) {
    jobs.remove((long) job.request.id());
    messages.end(job);
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
