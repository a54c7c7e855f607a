package org.millrace.am.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.millrace.am.dataset.Residents;
import org.millrace.am.plan.FakeShipping;
import org.millrace.am.plan.JobPlan;
import org.millrace.am.plan.Planner;
import org.millrace.api.HashPartitioner;
import org.millrace.api.Tuple2;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.function.Function2;
import org.millrace.api.function.PairFunction;
import org.millrace.api.function.VoidFunction;
import org.millrace.api.graph.CollectionNode;
import org.millrace.api.graph.Combining;
import org.millrace.api.graph.NarrowNode;
import org.millrace.api.graph.Operator;
import org.millrace.api.graph.RddNode;
import org.millrace.api.graph.ShuffleNode;
import org.millrace.api.spi.JobAction;
import org.millrace.runner.wire.Payload;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.TaskFailed;
import org.millrace.runner.wire.proto.TaskFinished;
import org.millrace.runner.wire.proto.TaskSpec;

/** Four tasks of a stage on two executors; a median of 100, so that 300 is the bound. */
class StragglersTest {
  private static final PairFunction<String, String, Integer> ONE = word -> new Tuple2<>(word, 1);
  private static final Function2<Integer, Integer, Integer> SUM = Integer::sum;
  private static final VoidFunction<Object> LOOK = record -> {};

  private final FakePool pool = new FakePool(1, 2);
  private long now = 1_000;
  private final JobScheduler scheduler =
      new JobScheduler(pool, Residents.none(), 4, new Stragglers(() -> now, 0.75, 3, 50));
  private final Planner planner = new Planner(new FakeShipping(), Residents.none(), () -> -1);
  private CompletableFuture<List<TaskResult>> future;
  private int otherExecutor;

  @Test
  void aTaskThatTakesThreeTimesTheMedianGetsARivalElsewhere() {
    collect(4);
    finishThreeAfter(100);

    now += 200;
    scheduler.onTick();
    assertThat(rivals()).isEmpty();

    now += 1;
    scheduler.onTick();
    assertThat(rivals()).hasSize(1);
    assertThat(rivals().get(0).getPartition()).isEqualTo(3);
    assertThat(rivals().get(0).getAttempt()).isEqualTo(1);

    scheduler.onTick();
    assertThat(rivals()).as("one is enough").hasSize(1);
  }

  @Test
  void nobodyIsJudgedBeforeThreeQuartersHaveEnded() {
    collect(4);
    now += 100;
    finish(0, 0, 0);
    finish(0, 1, 0);

    now += 10_000;
    scheduler.onTick();

    assertThat(rivals()).isEmpty();
  }

  @Test
  void whoeverEndsFirstCounts() {
    collect(4);
    straggle();

    finish(0, 3, 1, 7);

    assertThat(future).isCompleted();
    assertThat(future.join().get(3).finished().getResultCount()).isEqualTo(7);
    finish(0, 3, 0, 9);
    assertThat(future.join().get(3).finished().getResultCount()).isEqualTo(7);
  }

  @Test
  void theFirstAttemptCountsWhenItIsFasterAfterAll() {
    collect(4);
    straggle();

    finish(0, 3, 0, 9);

    assertThat(future.join().get(3).finished().getResultCount()).isEqualTo(9);
  }

  @Test
  void aRivalThatFailsLeavesTheOtherAlone() {
    collect(4);
    straggle();

    fail(other(), 3, 1);
    now += 10_000;
    scheduler.onTick();

    assertThat(future).isNotDone();
    assertThat(rivals()).as("no second one").hasSize(1);
    finish(0, 3, 0, 9);
    assertThat(future).isCompleted();
  }

  @Test
  void theRivalIsTheRetryOfATaskThatFails() {
    collect(4);
    straggle();
    pool.clear();

    fail(3 - other(), 3, 0);

    assertThat(rivals()).as("no third attempt").isEmpty();
    finish(0, 3, 1, 7);
    assertThat(future.join().get(3).finished().getResultCount()).isEqualTo(7);
  }

  @Test
  void reducersTakeThePagesOfTheMapThatWasFaster() {
    JobPlan plan = wordCount(4, 2);
    submit(plan);
    finishThreeAfter(100);
    now += 1_000;
    scheduler.onTick();
    assertThat(all()).filteredOn(Envelope::hasUseAttempt).as("not before it has ended").isEmpty();

    finish(0, 3, 1);

    assertThat(all())
        .filteredOn(Envelope::hasUseAttempt)
        .hasSize(2)
        .allMatch(message -> message.getUseAttempt().getAttempt() == 1)
        .allMatch(message -> message.getUseAttempt().getMapPartition() == 3);
  }

