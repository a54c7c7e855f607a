package org.millrace.am.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.millrace.am.dataset.Residents;
import org.millrace.am.plan.FakeShipping;
import org.millrace.am.plan.JobPlan;
import org.millrace.am.plan.Planner;
import org.millrace.api.HashPartitioner;
import org.millrace.api.Tuple2;
import org.millrace.api.function.Function2;
import org.millrace.api.function.PairFunction;
import org.millrace.api.graph.CollectionNode;
import org.millrace.api.graph.Combining;
import org.millrace.api.graph.NarrowNode;
import org.millrace.api.graph.Operator;
import org.millrace.api.graph.ShuffleNode;
import org.millrace.api.spi.JobAction;
import org.millrace.runner.task.TaskForms;
import org.millrace.runner.wire.Payload;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.FinishedGroup;
import org.millrace.runner.wire.proto.RunTasks;
import org.millrace.runner.wire.proto.TaskFailed;
import org.millrace.runner.wire.proto.TaskFinished;
import org.millrace.runner.wire.proto.TaskSpec;
import org.millrace.runner.wire.proto.TasksFinished;
import org.millrace.runner.wire.proto.Wiring;

/** What is said once for many tasks. */
class LargeJobsTest {
  private static final int MAPS = 10;
  private static final int REDUCERS = 100;
  private static final PairFunction<String, String, Integer> ONE = word -> new Tuple2<>(word, 1);
  private static final Function2<Integer, Integer, Integer> SUM = Integer::sum;

  private final FakePool pool = new FakePool(1, 2);
  private final JobScheduler scheduler = new JobScheduler(pool, Residents.none(), 4);
  private final Planner planner = new Planner(new FakeShipping(), Residents.none(), () -> -1);

  @Test
  void tasksThatAreAlikeAreOneGroup() {
    JobPlan plan = wordCount();
    begin(plan);

    Map<String, Object> inputs = new TreeMap<>();
    for (int executor = 1; executor <= 2; executor++) {
      RunTasks message = runTasks(executor, 0);
      assertThat(message.getTasksCount()).isZero();
      assertThat(message.getGroupsCount()).isEqualTo(2);
      assertThat(message.getGroups(0).hasForm()).isFalse();
      assertThat(message.getGroups(1).hasForm()).isTrue();
      assertThat(message.getGroups(1).getInputsCount()).isZero();
      for (TaskSpec task : TaskForms.tasks(message)) {
        inputs.put(task.getStage() + "/" + task.getPartition(), task.getInput());
      }
    }
    Map<String, Object> planned = new TreeMap<>();
    plan.tasks()
        .forEach(task -> planned.put(task.stage() + "/" + task.partition(), task.input().tree()));
    assertThat(inputs).isEqualTo(planned);
  }

  @Test
  void whereReducersAreIsSaidOnceAsLongAsTheExecutorsStay() {
    begin(wordCount());
    RunTasks first = runTasks(1, 0);
    assertThat(first.getWiringsCount()).isEqualTo(1);
    assertThat(first.getWirings(0).getReducersList())
        .isEqualTo(IntStream.range(0, REDUCERS).map(i -> 1 + i % 2).boxed().toList());
    assertThat(first.getShuffles(0).getWiring()).isEqualTo(first.getWirings(0).getId());
    assertThat(first.getShuffles(0).getReducersCount()).isZero();

    begin(wordCount());
    RunTasks second = runTasks(1, 1);
    assertThat(second.getWiringsCount()).isZero();
    assertThat(second.getShuffles(0).getWiring()).isEqualTo(first.getWirings(0).getId());

    pool.join(3);
    scheduler.onExecutorJoined();
    begin(wordCount());
    Wiring changed = runTasks(1, 2).getWirings(0);
    assertThat(changed.getId()).isNotEqualTo(first.getWirings(0).getId());
    assertThat(runTasks(3, 0).getWirings(0)).isEqualTo(changed);
  }

  @Test
  void aWiringThatAnExecutorHasDroppedIsSentAgain() {
    begin(wordCount());
    RunTasks first = runTasks(1, 0);
    TaskSpec task = TaskForms.tasks(first).get(0);

    scheduler.onTaskFailed(
        1,
        TaskFailed.newBuilder()
            .setJobId(first.getJobId())
            .setPlacementVersion(first.getPlacementVersion())
            .setStage(task.getStage())
            .setPartition(task.getPartition())
            .addMissing(first.getShuffles(0).getWiring())
            .build());

    RunTasks again = runTasks(1, 1);
    assertThat(again.getWiringsList()).isEqualTo(first.getWiringsList());
    assertThat(again.getShufflesList()).isEqualTo(first.getShufflesList());
    assertThat(again.getTasksList()).containsExactly(task);
  }

  @Test
  void takesTheReportOfAllTasksOfAnExecutor() {
    CompletableFuture<List<TaskResult>> results = submit(wordCount());
    for (int executor = 1; executor <= 2; executor++) {
      RunTasks message = runTasks(executor, 0);
      TasksFinished.Builder report =
          TasksFinished.newBuilder()
              .setJobId(message.getJobId())
              .setPlacementVersion(message.getPlacementVersion());
      FinishedGroup.Builder maps = FinishedGroup.newBuilder();
      for (TaskSpec task : TaskForms.tasks(message)) {
        if (task.getStage() == 0) {
          maps.addPartitions(task.getPartition());
        } else {
          report.addTasks(
              TaskFinished.newBuilder()
                  .setStage(1)
                  .setPartition(task.getPartition())
                  .setResultCount(task.getPartition()));
        }
      }
      assertThat(results).isNotDone();
      scheduler.onTasksFinished(report.addGroups(maps).build(), Payload.NONE);
    }
    assertThat(results.join())
        .extracting(result -> result.finished().getResultCount())
        .isEqualTo(IntStream.range(0, REDUCERS).boxed().toList());
    assertThat(pool.sentTo(1)).filteredOn(Envelope::hasEndJob).hasSize(1);
  }

  private RunTasks runTasks(int executor, int index) {
    return pool.sentTo(executor).stream()
        .filter(Envelope::hasRunTasks)
        .map(Envelope::getRunTasks)
        .toList()
        .get(index);
  }

  private void begin(JobPlan plan) {
    assertThat(submit(plan)).isNotDone();
  }

  private CompletableFuture<List<TaskResult>> submit(JobPlan plan) {
    return scheduler.submit(
        new JobRequest(
            scheduler.newJobId(),
            plan,
            () -> CompletableFuture.completedFuture(plan),
            1_000,
            ReadSplits.UNCOUNTED,
            added -> {}));
  }

  private JobPlan wordCount() {
    scheduler.onExecutorJoined();
    List<List<Object>> partitions = new ArrayList<>();
    for (int i = 0; i < MAPS; i++) {
      partitions.add(List.of("a", "b"));
    }
    return planner.plan(
        new ShuffleNode(
            new NarrowNode(
                new CollectionNode(partitions), Operator.MAP_TO_PAIR, ONE, false, "mapToPair"),
            new HashPartitioner(REDUCERS),
            Combining.Combine.reduce(SUM),
            "reduceByKey"),
        new JobAction.Collect(),
        0,
        REDUCERS,
        scheduler.slots());
  }
}
