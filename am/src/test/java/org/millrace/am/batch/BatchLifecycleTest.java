package org.millrace.am.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.millrace.am.dataset.Residents;
import org.millrace.am.listen.ListenerBus;
import org.millrace.am.log.FakeJournal;
import org.millrace.am.plan.FakeShipping;
import org.millrace.am.plan.Planner;
import org.millrace.am.publish.BatchOutputs;
import org.millrace.am.publish.OutputPublisher;
import org.millrace.am.publish.SinkRegistry;
import org.millrace.am.publish.TextOutputs;
import org.millrace.am.receive.RatePolicy;
import org.millrace.am.receive.ReceiverTracker;
import org.millrace.am.schedule.JobRunner;
import org.millrace.am.schedule.JobScheduler;
import org.millrace.am.shared.Accumulators;
import org.millrace.api.HashPartitioner;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.graph.BatchAction;
import org.millrace.api.graph.CollectionNode;
import org.millrace.api.graph.DerivedStreamNode;
import org.millrace.api.graph.EmptyNode;
import org.millrace.api.graph.NodeLabel;
import org.millrace.api.graph.Output;
import org.millrace.api.graph.QueueStreamNode;
import org.millrace.api.graph.RddNode;
import org.millrace.api.graph.StateOperation;
import org.millrace.api.graph.StatefulStreamNode;
import org.millrace.api.graph.StreamGraph;
import org.millrace.api.graph.StreamNode;
import org.millrace.api.streaming.Duration;
import org.millrace.api.streaming.scheduler.BatchInfo;
import org.millrace.api.streaming.scheduler.OutputOperationInfo;
import org.millrace.api.streaming.scheduler.StreamingListener;
import org.millrace.api.streaming.scheduler.StreamingListenerBatchCompleted;
import org.millrace.api.streaming.scheduler.StreamingListenerBatchStarted;
import org.millrace.api.streaming.scheduler.StreamingListenerBatchSubmitted;
import org.millrace.api.streaming.scheduler.StreamingListenerOutputOperationCompleted;
import org.millrace.api.streaming.scheduler.StreamingListenerOutputOperationStarted;
import org.millrace.checkpoint.files.FakeDurableFiles;
import org.millrace.checkpoint.files.Outcome;
import org.millrace.checkpoint.log.DriverEvent;
import org.millrace.checkpoint.log.DriverEvent.BatchCommitted;
import org.millrace.checkpoint.log.DriverEvent.BatchCut;
import org.millrace.checkpoint.log.DriverEvent.CommitOutcome;
import org.millrace.checkpoint.log.DriverEvent.EmptyBatches;
import org.millrace.checkpoint.log.DriverEvent.OutputPublished;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.checkpoint.runtime.SimulatedTime;
import org.millrace.runner.conf.OnBatchFailure;
import org.millrace.runner.hadoop.adapter.FormatBridge;

class BatchLifecycleTest {
  private static final long INTERVAL_MS = 1_000;
  private static final int MOST_WAITING = 3;
  private static final NodeLabel LABEL =
      new NodeLabel(0, new Duration(INTERVAL_MS), "queueStream", "Test.java:1");

  private final SimulatedTime time = SimulatedTime.inOrder();
  private final long start = time.nowMs();
  private final Loop loop = time.loop("driver");
  private final FakeDurableFiles files = new FakeDurableFiles(time.blockingWork(), time);
  private final FakeJournal journal = new FakeJournal();
  private final Deque<RddNode> queue = new ArrayDeque<>();
  private final QueueStreamNode input = new QueueStreamNode(LABEL, 0, time -> poll());
  private final List<String> log = new ArrayList<>();
  private final CommittedTime committed = new CommittedTime();
  private final ListenerBus listeners =
      new ListenerBus(
          time.blockingWork(),
          (where, fault) -> {
            throw new AssertionError(where, fault);
          });
  private final SinkRegistry sinks = new SinkRegistry(time.blockingWork());
  private final List<MillraceException> stops = new ArrayList<>();
  private BatchAction action = (rdd, batchTime) -> {};
  private long outsidePatienceMs;
  private RuntimeException pollFailure;
  private int polls;

  @BeforeEach
  void makeDirectory() {
    assertThat(await(files.makeDirectories("/out"))).isEqualTo(Outcome.DONE);
  }