  @Test
  void aReducerIsJudgedFromWhenItHasItsInputAndItsRivalGetsThePages() {
    submit(wordCount(1, 4));
    now += 50_000;
    finish(0, 0, 0);
    now += 100;
    for (int partition = 0; partition < 3; partition++) {
      finish(1, partition, 0);
    }
    now += 200;
    scheduler.onTick();
    assertThat(all()).filteredOn(Envelope::hasRepushMapOutput).isEmpty();

    now += 1;
    scheduler.onTick();

    assertThat(all())
        .filteredOn(Envelope::hasRepushMapOutput)
        .isNotEmpty()
        .allMatch(message -> message.getRepushMapOutput().getReducePartitions(0) == 3);
  }

  @Test
  void whatRunsForItsSideEffectsRunsOnce() {
    submit(planner.plan(numbers(4), new JobAction.ForEach(LOOK), 0, 4, scheduler.slots()));
    finishThreeAfter(100);

    now += 10_000;
    scheduler.onTick();

    assertThat(rivals()).isEmpty();
  }

  @Test
  void aRetryAfterARivalHasANumberOfItsOwn() {
    collect(4);
    straggle();
    fail(other(), 3, 1);
    pool.clear();

    fail(3 - other(), 3, 0);

    assertThat(rivals()).extracting(TaskSpec::getAttempt).containsExactly(2);
  }

  private void straggle() {
    finishThreeAfter(100);
    now += 1_000;
    scheduler.onTick();
    assertThat(rivals()).hasSize(1);
  }

  private void finishThreeAfter(long nanos) {
    now += nanos;
    for (int partition = 0; partition < 3; partition++) {
      finish(0, partition, 0);
    }
  }

  /** The executor of the rival of partition 3. */
  private int other() {
    for (int executor = 1; executor <= 2; executor++) {
      for (Envelope message : pool.sentTo(executor)) {
        for (TaskSpec task : message.getRunTasks().getTasksList()) {
          if (task.getPartition() == 3 && task.getAttempt() == 0) {
            otherExecutor = 3 - executor;
          }
        }
      }
    }
    return otherExecutor;
  }

  private List<Envelope> all() {
    List<Envelope> all = new ArrayList<>(pool.sentTo(1));
    all.addAll(pool.sentTo(2));
    return all;
  }

  /** The attempts after the first ones. */
  private List<TaskSpec> rivals() {
    return all().stream()
        .flatMap(message -> message.getRunTasks().getTasksList().stream())
        .filter(task -> task.getAttempt() > 0)
        .toList();
  }

  private void collect(int partitions) {
    submit(
        planner.plan(
            numbers(partitions), new JobAction.Collect(), 0, partitions, scheduler.slots()));
  }

  private void submit(JobPlan plan) {
    future =
        scheduler.submit(
            new JobRequest(
                scheduler.newJobId(),
                plan,
                () -> CompletableFuture.completedFuture(plan),
                1_000,
                ReadSplits.UNCOUNTED,
                added -> {}));
  }

  private static RddNode numbers(int partitions) {
    List<List<Object>> records = new ArrayList<>();
    for (int i = 0; i < partitions; i++) {
      records.add(List.of("a"));
    }
    return new NarrowNode(
        new CollectionNode(records), Operator.MAP_TO_PAIR, ONE, false, "mapToPair");
  }

  private JobPlan wordCount(int maps, int reducers) {
    RddNode counts =
        new ShuffleNode(
            numbers(maps),
            new HashPartitioner(reducers),
            Combining.Combine.reduce(SUM),
            "reduceByKey");
    return planner.plan(counts, new JobAction.Collect(), 0, reducers, scheduler.slots());
  }

  private void finish(int stage, int partition, int attempt) {
    finish(stage, partition, attempt, 1);
  }

  private void finish(int stage, int partition, int attempt, int records) {
    scheduler.onTaskFinished(
        TaskFinished.newBuilder()
            .setJobId(1)
            .setPlacementVersion(1)
            .setStage(stage)
            .setPartition(partition)
            .setAttempt(attempt)
            .setResultCount(records)
            .build(),
        Payload.NONE);
  }

  private void fail(int executorId, int partition, int attempt) {
    scheduler.onTaskFailed(
        executorId,
        TaskFailed.newBuilder()
            .setJobId(1)
            .setPlacementVersion(1)
            .setStage(0)
            .setPartition(partition)
            .setAttempt(attempt)
            .setErrorCode(ErrorCode.TASK_FAILED.number())
            .setErrorClass("java.lang.IllegalStateException")
            .setMessage("no")
            .build());
  }
}
