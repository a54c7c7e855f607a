package org.millrace.am.batch;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.millrace.am.dataset.DatasetRegistry;
import org.millrace.am.dataset.Residents;
import org.millrace.am.dataset.StateHome;
import org.millrace.am.dataset.StateRecovery.LostState;
import org.millrace.am.dataset.StateRegistry;
import org.millrace.am.log.FakeJournal;
import org.millrace.am.plan.FakeShipping;
import org.millrace.am.plan.Planner;
import org.millrace.am.schedule.JobRunner;
import org.millrace.am.schedule.JobScheduler;
import org.millrace.am.schedule.LiveExecutor;
import org.millrace.am.schedule.PoolWithoutBlocks;
import org.millrace.am.shared.Accumulators;
import org.millrace.am.snapshot.SnapshotCoordinator;
import org.millrace.am.snapshot.StateKeeper;
import org.millrace.am.snapshot.StateLineage;
import org.millrace.api.HashPartitioner;
import org.millrace.api.graph.InputStreamNode;
import org.millrace.api.graph.Output;
import org.millrace.api.graph.StatefulStreamNode;
import org.millrace.api.graph.StreamGraph;
import org.millrace.checkpoint.files.FakeDurableFiles;
import org.millrace.checkpoint.log.DriverEvent.SectionPlace;
import org.millrace.checkpoint.log.DriverEvent.SnapshotTaken;
import org.millrace.checkpoint.log.DriverEvent.StateFile;
import org.millrace.checkpoint.log.DriverEvent.StatePartition;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.checkpoint.runtime.SimulatedTime;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.RestorePartition;
import org.millrace.runner.wire.proto.SnapshotPartition;
import org.millrace.runner.wire.proto.SnapshotWritten;
import org.millrace.runner.wire.proto.StateRestored;
import org.millrace.runner.wire.proto.StateVersion;
import org.millrace.runner.wire.proto.TakeSnapshot;
import org.millrace.runner.wire.proto.WrittenSection;

/**
 * A driver goes on from a snapshot of the fourth batch; one state changes in each batch, another
 * one in every second.
 */
class RestoredStatesTest {
  private static final long ZERO_MS = 50_000;
  private static final int PARTITIONS = 2;

  private final SimulatedTime time = SimulatedTime.inOrder();
  private final Loop loop = time.loop("driver");
  private final Streams streams = new Streams();
  private final InputStreamNode input = streams.input();
  private final StatefulStreamNode often = streams.state(input);
  private final StatefulStreamNode seldom = streams.state(streams.window(input, 2, 2));
  private final Residents residents = Residents.none();
  private final StateRegistry states = residents.states();
  private final Executors executors = new Executors();
  private final JobRunner jobs =
      new JobRunner(
          new Planner(new FakeShipping(), residents, () -> -1),
          new JobScheduler(executors, residents, 4),
          loop,
          time.blockingWork(),
          this::await,
          result -> List.of(),
          new Accumulators(new FakeShipping()));
  private final StateKeeper keeper =
      new StateKeeper(
          new SnapshotCoordinator.Services(
              executors,
              states,
              new DatasetRegistry(),
              new StateLineage(),
              new FakeJournal(),
              new FakeDurableFiles(time.blockingWork(), time),
              time),
          new SnapshotCoordinator.Settings(
              "/checkpoint", "application", 3, 4_000, 10_000, 0, ByteString.EMPTY, false),
          loop,
          jobs,
          this::await,
          (id, versions) -> states.onApplied(id, versions),
          failure -> {
            throw failure;
          });
  private StreamGraph graph;
  private StreamEvaluator evaluator;
  private Batch before;

  private record Version(int stateId, int partition, long versionMs) {}

