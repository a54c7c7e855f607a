package org.millrace.am.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.millrace.am.dataset.Residents;
import org.millrace.am.plan.FakeShipping;
import org.millrace.am.plan.JobPlan;
import org.millrace.am.plan.LeafInputs;
import org.millrace.am.plan.Planner;
import org.millrace.api.HashPartitioner;
import org.millrace.api.Tuple2;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.function.Function2;
import org.millrace.api.function.PairFunction;
import org.millrace.api.graph.CollectionNode;
import org.millrace.api.graph.Combining;
import org.millrace.api.graph.FileSplit;
import org.millrace.api.graph.NarrowNode;
import org.millrace.api.graph.Operator;
import org.millrace.api.graph.RddNode;
import org.millrace.api.graph.ShuffleNode;
import org.millrace.api.graph.TextFilesNode;
import org.millrace.api.spi.JobAction;
import org.millrace.runner.wire.Payload;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.RunTasks;
import org.millrace.runner.wire.proto.TaskFailed;
import org.millrace.runner.wire.proto.TaskFinished;
import org.millrace.runner.wire.proto.TaskInput;
import org.millrace.runner.wire.proto.TaskSpec;

class JobSchedulerTest {
  private static final PairFunction<String, String, Integer> ONE = word -> new Tuple2<>(word, 1);
  private static final Function2<Integer, Integer, Integer> SUM = Integer::sum;

  private final FakePool pool = new FakePool(1, 2);
  private final JobScheduler scheduler = new JobScheduler(pool, Residents.none(), 4);
  private final Planner planner = new Planner(new FakeShipping(), Residents.none(), () -> -1);

  @Test
  void sendsEachExecutorOneMessageWithAllItsTasks() {
    start(wordCount(4, 2), 1_000);

    assertThat(pool.sentTo(1)).hasSize(1);
    assertThat(pool.sentTo(2)).hasSize(1);
    RunTasks first = pool.sentTo(1).get(0).getRunTasks();
    assertThat(first.getTasksList()).extracting(TaskSpec::getStage).containsExactly(0, 0, 1);
    assertThat(first.getShuffles(0).getReducersList()).containsExactly(1, 2);
    assertThat(first.getBatchTimeMs()).isEqualTo(1_000);
  }

  @Test
  void shipsATemplateToAnExecutorOnce() {
    JobPlan plan = wordCount(2, 2);
    start(plan, 1_000);
    pool.clear();

    start(plan, 2_000);

    assertThat(pool.sentTo(1).get(0).getRunTasks().getTemplatesList()).isEmpty();
    assertThat(pool.sentTo(1).get(0).getRunTasks().getFunctionSetsList()).isEmpty();
  }

  @Test
  void completesWithTheResultsInPartitionOrder() {
    CompletableFuture<List<TaskResult>> future = submit(wordCount(1, 2), 1_000);

    finish(1, 1, 1, 0, 11);
    finish(1, 1, 0, 0, 10);

    assertThat(future).isCompleted();
    assertThat(future.join())
        .extracting(result -> result.finished().getResultCount())
        .containsExactly(10, 11);
    assertThat(pool.sentTo(2)).last().matches(Envelope::hasEndJob);
  }

  @Test
  void givesAFailedMapTaskToAnotherExecutorAndTellsTheReducersFirst() {
    start(wordCount(2, 2), 1_000);
    pool.clear();

    fail(1, 0, 0, 0, ErrorCode.TASK_FAILED);

    List<Envelope> toSecond = pool.sentTo(2);
    assertThat(toSecond.get(0).getUseAttempt().getAttempt()).isEqualTo(1);
    TaskSpec again = toSecond.get(1).getRunTasks().getTasks(0);
    assertThat(again.getPartition()).isZero();
    assertThat(again.getAttempt()).isEqualTo(1);
  }

  @Test
  void aReducerThatMovedGetsItsPagesPushedAgain() {
    start(wordCount(2, 2), 1_000);
    pool.clear();

    fail(1, 1, 0, 0, ErrorCode.TASK_FAILED);

    assertThat(pool.sentTo(1))
        .filteredOn(Envelope::hasRepushMapOutput)
        .allMatch(message -> message.getRepushMapOutput().getToExecutor() == 2)
        .hasSize(1);
    assertThat(pool.sentTo(2)).filteredOn(Envelope::hasRunTasks).hasSize(1);
  }

