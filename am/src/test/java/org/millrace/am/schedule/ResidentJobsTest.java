package org.millrace.am.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;
import static org.millrace.am.plan.Graphs.aligned;
import static org.millrace.am.plan.Graphs.grouped;
import static org.millrace.am.plan.Graphs.inOne;
import static org.millrace.am.plan.Graphs.pairs;
import static org.millrace.am.plan.Graphs.placed;
import static org.millrace.am.plan.Graphs.reduced;
import static org.millrace.am.plan.Graphs.state;
import static org.millrace.am.plan.Graphs.values;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.millrace.am.dataset.Residents;
import org.millrace.am.plan.FakeShipping;
import org.millrace.am.plan.JobPlan;
import org.millrace.am.plan.Planner;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.graph.RddNode;
import org.millrace.api.graph.UnionNode;
import org.millrace.api.spi.JobAction;
import org.millrace.api.storage.StorageLevel;
import org.millrace.runner.wire.Payload;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.RepushMapOutput;
import org.millrace.runner.wire.proto.RunTasks;
import org.millrace.runner.wire.proto.StateVersion;
import org.millrace.runner.wire.proto.StoredPartition;
import org.millrace.runner.wire.proto.TaskFailed;
import org.millrace.runner.wire.proto.TaskFinished;
import org.millrace.runner.wire.proto.TaskSpec;

/** Jobs that read several shuffles, what executors keep, and state. */
class ResidentJobsTest {
  private final FakePool pool = new FakePool(1, 2);
  private final Residents residents = Residents.none();
  private final JobScheduler scheduler = new JobScheduler(pool, residents, 4);
  private final Planner planner = new Planner(new FakeShipping(), residents, () -> -1);

  /** Jobs that wait for another plan. */
  private final Deque<Runnable> replans = new ArrayDeque<>();

  @BeforeEach
  void joined() {
    scheduler.onExecutorJoined();
  }

  // ---- several shuffles

  @Test
  void allThatATaskReadsIsRoutedToIt() {
    start(grouped(aligned(reduced(pairs(1)), placed(pairs(1)))));

    RunTasks message = tasksOf(1);
    assertThat(message.getShuffles(0).getReducersList()).containsExactly(1, 2);
    assertThat(message.getShuffles(1).getReducersList()).containsExactly(1, 2);
  }

  @Test
  void aPartitionThatACoalesceTakesAlongIsRoutedToItsTask() {
    RddNode sums = reduced(pairs(1));
    start(new UnionNode(List.of(sums, inOne(sums)), "union"));

    RunTasks message = tasksOf(1);
    assertThat(message.getShuffles(0).getReducersList()).containsExactly(1, 2);
    assertThat(message.getShuffles(1).getReducers(1)).isEqualTo(1);
  }

  @Test
  void aTaskThatMovedGetsAllItsShufflesPushedAgain() {
    start(grouped(aligned(reduced(pairs(1)), placed(pairs(1)))));
    pool.clear();

    fail(1, 2, 0, 0, ErrorCode.TASK_FAILED);

    assertThat(pool.sentTo(1))
        .filteredOn(Envelope::hasRepushMapOutput)
        .extracting(Envelope::getRepushMapOutput)
        .extracting(RepushMapOutput::getShuffleId, RepushMapOutput::getToExecutor)
        .containsExactly(tuple(0, 2), tuple(1, 2));
  }

  @Test
  void aTaskThatSharesItsReducePartitionIsTriedAgainWhereItIs() {
    RddNode sums = reduced(pairs(1));
    start(new UnionNode(List.of(sums, values(sums)), "union"));
    pool.clear();

    fail(1, 1, 0, 0, ErrorCode.TASK_FAILED);

    TaskSpec again = tasksOf(1).getTasks(0);
    assertThat(again.getPartition()).isZero();
    assertThat(again.getAttempt()).isEqualTo(1);
  }

  // ---- kept datasets

  @Test
  void readsAKeptPartitionWhereItIs() {
    RddNode kept = persisted(pairs(2));
    stored(2, kept, 0);
    stored(1, kept, 1);

    start(values(kept));

    assertThat(tasksOf(2).getTasks(0).getPartition()).isZero();
    assertThat(tasksOf(1).getTasks(0).getPartition()).isEqualTo(1);
  }

  @Test
  void computesAgainWhatTheHolderHadDropped() {
    RddNode kept = persisted(pairs(1));
    stored(2, kept, 0);
    CompletableFuture<List<TaskResult>> future = start(values(kept));

    fail(2, 0, 0, 0, ErrorCode.STORED_PARTITION_LOST);

    assertThat(pool.sentTo(2)).last().matches(Envelope::hasEndJob);
    assertThat(residents.datasets().holders(kept, 0)).isEmpty();
    pool.clear();
    replans.remove().run();
    TaskSpec again = tasksOf(1).getTasks(0);
    assertThat(again.getStoresCount()).isEqualTo(1);
    assertThat(again.getAttempt()).isEqualTo(1);
    finish(2, 0, 0, 1);
    assertThat(future).isCompleted();
  }