  @Test
  void runsABatchForEachTickInOrder() {
    BatchLifecycle batches = started(OnBatchFailure.STOP);
    queue.add(data());
    queue.add(data());
    time.advance(2_000);

    assertThat(log).containsExactly("run 1000", "COMPLETED 1000", "run 2000", "COMPLETED 2000");
    assertThat(decisions())
        .extracting(event -> event.getClass().getSimpleName())
        .containsExactly("BatchCut", "BatchCommitted", "BatchCut", "BatchCommitted");
    assertThat(batches.completed()).isEqualTo(2);
  }

  @Test
  void saysWithEachDecisionWhichInputIsNotNeededAnyMore() {
    started(OnBatchFailure.STOP);
    queue.add(data());
    time.advance(1_000);

    assertThat(journal.events())
        .endsWith(committed(1_000), new DriverEvent.InputReleased(start + 1_001));
    assertThat(journal.state().cuts()).isEmpty();
  }

  @Test
  void runsOneBatchAtATimeAndCutsOnMeanwhile() {
    BatchLifecycle batches = started(OnBatchFailure.STOP);
    for (int i = 0; i < 3; i++) {
      queue.add(data());
    }
    List<Integer> waiting = new ArrayList<>();
    action =
        (rdd, batchTime) -> {
          if (batchTime.milliseconds() == start + 1_000) {
            passTimeUntil(3_500);
            waiting.add(batches.waitingBatches());
            log.add("slow one ends");
          }
        };
    time.advance(4_000);

    assertThat(waiting).containsExactly(2);
    assertThat(log)
        .containsExactly(
            "run 1000",
            "slow one ends",
            "COMPLETED 1000",
            "run 2000",
            "COMPLETED 2000",
            "run 3000",
            "COMPLETED 3000",
            "run 4000",
            "COMPLETED 4000");
  }

  @Test
  void cutsNoMoreThanMayWaitAndEveryTickStillBecomesABatch() {
    BatchLifecycle batches = started(OnBatchFailure.STOP);
    List<Integer> polledWhileSlow = new ArrayList<>();
    List<Integer> waiting = new ArrayList<>();
    action =
        (rdd, batchTime) -> {
          if (batchTime.milliseconds() == start + 1_000) {
            passTimeUntil(8_500);
            polledWhileSlow.add(polls);
            waiting.add(batches.waitingBatches());
          }
        };
    queue.add(data());
    time.advance(9_000);

    assertThat(polledWhileSlow).containsExactly(1 + MOST_WAITING);
    assertThat(waiting).containsExactly(7);
    assertThat(polls).isEqualTo(9);
    assertThat(batches.completed()).isEqualTo(9);
    assertThat(batches.status(100))
        .extracting(status -> status.batchTimeMs() - start)
        .containsExactly(9_000L, 8_000L, 7_000L, 6_000L, 5_000L, 4_000L, 3_000L, 2_000L, 1_000L);
    assertThat(batches.status(100).get(2).schedulingDelayMs()).isEqualTo(1_500);
  }

  @Test
  void tellsListenersOfABatchAndItsOutputsInOrder() {
    List<String> told = new ArrayList<>();
    listeners.add(new Told(told));
    started(OnBatchFailure.SKIP);
    queue.add(data());
    queue.add(data());
    action =
        (rdd, batchTime) -> {
          if (batchTime.milliseconds() == start + 1_000) {
            passTimeUntil(2_500);
          } else if (batchTime.milliseconds() == start + 2_000) {
            throw new IllegalStateException("broken");
          }
        };
    time.advance(2_900);

    assertThat(told)
        .containsExactly(
            "submitted 1000",
            "started 1000 after 0",
            "output 0 of 1000 starts",
            "submitted 2000",
            "output 0 of 1000 ends after 1500",
            "completed 1000 in 1500 of 1500",
            "started 2000 after 500",
            "output 0 of 2000 starts",
            "output 0 of 2000 fails: broken",
            "completed 2000 in 0 of 500");
  }

  @Test
  void showsNoMoreBatchesThanAskedFor() {
    BatchLifecycle batches = started(OnBatchFailure.STOP);
    List<BatchStatus> shown = new ArrayList<>();
    action =
        (rdd, batchTime) -> {
          if (batchTime.milliseconds() == start + 1_000) {
            passTimeUntil(4_500);
            shown.addAll(batches.status(2));
          }
        };
    time.advance(5_000);

    assertThat(shown).extracting(BatchStatus::state).containsOnly(BatchStatus.State.WAITING);
    assertThat(shown).hasSize(2);
  }

