package org.millrace.runner.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.millrace.api.Optional;
import org.millrace.api.Tuple2;
import org.millrace.api.function.Function3;
import org.millrace.api.streaming.State;
import org.millrace.checkpoint.files.DurableFiles;
import org.millrace.checkpoint.runtime.SimulatedTime;
import org.millrace.runner.executor.PeerLinks;
import org.millrace.runner.memory.BudgetAccountant;
import org.millrace.runner.memory.MemoryShares;
import org.millrace.runner.state.StateAttempt;
import org.millrace.runner.state.StateAttempt.Need;
import org.millrace.runner.state.StateStore;
import org.millrace.runner.wire.Frame;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.RestorePartition;
import org.millrace.runner.wire.proto.RestoreState;
import org.millrace.runner.wire.proto.SnapshotPartition;
import org.millrace.runner.wire.proto.SnapshotWritten;
import org.millrace.runner.wire.proto.StandBy;
import org.millrace.runner.wire.proto.StandbyPartition;
import org.millrace.runner.wire.proto.StateFileName;
import org.millrace.runner.wire.proto.StateFileSection;
import org.millrace.runner.wire.proto.StateInput;
import org.millrace.runner.wire.proto.StateKind;
import org.millrace.runner.wire.proto.StateRestored;
import org.millrace.runner.wire.proto.StateSpec;
import org.millrace.runner.wire.proto.StateVersion;
import org.millrace.runner.wire.proto.TakeSnapshot;

/** The states of an executor without the rest of it; the driver is a list of what it is sent. */
final class StatefulExecutor {
  private static final StateSpec SPEC =
      StateSpec.newBuilder()
          .setKind(StateKind.MAP_WITH_STATE)
          .setAlwaysEmits(true)
          .setTimeoutMs(-1)
          .build();

  private static final Function3<Object, Optional<Object>, State<Object>, Object> LAST =
      (key, value, state) -> {
        state.update(value.get());
        return key;
      };

  final BudgetAccountant memory;
  final SnapshotService service;
  final List<Envelope> sent = new ArrayList<>();
  private final SimulatedTime time;
  private final StateStore store;

  /**
   * An executor without state.
   *
   * @param memoryBytes its budget
   */
  StatefulExecutor(SimulatedTime time, DurableFiles files, long memoryBytes) {
    this.time = time;
    memory = new BudgetAccountant(memoryBytes, MemoryShares.DEFAULT);
    store = new StateStore(memory);
    service =
        new SnapshotService(
            store,
            files,
            time.loop("control"),
            time.blockingWork(),
            new DriverOnly(),
            StatefulExecutor.class.getClassLoader(),
            memory);
  }

  void run(int partition, long versionMs, long previousMs, List<Tuple2<Object, Object>> pairs)
      throws Exception {
    try (StateAttempt attempt = attempt(SPEC, partition, versionMs, previousMs, 1)) {
      while (attempt.need() != Need.NOTHING) {
        switch (attempt.need()) {
          case HOLD -> assertThat(attempt.hold(() -> {})).isTrue();
          case WORK -> attempt.work();
          default -> {
            for (Tuple2<Object, Object> pair : pairs) {
              attempt.accept(pair);
            }
            attempt.ended();
          }
        }
      }
    }
  }

  private StateAttempt attempt(
      StateSpec spec, int partition, long versionMs, long previousMs, int children) {
    StateInput input =
        StateInput.newBuilder()
            .setStateId(7)
            .setPartition(partition)
            .setVersionMs(versionMs)
            .setPreviousMs(previousMs)
            .setCommittedMs(-1)
            .build();
    return store.attempt(spec, input, new Object[] {LAST}, children);
  }

  List<Object> view(int partition, long versionMs) {
    List<Object> pairs = new ArrayList<>();
    StateSpec view = SPEC.toBuilder().setView(true).build();
    try (StateAttempt attempt = attempt(view, partition, versionMs, -1, 0)) {
      assertThat(attempt.hold(() -> {})).isTrue();
      for (Iterator<Object> all = attempt.records(); all.hasNext(); ) {
        pairs.add(all.next());
      }
    }
    return pairs;
  }

  SnapshotWritten snapshot(long id, long versionMs, long continuesMs, int partitions) {
    TakeSnapshot.Builder message =
        TakeSnapshot.newBuilder()
            .setSnapshotId(id)
            .setVersionMs(versionMs)
            .setDirectory("/checkpoint/state/e1")
            .setFile("s-" + id);
    for (int i = 0; i < partitions; i++) {
      message.addPartitions(
          SnapshotPartition.newBuilder()
              .setStateId(7)
              .setPartition(i)
              .setVersionMs(versionMs)
              .setContinuesMs(continuesMs));
    }
    service.take(message.build());
    time.runUntilIdle();
    return sent.remove(0).getSnapshotWritten();
  }

  StateRestored restore(RestorePartition... partitions) {
    beginRestore(partitions);
    time.runUntilIdle();
    return sent.remove(0).getStateRestored();
  }

  void beginRestore(RestorePartition... partitions) {
    service.restore(
        RestoreState.newBuilder().setRequest(3).addAllPartitions(List.of(partitions)).build());
  }

  List<StateVersion> versions() {
    return store.versions();
  }

  /** Keeps images of partitions; the chain of each, by its number. */
  void standBy(List<List<StateFileSection>> chains) {
    StandBy.Builder message = StandBy.newBuilder();
    for (int number = 0; number < chains.size(); number++) {
      StandbyPartition.Builder partition =
          StandbyPartition.newBuilder().setStateId(7).setPartition(number);
      for (StateFileSection place : chains.get(number)) {
        partition.addFiles(message.getFilesCount()).addSections(place.getSection());
        message.addFiles(
            StateFileName.newBuilder().setPath(place.getPath()).setFileBytes(place.getFileBytes()));
      }
      message.addPartitions(partition);
    }
    service.standBy(message.build());
  }

  static List<Tuple2<Object, Object>> pairs(int from, int until, String value) {
    List<Tuple2<Object, Object>> pairs = new ArrayList<>();
    for (int i = from; i < until; i++) {
      pairs.add(new Tuple2<>(i, value + i));
    }
    return pairs;
  }

  static RestorePartition.Builder partition(int number, long versionMs) {
    return RestorePartition.newBuilder().setStateId(7).setPartition(number).setVersionMs(versionMs);
  }

  /** Where the section with this place in the answer is. */
  static StateFileSection place(SnapshotWritten file, int section) {
    return StateFileSection.newBuilder()
        .setPath(file.getPath())
        .setFileBytes(file.getFileBytes())
        .setSection(file.getSections(section).getSection())
        .build();
  }

  /** Links to nobody but the driver. */
  private final class DriverOnly implements PeerLinks {
    @Override
    public int self() {
      return 1;
    }

    @Override
    public void send(int executorId, Frame frame) {
      throw new AssertionError("sent to " + executorId);
    }

    @Override
    public boolean isWritable(int executorId) {
      return true;
    }

    @Override
    public void onWritable(int executorId, Runnable action) {
      action.run();
    }

    @Override
    public boolean driverByReference() {
      return false;
    }

    @Override
    public void sendToDriver(Envelope.Builder message, Object payloadOrNull) {
      sent.add(message.build());
    }
  }
}