  @BeforeEach
  void goOnFromTheSnapshot() {
    streams.output(often);
    streams.output(seldom);
    graph = streams.graph();
    evaluator = new StreamEvaluator(graph, new StreamRetention(graph), new FakeKeptDatasets());
    evaluator.lineage(keeper.lineage());
    SnapshotTaken snapshot = snapshot();
    keeper.known(snapshot);
    await(
        keeper.restore(
            snapshot,
            Map.of(
                often.id(),
                new HashPartitioner(PARTITIONS),
                seldom.id(),
                new HashPartitioner(PARTITIONS))));
    evaluator.restored(Map.of(often.id(), at(4), seldom.id(), at(4)), ZERO_MS, at(4));
    keeper.onCommitted(at(4));
  }

  @Test
  void theFirstSnapshotHasTheStatesThatNoBatchHasChangedSince() throws Exception {
    assertThat(executors.asked).isEmpty();

    run(5);
    applied(often, 5);
    keeper.onCommitted(at(5));

    assertThat(executors.asked)
        .containsExactlyInAnyOrder(
            new Version(often.id(), 0, at(5)),
            new Version(often.id(), 1, at(5)),
            new Version(seldom.id(), 0, at(4)),
            new Version(seldom.id(), 1, at(4)));
  }

  @Test
  void anExecutorThatIsLostBeforeTheFirstBatchIsDoneIsReplaced() throws Exception {
    run(5);
    lose(2);
    keeper.bringBack(new LostState("state", often.id(), 1, at(4), 2));

    assertThat(homes()).containsOnly(new StateHome(1, at(4), false));
  }

  @Test
  void aStateThatChangesSeldomIsBroughtBackBeforeItChanges() throws Exception {
    run(5);
    applied(often, 5);
    run(6);
    lose(2);
    executors.restored.clear();
    states.onApplied(1, List.of(version(often, 0, 5), version(often, 1, 5)));
    keeper.bringBack(new LostState("state", seldom.id(), 1, at(4), 2));

    assertThat(executors.restored).containsOnly(new Version(seldom.id(), 1, at(4)));
    assertThat(states.home(seldom.id(), 1)).contains(new StateHome(1, at(4), false));
  }

  @Test
  void allAreRestoredOnTheFirstExecutorThatJoinsWhenNobodyIsLeft() throws Exception {
    run(5);
    lose(1);
    lose(2);
    loop.schedule(
        5_000,
        () -> {
          executors.live.add(new LiveExecutor(3, "host-3", 1));
          keeper.onExecutorJoined();
        });
    keeper.bringBack(new LostState("state", often.id(), 1, at(4), 2));

    assertThat(homes()).containsOnly(new StateHome(3, at(4), false));
  }

  @Test
  void aSnapshotThatBecomesDurableMeanwhileIsRestoredInPlaceOfTheOlderOne() throws Exception {
    run(5);
    applied(often, 5);
    run(6);
    applied(often, 6);
    applied(seldom, 6);
    keeper.onCommitted(at(6));
    run(7);
    keeper.onWritten(2, written(2));
    lose(2);
    executors.whileRestoring = () -> keeper.onWritten(1, written(1));
    keeper.bringBack(new LostState("state", often.id(), 1, at(6), 2));

    assertThat(keeper.newest().orElseThrow().versionMs()).isEqualTo(at(6));
    assertThat(homes()).containsOnly(new StateHome(1, at(6), false));
  }

  /** The executor writes everything that it was asked for. */
  private SnapshotWritten written(int executorId) {
    TakeSnapshot message = executors.snapshots.get(executorId);
    SnapshotWritten.Builder written =
        SnapshotWritten.newBuilder()
            .setSnapshotId(message.getSnapshotId())
            .setPath(message.getDirectory() + "/" + message.getFile())
            .setFileBytes(1_000);
    for (SnapshotPartition partition : message.getPartitionsList()) {
      written.addSections(
          WrittenSection.newBuilder()
              .setStateId(partition.getStateId())
              .setPartition(partition.getPartition())
              .setVersionMs(partition.getVersionMs())
              .setSection(written.getSectionsCount())
              .setBytes(100));
    }
    return written.build();
  }

  /** Begins a batch with one record, its number, and asks for all that it must compute. */
  private void run(int number) throws Exception {
    Batch batch = Streams.batch(number, ZERO_MS, graph);
    if (before != null) {
      before.state = BatchStatus.State.COMPLETED;
    }
    evaluator.begin(batch, before);
    before = batch;
    for (Output output : batch.outputs) {
      evaluator.evaluate(output.parent(), batch.timeMs);
    }
    evaluator.computedAlways();
  }