  @Test
  void theCommittedTimeIsThatOfTheNewestDurableBatchThatWasNotSkipped() {
    started(OnBatchFailure.SKIP);
    queue.add(data());
    queue.add(data());
    action =
        (rdd, batchTime) -> {
          if (batchTime.milliseconds() == start + 2_000) {
            throw new IllegalStateException("broken");
          }
        };
    assertThat(committed.getAsLong()).isEqualTo(-1);
    time.advance(1_100);
    assertThat(committed.getAsLong()).isEqualTo(start + 1_000);
    time.advance(1_000);

    assertThat(log).endsWith("SKIPPED 2000");
    assertThat(committed.getAsLong()).isEqualTo(start + 1_000);
  }

  @Test
  void writesARunOfEmptyBatchesAsOneRecord() {
    started(OnBatchFailure.STOP);
    time.advance(3_000);
    assertThat(decisions()).isEmpty();
    queue.add(data());
    time.advance(1_000);

    assertThat(decisions().get(0)).isEqualTo(new EmptyBatches(start + 1_000, 3));
    assertThat(decisions()).hasSize(3);
    assertThat(journal.state().committed()).isEqualTo(4);
  }

  @Test
  void commitsInOrderWhenAnEmptyBatchWaitsBehindASlowOne() {
    started(OnBatchFailure.STOP);
    queue.add(data());
    queue.add(new EmptyNode());
    queue.add(data());
    action =
        (rdd, batchTime) -> {
          if (batchTime.milliseconds() == start + 1_000) {
            passTimeUntil(3_500);
          }
        };
    time.advance(3_600);

    List<DriverEvent> events = decisions();
    assertThat(events.get(0)).isInstanceOf(BatchCut.class);
    assertThat(events.get(1)).isInstanceOf(BatchCut.class);
    assertThat(events.subList(2, 5))
        .containsExactly(committed(1_000), new EmptyBatches(start + 2_000, 1), committed(3_000));
  }

  @Test
  void stopsTheApplicationWhenABatchFails() {
    BatchLifecycle batches = started(OnBatchFailure.STOP);
    queue.add(data());
    queue.add(data());
    failAlways();
    time.advance(5_000);

    assertThat(log).containsExactly("run 1000", "FAILED 1000");
    assertThat(stops).hasSize(1);
    assertThat(stops.get(0)).hasMessageContaining("broken").hasMessageContaining("output 0");
    assertThat(journal.state().cutNotCommitted()).hasSize(1);
    assertThat(batches.stop()).isCompleted();
  }

  @Test
  void retriesAsOftenAsThePolicySaysThenStops() {
    started(OnBatchFailure.RETRY);
    queue.add(data());
    failAlways();
    time.advance(10_000);

    assertThat(log).containsExactly("run 1000", "run 1000", "run 1000", "FAILED 1000");
    assertThat(stops).hasSize(1);
  }

  @Test
  void commitsABatchWhoseRetrySucceeds() {
    started(OnBatchFailure.RETRY);
    queue.add(data());
    int[] runs = {0};
    action =
        (rdd, batchTime) -> {
          if (runs[0]++ == 0) {
            throw new IllegalStateException("broken");
          }
        };
    time.advance(1_900);

    assertThat(log).containsExactly("run 1000", "run 1000", "COMPLETED 1000");
    assertThat(decisions()).endsWith(committed(1_000));
    assertThat(stops).isEmpty();
  }

  @Test
  void runsABatchAgainAsLongAsStorageIsAway() {
    outsidePatienceMs = 5_000;
    started(OnBatchFailure.STOP);
    queue.add(data());
    ErrorCode[] away = {ErrorCode.STORAGE_FAILED};
    action =
        (rdd, batchTime) -> {
          if (away[0] != null) {
            throw new MillraceException(away[0], "no NameNode");
          }
        };
    time.advance(3_000);
    away[0] = ErrorCode.DURABILITY_UNKNOWN;
    time.advance(800);
    away[0] = ErrorCode.SINK_AWAY;
    time.advance(400);
    away[0] = ErrorCode.DISK_FULL;
    time.advance(300);
    assertThat(stops).isEmpty();
    assertThat(decisions()).doesNotContain(committed(1_000));

    away[0] = null;
    time.advance(400);

    assertThat(log).contains("COMPLETED 1000").doesNotContain("FAILED 1000");
    assertThat(decisions()).contains(committed(1_000));
    assertThat(stops).isEmpty();
  }

