package org.millrace.runner.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.function.Function;
import org.millrace.api.graph.Operator;
import org.millrace.checkpoint.runtime.SimulatedTime;
import org.millrace.runner.task.JobBuilder.Pipe;
import org.millrace.runner.wire.Frame;
import org.millrace.runner.wire.proto.EndJob;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.MapOutputEnd;
import org.millrace.runner.wire.proto.Ping;
import org.millrace.runner.wire.proto.RunTasks;
import org.millrace.runner.wire.proto.ShuffleInput;
import org.millrace.runner.wire.proto.ShuffleSpec;
import org.millrace.runner.wire.proto.SinkKind;
import org.millrace.runner.wire.proto.SourceKind;
import org.millrace.runner.wire.proto.TaskFailed;
import org.millrace.runner.wire.proto.TaskInput;

class TaskManagerTest {
  private static final AtomicInteger CALLS = new AtomicInteger();

  private final TestCluster cluster = new TestCluster(SimulatedTime.inOrder());
  private final SingleTask single = new SingleTask(cluster);
  private final Pipe counting =
      JobBuilder.from(SourceKind.RECORDS)
          .apply(Operator.MAP, (Function<Integer, Integer>) x -> CALLS.incrementAndGet())
          .sink(SinkKind.COUNT, null)
          .build();

  private final Pipe reducing =
      JobBuilder.from(SourceKind.SHUFFLE).sink(SinkKind.COUNT, null).build();

  TaskManagerTest() {
    cluster.addExecutors(1, 1, 1 << 20, TaskSettings.DEFAULT);
  }

  @BeforeEach
  void forget() {
    CALLS.set(0);
  }

  private RunTasks.Builder message(long jobId, int version, int partition) {
    return RunTasks.newBuilder()
        .setJobId(jobId)
        .setPlacementVersion(version)
        .addTasks(counting.task(0, partition, single.records(1, 2, 3)));
  }

  private RunTasks.Builder withPlan(RunTasks.Builder message) {
    return message.addTemplates(counting.template()).addFunctionSets(counting.functions());
  }

  private EndJob.Builder end(long jobId) {
    return EndJob.newBuilder().setJobId(jobId);
  }

  @Test
  void asksForTheTemplateAndTheFunctionsThatItDoesNotHold() {
    cluster.executor(0).runTasks(message(1, 1, 0).build());
    cluster.run();
    TaskFailed failed = cluster.driver.failed().get(0);
    assertThat(failed.getMissingList())
        .containsExactly(counting.template().getId(), counting.functions().getId());
    cluster.executor(0).runTasks(withPlan(message(1, 1, 0)).build());
    cluster.run();
    assertThat(cluster.driver.finished(0, 0).records()).containsExactly(3L);
    cluster.executor(0).runTasks(message(2, 1, 5).build());
    cluster.run();
    assertThat(cluster.driver.finished(0, 5).records()).containsExactly(3L);
  }

  @Test
  void forgetsFunctionsWhenToldAndTheOldestWhenTheyAreTooMany() {
    cluster.executor(0).runTasks(withPlan(message(1, 1, 0)).build());
    cluster.executor(0).endJob(end(1).addForgetFunctionSets(counting.functions().getId()).build());
    cluster.executor(0).runTasks(message(2, 1, 0).build());
    assertThat(cluster.driver.failed().get(0).getMissingList())
        .containsExactly(counting.functions().getId());
    PlanCatalog catalog = new PlanCatalog(1);
    Pipe other = JobBuilder.from(SourceKind.RECORDS).sink(SinkKind.COLLECT, null).build();
    catalog.add(counting.template());
    catalog.add(counting.functions());
    catalog.add(other.template());
    assertThat(catalog.missing(counting.task(0, 0).build()))
        .containsExactly(counting.template().getId());
  }

  @Test
  void stepsOfSeveralTasksTakeTurnsAndAnEndedJobStopsBetweenSteps() {
    Object[] many = new Object[100_000];
    Arrays.fill(many, 1);
    RunTasks.Builder job = JobBuilder.job(3, counting);
    job.addTasks(counting.task(0, 0, single.records(many)));
    cluster.executor(0).runTasks(job.build());
    cluster.time.step();
    cluster.time.step();
    assertThat(CALLS.get()).isPositive().isLessThan(many.length);
    int before = CALLS.get();
    cluster.executor(0).endJob(end(3).build());
    cluster.run();
    assertThat(CALLS.get()).isEqualTo(before);
    assertThat(cluster.driver.finished()).isEmpty();
    assertThat(cluster.driver.failed()).isEmpty();
    assertThat(cluster.executor(0).runningTasks()).isZero();
  }

  @Test
  void anotherDriverFindsNothingOfTheDriverBeforeButTemplates() {
    Object[] many = new Object[100_000];
    Arrays.fill(many, 1);
    cluster
        .executor(0)
        .runTasks(
            JobBuilder.job(1, counting)
                .addTasks(counting.task(0, 0, single.records(many)))
                .addTasks(counting.task(0, 1, single.records(many)))
                .build());
    cluster.time.step();
    cluster.time.step();
    cluster.executor(0).suspend();

    cluster.executor(0).reset(2);
    cluster.run();

    assertThat(CALLS.get()).isLessThan(many.length);
    assertThat(cluster.driver.finished()).isEmpty();
    assertThat(cluster.driver.failed()).isEmpty();
    assertThat(cluster.executor(0).runningTasks()).isZero();
    cluster.executor(0).runTasks(message(1, 1, 0).build());
    cluster.run();
    assertThat(cluster.driver.failed().get(0).getMissingList())
        .containsExactly(counting.functions().getId());
    cluster.executor(0).runTasks(withPlan(message(1, 1, 0)).build());
    cluster.run();
    assertThat(cluster.driver.finished(0, 0).records()).containsExactly(3L);
  }