  @Test
  void aJobIsPlannedAgainWhenTheExecutorThatKeptItsInputIsLost() {
    RddNode kept = persisted(pairs(2));
    stored(1, kept, 0);
    stored(2, kept, 1);
    CompletableFuture<List<TaskResult>> future = start(values(kept));
    finish(1, 0, 0, 0);
    pool.clear();

    lose(2);
    assertThat(pool.sentTo(1)).allMatch(Envelope::hasEndJob);
    replans.remove().run();

    RunTasks again = tasksOf(1);
    assertThat(again.getTasksList()).extracting(TaskSpec::getPartition).containsExactly(1);
    assertThat(again.getTasks(0).getStoresCount()).isEqualTo(1);
    finish(2, 0, 1, 1);
    assertThat(future).isCompleted();
  }

  @Test
  void aResultThatComesWhileTheJobIsPlannedAgainCounts() {
    RddNode kept = persisted(pairs(2));
    stored(1, kept, 0);
    stored(2, kept, 1);
    CompletableFuture<List<TaskResult>> future = start(values(kept));
    lose(2);

    finish(1, 0, 0, 0);
    pool.clear();
    replans.remove().run();

    assertThat(tasksOf(1).getTasksList()).extracting(TaskSpec::getPartition).containsExactly(1);
    finish(2, 0, 1, 1);
    assertThat(future).isCompleted();
  }

  @Test
  void aJobIsNotBegunForEver() {
    RddNode kept = persisted(pairs(1));
    stored(2, kept, 0);
    CompletableFuture<List<TaskResult>> future = start(values(kept));

    int placement = 1;
    while (!future.isDone()) {
      assertThat(placement).isLessThan(20);
      int executor = pool.sentTo(1).stream().anyMatch(Envelope::hasRunTasks) ? 1 : 2;
      scheduler.onTaskFailed(
          executor,
          failed(0, 0, placement - 1, ErrorCode.STORED_PARTITION_LOST)
              .setPlacementVersion(placement)
              .build());
      placement++;
      if (!replans.isEmpty()) {
        pool.clear();
        replans.remove().run();
      }
    }

    assertThat(codeOf(future)).isEqualTo(ErrorCode.EXECUTOR_LOST);
  }

  @Test
  void waitsUntilItIsKnownWhatMapTasksLeft() {
    RddNode kept = persisted(pairs(1));
    CompletableFuture<List<TaskResult>> future = start(inOne(reduced(kept)));

    finish(1, 1, 0, 0);
    assertThat(future).isNotDone();
    finish(1, 0, 0, 0);

    assertThat(future).isCompleted();
  }

  // ---- state

  @Test
  void aStateTaskIsTriedAgainAtItsHome() {
    applied(2, 0, 1_000);
    applied(2, 1, 1_000);
    start(state(pairs(1), 2_000, 1_000));
    assertThat(tasksOf(2).getShuffles(0).getReducersList()).containsExactly(2, 2);
    pool.clear();

    fail(2, 1, 0, 0, ErrorCode.TASK_FAILED);

    assertThat(tasksOf(2).getTasks(0).getAttempt()).isEqualTo(1);
    assertThat(pool.sentTo(1)).noneMatch(Envelope::hasRunTasks);
  }

  @Test
  void aJobWhoseStateIsGoneFailsAndSaysWhichStream() {
    applied(2, 0, 1_000);
    applied(1, 1, 1_000);
    CompletableFuture<List<TaskResult>> future = start(state(pairs(1), 2_000, 1_000));

    lose(2);
    replans.remove().run();

    assertThat(codeOf(future)).isEqualTo(ErrorCode.STATE_LOST);
    assertThat(future)
        .failsWithin(0, TimeUnit.SECONDS)
        .withThrowableThat()
        .withMessageContaining("updateStateByKey");
    assertThat(scheduler.runningJobs()).isZero();
  }

  @Test
  void aPlanThatAnExecutorDidNotOutliveIsNotUsed() {
    applied(2, 0, 1_000);
    applied(2, 1, 1_000);
    JobPlan plan = plan(state(pairs(1), 2_000, 1_000));
    pool.lose(2);
    residents.onExecutorLost(2);
    scheduler.onExecutorLost(2);

    CompletableFuture<List<TaskResult>> future =
        submit(plan, () -> plan(state(pairs(1), 2_000, 1_000)));

    assertThat(pool.sentTo(1)).isEmpty();
    replans.remove().run();
    assertThat(codeOf(future)).isEqualTo(ErrorCode.STATE_LOST);
  }