  @Test
  void aBatchThatIsComputedAgainAfterARestartWaitsForStorage() {
    outsidePatienceMs = 5_000;
    ErrorCode[] fails = {ErrorCode.STORAGE_FAILED};
    int[] tries = {0};
    StreamNode failing =
        new DerivedStreamNode(
            label(1),
            List.of(input),
            (parents, at) -> {
              tries[0]++;
              throw new MillraceException(fails[0], "no NameNode");
            },
            List.of());
    StreamNode state =
        new StatefulStreamNode(
            label(2),
            failing,
            new StateOperation.UpdateByKey((at, key, values, before) -> before),
            () -> new HashPartitioner(2),
            Optional.empty());
    BatchLifecycle batches =
        created(
            OnBatchFailure.STOP,
            new Output.ForEachOutput(0, state, (rdd, batchTime) -> {}, "output 0"));
    Resumption from =
        new Resumption(
            start,
            start + 1_000,
            start + 1_000,
            start,
            new TreeMap<>(),
            Set.of(),
            Optional.empty());
    loop.execute(() -> batches.resume(from, Map.of()));
    time.advance(3_000);
    assertThat(stops).isEmpty();
    assertThat(tries[0]).isGreaterThan(10);

    fails[0] = ErrorCode.NOT_PERMITTED;
    time.advance(200);
    assertThat(stops).singleElement().extracting(MillraceException::code).isEqualTo(fails[0]);
  }

  private static NodeLabel label(int id) {
    return new NodeLabel(id, new Duration(INTERVAL_MS), "stream", "Test.java:1");
  }

  @Test
  void stopsAtOnceWhenStorageSaysThatItIsNotPermitted() {
    outsidePatienceMs = 5_000;
    started(OnBatchFailure.STOP);
    queue.add(data());
    action =
        (rdd, batchTime) -> {
          throw new MillraceException(ErrorCode.NOT_PERMITTED, "of another user");
        };
    time.advance(1_100);

    assertThat(log).containsExactly("run 1000", "FAILED 1000");
    assertThat(stops).hasSize(1);
    assertThat(stops.get(0)).hasMessageContaining("of another user");
  }

  @Test
  void stopsWhenStorageStaysAway() {
    outsidePatienceMs = 5_000;
    started(OnBatchFailure.STOP);
    queue.add(data());
    action =
        (rdd, batchTime) -> {
          throw new MillraceException(ErrorCode.STORAGE_FAILED, "no NameNode");
        };
    time.advance(5_900);
    assertThat(stops).isEmpty();

    time.advance(1_000);

    assertThat(log).endsWith("FAILED 1000");
    assertThat(stops).hasSize(1);
    assertThat(stops.get(0)).hasMessageContaining("no NameNode");
  }

  @Test
  void skipsABatchAndGoesOn() {
    BatchLifecycle batches = started(OnBatchFailure.SKIP);
    queue.add(data());
    queue.add(data());
    action =
        (rdd, batchTime) -> {
          if (batchTime.milliseconds() == start + 1_000) {
            throw new IllegalStateException("broken");
          }
        };
    time.advance(2_000);

    assertThat(log).containsExactly("run 1000", "SKIPPED 1000", "run 2000", "COMPLETED 2000");
    assertThat(decisions())
        .contains(new BatchCommitted(start + 1_000, CommitOutcome.SKIPPED, List.of()));
    assertThat(batches.skipped()).isEqualTo(1);
  }

  @Test
  void runsABatchOnlyWhenItsCutIsDurable() {
    started(OnBatchFailure.STOP);
    queue.add(data());
    journal.hold();
    time.advance(1_500);
    assertThat(log).isEmpty();

    loop.execute(journal::makeDurable);
    time.runUntilIdle();

    assertThat(log).containsExactly("run 1000", "COMPLETED 1000");
  }

  @Test
  void aBatchWhoseCutBecomesDurableAfterTheStopDoesNotRun() {
    BatchLifecycle batches = started(OnBatchFailure.STOP);
    queue.add(data());
    journal.hold();
    time.advance(1_500);
    List<CompletableFuture<Void>> stopped = stopOnLoop(batches);
    assertThat(stopped.get(0)).isNotDone();

    loop.execute(journal::makeDurable);
    time.runUntilIdle();

    assertThat(stopped.get(0)).isCompleted();
    assertThat(log).isEmpty();
  }