  @Test
  void whatATaskOfTheDriverBeforeStillSendsIsDropped() {
    TestCluster two = new TestCluster(SimulatedTime.inOrder());
    two.addExecutors(2, 1, 1 << 20, TaskSettings.DEFAULT);
    Frame page =
        Frame.of(
            Envelope.newBuilder()
                .setEpoch(1)
                .setMapOutputEnd(
                    MapOutputEnd.newBuilder()
                        .setJobId(1)
                        .setPlacementVersion(1)
                        .addReducePartitions(0)
                        .addPageCounts(1))
                .build());
    two.executor(1).reset(2);

    two.executor(1).onPeerFrame(0, page);

    RunTasks.Builder job =
        JobBuilder.job(1, reducing)
            .addShuffles(ShuffleSpec.newBuilder().setMapCount(1).addReducers(1))
            .addTasks(
                reducing.task(0, 0, TaskInput.newBuilder().setShuffle(ShuffleInput.newBuilder())));
    two.executor(1).runTasks(job.build());
    two.executor(1)
        .onPeerFrame(
            0,
            Frame.of(
                Envelope.newBuilder()
                    .setEpoch(2)
                    .setMapOutputEnd(
                        MapOutputEnd.newBuilder()
                            .setJobId(1)
                            .setPlacementVersion(1)
                            .addReducePartitions(0)
                            .addPageCounts(0))
                    .build()));
    two.run();

    assertThat(two.driver.finished(0, 0).records()).containsExactly(0L);
  }

  @Test
  void takesTheTasksOfTheOldestJobFirst() {
    List<Long> order = new ArrayList<>();
    cluster.executor(0).suspend();
    for (long jobId : new long[] {9, 4, 7}) {
      cluster.executor(0).runTasks(withPlan(message(jobId, 1, 0)).build());
    }
    cluster.run();
    assertThat(CALLS.get()).isZero();
    cluster.executor(0).resume();
    cluster.run();
    cluster.driver.finished().forEach(one -> order.add(one.message().getJobId()));
    assertThat(order).containsExactly(4L, 7L, 9L);
  }

  @Test
  void aTaskThatWaitsLeavesItsSlotToOthers() {
    cluster.addTextBlock(0, "late");
    cluster.hold(0);
    Pipe lines = JobBuilder.from(SourceKind.BLOCKS).sink(SinkKind.COUNT, null).build();
    cluster
        .executor(0)
        .runTasks(JobBuilder.job(1, lines).addTasks(lines.task(0, 0, WordCount.block(0))).build());
    cluster.run();
    cluster.executor(0).runTasks(withPlan(message(2, 1, 0)).build());
    cluster.run();
    assertThat(cluster.driver.finished()).hasSize(1);
    assertThat(cluster.executor(0).runningTasks()).isEqualTo(1);
    cluster.arrive(0);
    cluster.run();
    assertThat(cluster.driver.finished()).hasSize(2);
  }

  @Test
  void reportsNothingWhileTheLeaseIsOutAndEverythingAfterwards() {
    Object[] many = new Object[10_000];
    Arrays.fill(many, 1);
    RunTasks.Builder job = JobBuilder.job(1, counting);
    cluster.executor(0).runTasks(job.addTasks(counting.task(0, 0, single.records(many))).build());
    cluster.time.step();
    cluster.executor(0).suspend();
    cluster.run();
    assertThat(CALLS.get()).isEqualTo(many.length);
    assertThat(cluster.driver.finished()).isEmpty();
    cluster.executor(0).resume();
    cluster.run();
    assertThat(cluster.driver.finished()).hasSize(1);
  }

  @Test
  void dropsTasksOfAnEndedJobAndOfAnOlderPlacement() {
    cluster.executor(0).endJob(end(1).build());
    cluster.executor(0).runTasks(withPlan(message(1, 1, 0)).build());
    cluster.executor(0).runTasks(message(2, 2, 0).build());
    cluster.executor(0).runTasks(message(2, 1, 1).build());
    cluster.run();
    assertThat(cluster.driver.failed()).isEmpty();
    assertThat(cluster.driver.finished()).hasSize(1);
    cluster.executor(0).endJob(end(2).setPlacementVersion(2).build());
    cluster.executor(0).runTasks(message(2, 3, 2).build());
    cluster.run();
    assertThat(cluster.driver.finished(0, 2).message().getPlacementVersion()).isEqualTo(3);
  }

  @Test
  void reportsNothingAfterItWasClosed() {
    cluster.executor(0).runTasks(withPlan(message(1, 1, 0)).build());
    cluster.executor(0).close();
    cluster.executor(0).close();
    cluster.run();
    assertThat(cluster.driver.finished()).isEmpty();
    assertThat(cluster.executor(0).runningTasks()).isZero();
  }

  @Test
  void refusesAPeerFrameThatIsNoneOfTheShuffle() {
    Frame ping = Frame.of(Envelope.newBuilder().setPing(Ping.newBuilder()).build());
    assertThatExceptionOfType(MillraceException.class)
        .isThrownBy(() -> cluster.executor(0).onPeerFrame(3, ping))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.PROTOCOL_VIOLATION));
  }
}