  // ---- cancelling

  @Test
  void aCancelledJobEndsOnItsExecutors() {
    CompletableFuture<List<TaskResult>> future = start(reduced(pairs(2)));
    pool.clear();

    scheduler.cancel(1, new MillraceException(ErrorCode.ALREADY_STOPPED, "cancelled"));

    assertThat(future).isCompletedExceptionally();
    assertThat(pool.sentTo(1)).singleElement().matches(Envelope::hasEndJob);
    assertThat(pool.sentTo(2)).singleElement().matches(Envelope::hasEndJob);
    assertThat(scheduler.runningJobs()).isZero();
  }

  @Test
  void aJobThatIsCancelledWhileItIsPlannedAgainStaysCancelled() {
    RddNode kept = persisted(pairs(1));
    stored(2, kept, 0);
    start(values(kept));
    fail(2, 0, 0, 0, ErrorCode.STORED_PARTITION_LOST);
    scheduler.cancel(1, new MillraceException(ErrorCode.ALREADY_STOPPED, "cancelled"));
    pool.clear();

    replans.remove().run();

    assertThat(pool.sentTo(1)).isEmpty();
    assertThat(pool.sentTo(2)).isEmpty();
  }

  @CanIgnoreReturnValue
  private CompletableFuture<List<TaskResult>> start(RddNode rdd) {
    CompletableFuture<List<TaskResult>> future = submit(plan(rdd), () -> plan(rdd));
    assertThat(future).isNotDone();
    return future;
  }

  private JobPlan plan(RddNode rdd) {
    return planner.plan(rdd, new JobAction.Collect(), 0, rdd.partitionCount(), scheduler.slots());
  }

  private CompletableFuture<List<TaskResult>> submit(JobPlan plan, Supplier<JobPlan> again) {
    return scheduler.submit(
        new JobRequest(
            scheduler.newJobId(),
            plan,
            () -> {
              CompletableFuture<JobPlan> answer = new CompletableFuture<>();
              replans.add(() -> complete(answer, again));
              return answer;
            },
            1_000,
            ReadSplits.UNCOUNTED,
            added -> {}));
  }

  private static void complete(CompletableFuture<JobPlan> answer, Supplier<JobPlan> plan) {
    try {
      answer.complete(plan.get());
    } catch (MillraceException failure) {
      answer.completeExceptionally(failure);
    }
  }

  private RunTasks tasksOf(int executorId) {
    List<RunTasks> messages = new ArrayList<>();
    for (Envelope envelope : pool.sentTo(executorId)) {
      if (envelope.hasRunTasks()) {
        messages.add(envelope.getRunTasks());
      }
    }
    assertThat(messages).hasSize(1);
    return messages.get(0);
  }

  private RddNode persisted(RddNode node) {
    residents.datasets().persist(node, StorageLevel.MEMORY_ONLY);
    return node;
  }

  private void stored(int executorId, RddNode node, int partition) {
    StoredPartition stored =
        StoredPartition.newBuilder().setDatasetId(node.id()).setPartition(partition).build();
    assertThat(residents.datasets().onStored(executorId, List.of(stored))).isEmpty();
  }

  private void applied(int executorId, int partition, long versionMs) {
    StateVersion version =
        StateVersion.newBuilder()
            .setStateId(7)
            .setPartition(partition)
            .setVersionMs(versionMs)
            .build();
    assertThat(residents.states().onApplied(executorId, List.of(version))).isEmpty();
  }

  private void lose(int executorId) {
    pool.lose(executorId);
    residents.onExecutorLost(executorId);
    scheduler.onExecutorLost(executorId);
  }

  private void finish(int placement, int stage, int partition, int attempt) {
    scheduler.onTaskFinished(
        TaskFinished.newBuilder()
            .setJobId(1)
            .setPlacementVersion(placement)
            .setStage(stage)
            .setPartition(partition)
            .setAttempt(attempt)
            .build(),
        Payload.NONE);
  }

  private void fail(int executorId, int stage, int partition, int attempt, ErrorCode code) {
    scheduler.onTaskFailed(executorId, failed(stage, partition, attempt, code).build());
  }

  private static TaskFailed.Builder failed(int stage, int partition, int attempt, ErrorCode code) {
    return TaskFailed.newBuilder()
        .setJobId(1)
        .setPlacementVersion(1)
        .setStage(stage)
        .setPartition(partition)
        .setAttempt(attempt)
        .setErrorCode(code.number())
        .setMessage("no");
  }

  private static ErrorCode codeOf(CompletableFuture<?> future) {
    try {
      future.get(0, TimeUnit.SECONDS);
    } catch (ExecutionException failure) {
      return ((MillraceException) failure.getCause()).code();
    } catch (Exception other) {
      throw new AssertionError(other);
    }
    throw new AssertionError("it did not fail");
  }
}