  @Test
  void aStopLetsTheRunningBatchCommitAndStartsNoOther() {
    BatchLifecycle batches = started(OnBatchFailure.STOP);
    queue.add(data());
    queue.add(data());
    List<Boolean> idleWhileRunning = new ArrayList<>();
    List<CompletableFuture<Void>> stopped = new ArrayList<>();
    action =
        (rdd, batchTime) -> {
          passTimeUntil(2_500);
          stopped.addAll(stopOnLoop(batches));
          passTimeUntil(2_600);
          idleWhileRunning.add(stopped.get(0).isDone());
        };
    time.advance(5_000);

    assertThat(idleWhileRunning).containsExactly(false);
    assertThat(stopped.get(0)).isCompleted();
    assertThat(log).containsExactly("run 1000", "COMPLETED 1000");
    assertThat(journal.state().cutNotCommitted()).hasSize(1);
  }

  @Test
  void publishesOnlyWhatIsDurablyCommittedAndAStopWaitsForIt() {
    BatchLifecycle batches = started(OnBatchFailure.STOP, textOutput());
    List<CompletableFuture<Void>> stopped = new ArrayList<>();
    loop.schedule(1_000, journal::hold);
    time.advance(1_200);
    assertThat(decisions())
        .singleElement()
        .isInstanceOfSatisfying(
            BatchCommitted.class, commit -> assertThat(commit.outputs()).hasSize(1));
    assertThat(exists("/out/text-" + (start + 1_000))).isFalse();

    stopped.addAll(stopOnLoop(batches));
    time.advance(100);
    assertThat(stopped.get(0)).isNotDone();

    loop.execute(journal::makeDurable);
    time.advance(100);

    assertThat(stopped.get(0)).isCompleted();
    assertThat(exists("/out/text-" + (start + 1_000))).isTrue();
    assertThat(decisions()).endsWith(new OutputPublished(start + 1_000));
    assertThat(journal.state().committedNotPublished()).isEmpty();
  }

  @Test
  void drainsWithOneMoreTick() {
    BatchLifecycle batches = started(OnBatchFailure.STOP);
    time.advance(1_500);
    queue.add(data());
    List<CompletableFuture<Void>> answer = new ArrayList<>();
    loop.execute(() -> answer.add(batches.drain()));
    time.advance(400);
    assertThat(answer.get(0)).isNotDone();
    time.advance(5_000);

    assertThat(answer.get(0)).isCompleted();
    assertThat(log).endsWith("run 2000", "COMPLETED 2000");
  }

  @Test
  void aCutThatFailsStopsTheApplication() {
    BatchLifecycle batches = started(OnBatchFailure.SKIP);
    pollFailure = new IllegalStateException("the queue is broken");
    time.advance(3_000);

    assertThat(stops).hasSize(1);
    assertThat(stops.get(0)).hasMessageContaining("the queue is broken");
    assertThat(log).isEmpty();
    assertThat(batches.stop()).isCompleted();
  }

  private RddNode poll() {
    polls++;
    if (pollFailure != null) {
      throw pollFailure;
    }
    return queue.isEmpty() ? new EmptyNode() : queue.poll();
  }

  private void failAlways() {
    action =
        (rdd, batchTime) -> {
          throw new IllegalStateException("broken");
        };
  }

  /** As a slow output does: everything else goes on. */
  private void passTimeUntil(long sinceStartMs) {
    Loop timer = time.loop("timer");
    boolean[] due = {false};
    timer.schedule(start + sinceStartMs - time.nowMs(), () -> due[0] = true);
    assertThat(time.runUntil(() -> due[0], 100_000)).isTrue();
  }

  private List<CompletableFuture<Void>> stopOnLoop(BatchLifecycle batches) {
    List<CompletableFuture<Void>> stopped = new ArrayList<>();
    loop.execute(() -> stopped.add(batches.stop()));
    assertThat(time.runUntil(() -> !stopped.isEmpty(), 1_000)).isTrue();
    return stopped;
  }

  private BatchCommitted committed(long sinceStartMs) {
    return new BatchCommitted(start + sinceStartMs, CommitOutcome.COMPLETED, List.of());
  }

  private static RddNode data() {
    return new CollectionNode(List.of(List.of("record")));
  }

  private Output textOutput() {
    return new Output.TextFilesOutput(0, input, "/out/text", "", "saveAsTextFiles");
  }

  private BatchLifecycle started(OnBatchFailure onFailure) {
    return started(
        onFailure,
        new Output.ForEachOutput(
            0,
            input,
            (rdd, batchTime) -> {
              log.add("run " + (batchTime.milliseconds() - start));
              action.run(rdd, batchTime);
            },
            "output 0"));
  }

  private BatchLifecycle started(OnBatchFailure onFailure, Output output) {
    BatchLifecycle batches = created(onFailure, output);
    loop.execute(() -> batches.start(time.nowMs()));
    time.runUntilIdle();
    return batches;
  }