  private void applied(StatefulStreamNode state, int batch) {
    for (int partition = 0; partition < PARTITIONS; partition++) {
      int home = states.home(state.id(), partition).orElseThrow().executorId();
      states.onApplied(home, List.of(version(state, partition, batch)));
    }
  }

  private void lose(int executorId) {
    executors.live.removeIf(executor -> executor.id() == executorId);
    residents.onExecutorLost(executorId);
    keeper.onExecutorLost(executorId);
  }

  private List<StateHome> homes() {
    List<StateHome> homes = new ArrayList<>(homes(often.id()));
    homes.addAll(homes(seldom.id()));
    return homes;
  }

  private List<StateHome> homes(int stateId) {
    List<StateHome> homes = new ArrayList<>();
    for (int partition = 0; partition < PARTITIONS; partition++) {
      homes.add(states.home(stateId, partition).orElseThrow());
    }
    return homes;
  }

  private SnapshotTaken snapshot() {
    List<StatePartition> partitions = new ArrayList<>();
    for (StatefulStreamNode state : List.of(often, seldom)) {
      for (int partition = 0; partition < PARTITIONS; partition++) {
        partitions.add(
            new StatePartition(
                state.id(),
                partition,
                PARTITIONS,
                at(4),
                List.of(new SectionPlace(0, partitions.size(), 100))));
      }
    }
    return new SnapshotTaken(
        at(4),
        at(4),
        List.of(new StateFile("/checkpoint/state/e000002-000001/snapshot", 500)),
        partitions);
  }

  private static StateVersion version(StatefulStreamNode state, int partition, int batch) {
    return version(state.id(), partition, at(batch));
  }

  private static StateVersion version(int stateId, int partition, long versionMs) {
    return StateVersion.newBuilder()
        .setStateId(stateId)
        .setPartition(partition)
        .setVersionMs(versionMs)
        .build();
  }

  private static long at(int batch) {
    return ZERO_MS + batch * Streams.INTERVAL_MS;
  }

  private <T> T await(CompletableFuture<T> future) {
    assertThat(time.runUntil(future::isDone, 100_000)).isTrue();
    return future.join();
  }

  /** Two of one core, which restore what they are asked for. */
  private final class Executors extends PoolWithoutBlocks {
    private final List<LiveExecutor> live =
        new ArrayList<>(
            List.of(new LiveExecutor(1, "host-1", 1), new LiveExecutor(2, "host-2", 1)));
    private final Set<Version> asked = new HashSet<>();
    private final Set<Version> restored = new HashSet<>();
    private final Map<Integer, TakeSnapshot> snapshots = new HashMap<>();
    private Runnable whileRestoring = () -> {};

    @Override
    public List<LiveExecutor> live() {
      return live;
    }

    @Override
    public void send(int executorId, Envelope.Builder message) {
      if (message.hasTakeSnapshot()) {
        snapshots.put(executorId, message.getTakeSnapshot());
      }
      for (SnapshotPartition partition : message.getTakeSnapshot().getPartitionsList()) {
        asked.add(
            new Version(
                partition.getStateId(), partition.getPartition(), partition.getVersionMs()));
      }
      if (message.hasRestoreState()) {
        StateRestored.Builder answer =
            StateRestored.newBuilder().setRequest(message.getRestoreState().getRequest());
        for (RestorePartition partition : message.getRestoreState().getPartitionsList()) {
          restored.add(
              new Version(
                  partition.getStateId(), partition.getPartition(), partition.getVersionMs()));
          answer.addStates(
              version(partition.getStateId(), partition.getPartition(), partition.getVersionMs()));
        }
        Runnable meanwhile = whileRestoring;
        whileRestoring = () -> {};
        loop.execute(
            () -> {
              meanwhile.run();
              keeper.onRestored(executorId, answer.build());
            });
      }
    }
  }
}