  @Test
  void failsTheJobWithTheCauseAfterTheLastAttempt() {
    CompletableFuture<List<TaskResult>> future = submit(wordCount(1, 1), 1_000);

    int executor = 1;
    for (int attempt = 0; attempt < 4; attempt++) {
      fail(executor, 0, 0, attempt, ErrorCode.TASK_FAILED);
      executor = 3 - executor;
    }

    assertThatThrownBy(future::get)
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOfSatisfying(
            MillraceException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.TASK_FAILED))
        .hasMessageContaining("failed 4 times")
        .hasMessageContaining("java.lang.IllegalStateException: no");
    assertThat(scheduler.runningJobs()).isZero();
  }

  @Test
  void doesNotRetryAMistakeOfTheProgram() {
    CompletableFuture<List<TaskResult>> future = submit(wordCount(1, 1), 1_000);

    fail(1, 0, 0, 0, ErrorCode.UNSTABLE_KEY);

    assertThat(future).isCompletedExceptionally();
  }

  @Test
  void sendsAgainWhatAnExecutorDropped() {
    JobPlan plan = wordCount(1, 1);
    start(plan, 1_000);
    ByteString dropped = plan.tasks().get(0).pipeline().template().getId();
    pool.clear();

    scheduler.onTaskFailed(1, failed(0, 0, 0, ErrorCode.INTERNAL).addMissing(dropped).build());

    RunTasks again = pool.sentTo(1).get(0).getRunTasks();
    assertThat(again.getTemplates(0).getId()).isEqualTo(dropped);
    assertThat(again.getTasks(0).getAttempt()).isZero();
  }

  @Test
  void aLostExecutorGivesTheJobANewPlacementThatKeepsItsResults() {
    CompletableFuture<List<TaskResult>> future = submit(wordCount(2, 2), 1_000);
    finish(1, 1, 0, 0, 10);
    pool.clear();

    pool.lose(2);
    scheduler.onExecutorLost(2);

    RunTasks again = pool.sentTo(1).get(0).getRunTasks();
    assertThat(again.getPlacementVersion()).isEqualTo(2);
    assertThat(again.getTasksList())
        .extracting(task -> task.getStage() + "/" + task.getPartition())
        .containsExactly("0/0", "0/1", "1/1");
    finish(2, 1, 1, 1, 11);
    assertThat(future).isCompleted();
  }

  @Test
  void aJobStartsOverWhenTheLinkBetweenItsExecutorsBroke() {
    start(wordCount(2, 2), 1_000);
    pool.clear();

    scheduler.onLinkBroken(1, 2);

    assertThat(pool.sentTo(1).get(0).getRunTasks().getPlacementVersion()).isEqualTo(2);
    assertThat(pool.sentTo(2).get(0).getRunTasks().getPlacementVersion()).isEqualTo(2);
  }

  @Test
  void aTaskWithAResultNeverGetsTheSameAttemptInAnotherPlacement() {
    start(wordCount(2, 2), 1_000);
    pool.lose(2);
    pool.clear();

    scheduler.onExecutorLost(2);

    assertThat(pool.sentTo(1).get(0).getRunTasks().getTasksList())
        .extracting(task -> task.getStage() + ":" + task.getAttempt())
        .containsExactly("0:0", "0:0", "1:1", "1:1");
  }

  @Test
  void resultsOfAnOlderPlacementAreDropped() {
    CompletableFuture<List<TaskResult>> future = submit(wordCount(2, 1), 1_000);
    pool.lose(2);
    scheduler.onExecutorLost(2);

    finish(1, 1, 0, 0, 10);

    assertThat(future).isNotDone();
  }

  @Test
  void aJobWaitsForTheFirstExecutor() {
    FakePool empty = new FakePool();
    JobScheduler waiting = new JobScheduler(empty, Residents.none(), 4);
    CompletableFuture<List<TaskResult>> future = submit(waiting, wordCount(1, 1), 1_000);
    assertThat(future).isNotDone();

    empty.join(7);
    waiting.onExecutorJoined();

    assertThat(empty.sentTo(7)).hasSize(1);
  }

  @Test
  void takesNoMoreJobsOfBatchesOnceAllWereCancelled() {
    MillraceException cause = new MillraceException(ErrorCode.ALREADY_STOPPED, "stopped");
    CompletableFuture<List<TaskResult>> running = submit(wordCount(2, 2), 1_000);
    scheduler.cancelAll(cause);
    CompletableFuture<List<TaskResult>> late = submit(wordCount(2, 2), 1_000);
    CompletableFuture<List<TaskResult>> ofTheProgram = submit(wordCount(2, 2), -1);

    assertThat(running).isCompletedExceptionally();
    assertThat(late).isCompletedExceptionally();
    assertThat(ofTheProgram).isNotDone();
    assertThat(scheduler.runningJobs()).isEqualTo(1);
  }

  @Test
  void aJobThatLostAllItsExecutorsGoesOnWithTheNextOne() {
    start(wordCount(1, 1), 1_000);
    pool.lose(1);
    scheduler.onExecutorLost(1);
    pool.lose(2);
    scheduler.onExecutorLost(2);
    pool.clear();

    pool.join(3);
    scheduler.onExecutorJoined();

    assertThat(pool.sentTo(3)).filteredOn(Envelope::hasRunTasks).hasSize(1);
  }

  @Test
  void waitsForTheCountsOfFilesAndTellsThoseThatWereReadToTheEnd() {
    FileSplit first = new FileSplit("/in/a", 0, 10, 1, List.of());
    FileSplit second = new FileSplit("/in/b", 0, 20, 1, List.of());
    RddNode lines = new TextFilesNode(List.of(first, second));
    RddNode pairs = new NarrowNode(lines, Operator.MAP_TO_PAIR, ONE, false, "mapToPair");
    RddNode counts =
        new ShuffleNode(
            pairs, new HashPartitioner(1), Combining.Combine.reduce(SUM), "reduceByKey");
    JobPlan plan = planner.plan(counts, new JobAction.Collect(), 0, 1, scheduler.slots());
    Map<TaskInput, Long> read = new HashMap<>();
    CompletableFuture<List<TaskResult>> future =
        scheduler.submit(
            new JobRequest(
                scheduler.newJobId(),
                plan,
                () -> CompletableFuture.completedFuture(plan),
                1_000,
                read::put,
                added -> {}));

    finish(1, 1, 0, 0, 10);
    finishReading(0, 7);
    assertThat(future).as("the other file's count may still be on its way").isNotDone();
    finishReading(1, -1);

    assertThat(future).isCompleted();
    assertThat(read)
        .containsOnly(Map.entry(LeafInputs.ofFiles(new TextFilesNode(List.of(first))).get(0), 7L));
  }

  private void finishReading(int partition, long records) {
    scheduler.onTaskFinished(
        TaskFinished.newBuilder()
            .setJobId(1)
            .setPlacementVersion(1)
            .setPartition(partition)
            .addSplitRecords(records)
            .build(),
        Payload.NONE);
  }

  private CompletableFuture<List<TaskResult>> submit(JobPlan plan, long batchTimeMs) {
    return submit(scheduler, plan, batchTimeMs);
  }

  private static CompletableFuture<List<TaskResult>> submit(
      JobScheduler to, JobPlan plan, long batchTimeMs) {
    return to.submit(
        new JobRequest(
            to.newJobId(),
            plan,
            () -> CompletableFuture.completedFuture(plan),
            batchTimeMs,
            ReadSplits.UNCOUNTED,
            added -> {}));
  }

  private void start(JobPlan plan, long batchTimeMs) {
    CompletableFuture<List<TaskResult>> future = submit(plan, batchTimeMs);
    assertThat(future).isNotDone();
  }

  private JobPlan wordCount(int maps, int reducers) {
    List<List<Object>> partitions = new ArrayList<>();
    for (int i = 0; i < maps; i++) {
      partitions.add(List.of("a", "b"));
    }
    RddNode pairs =
        new NarrowNode(
            new CollectionNode(partitions), Operator.MAP_TO_PAIR, ONE, false, "mapToPair");
    RddNode counts =
        new ShuffleNode(
            pairs, new HashPartitioner(reducers), Combining.Combine.reduce(SUM), "reduceByKey");
    return planner.plan(counts, new JobAction.Collect(), 0, reducers, scheduler.slots());
  }

  private void finish(int placement, int stage, int partition, int attempt, int records) {
    scheduler.onTaskFinished(
        TaskFinished.newBuilder()
            .setJobId(1)
            .setPlacementVersion(placement)
            .setStage(stage)
            .setPartition(partition)
            .setAttempt(attempt)
            .setResultCount(records)
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
        .setErrorClass("java.lang.IllegalStateException")
        .setMessage("no");
  }
}