  private BatchLifecycle created(OnBatchFailure onFailure, Output output) {
    JobRunner jobs =
        new JobRunner(
            new Planner(new FakeShipping(), Residents.none(), () -> -1),
            new JobScheduler(new NoExecutors(), Residents.none(), 4),
            loop,
            time.blockingWork(),
            this::await,
            result -> List.of(),
            new Accumulators(new FakeShipping()));
    StreamGraph graph =
        new StreamGraph(
            new Duration(INTERVAL_MS), List.of(input), List.of(output), Optional.empty());
    return new BatchLifecycle(
        new BatchLifecycle.Services(
            time,
            loop,
            time.blockingWork(),
            journal,
            new OutputPublisher(files, sinks, journal, loop, time, 60_000, stops::add),
            new FakeKeptDatasets(),
            committed,
            listeners),
        graph,
        new BatchPolicy(INTERVAL_MS, onFailure, 2, 100, 10, MOST_WAITING, outsidePatienceMs),
        new InputCutter(
            graph.inputs(),
            new ReceiverTracker(
                new NoReceivers(),
                loop,
                time,
                new ReceiverTracker.Settings(INTERVAL_MS, 200, 1_000, RatePolicy.UNLIMITED, 1),
                Optional.empty()),
            Map.of(),
            2),
        jobs,
        new BatchOutputs(
            new TextOutputs(
                files,
                new FormatBridge(getClass().getClassLoader()),
                time.blockingWork(),
                jobs,
                this::await,
                "app-e1"),
            sinks,
            jobs,
            this::await),
        new RecordingListener());
  }

  private boolean exists(String path) {
    return await(files.status(path)).isPresent();
  }

  private <T> T await(CompletableFuture<T> future) {
    assertThat(time.runUntil(future::isDone, 100_000)).isTrue();
    return future.join();
  }

  /** Writes down how batches end. */
  private final class RecordingListener implements BatchListener {
    @Override
    public void onBatchEnded(BatchStatus status) {
      log.add(status.state() + " " + (status.batchTimeMs() - start));
    }

    @Override
    public void onBatchesStopped(MillraceException cause) {
      assertThat(cause.code()).isNotEqualTo(ErrorCode.ALREADY_STOPPED);
      stops.add(cause);
    }
  }

  /** Writes down what a listener is told, with delays. */
  private final class Told implements StreamingListener {
    private final List<String> told;

    Told(List<String> told) {
      this.told = told;
    }

    @Override
    public void onBatchSubmitted(StreamingListenerBatchSubmitted event) {
      told.add("submitted " + batch(event.batchInfo()));
    }

    @Override
    public void onBatchStarted(StreamingListenerBatchStarted event) {
      BatchInfo info = event.batchInfo();
      told.add("started " + batch(info) + " after " + info.schedulingDelay().get());
    }

    @Override
    public void onBatchCompleted(StreamingListenerBatchCompleted event) {
      BatchInfo info = event.batchInfo();
      assertThat(info.outputOperationInfos()).containsOnlyKeys(0);
      assertThat(info.streamIdToInputInfo()).containsOnlyKeys(0);
      told.add(
          "completed "
              + batch(info)
              + " in "
              + info.processingDelay().get()
              + " of "
              + info.totalDelay().get());
    }

    @Override
    public void onOutputOperationStarted(StreamingListenerOutputOperationStarted event) {
      OutputOperationInfo info = event.outputOperationInfo();
      assertThat(info.endTime().isPresent()).isFalse();
      told.add(output(info) + " starts");
    }

    @Override
    public void onOutputOperationCompleted(StreamingListenerOutputOperationCompleted event) {
      OutputOperationInfo info = event.outputOperationInfo();
      String reason = info.failureReason().orElse("");
      told.add(
          output(info)
              + (reason.isEmpty()
                  ? " ends after " + info.duration().get()
                  : " fails:" + reason.substring(reason.lastIndexOf(' '))));
    }

    private String output(OutputOperationInfo info) {
      return "output " + info.id() + " of " + (info.batchTime().milliseconds() - start);
    }

    private long batch(BatchInfo info) {
      return info.batchTime().milliseconds() - start;
    }
  }

  /** What the journal has but for what follows from it. */
  private List<DriverEvent> decisions() {
    return journal.events().stream()
        .filter(event -> !(event instanceof DriverEvent.InputReleased))
        .toList();
  }
}
