package org.millrace.runner.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.millrace.api.HashPartitioner;
import org.millrace.api.Optional;
import org.millrace.api.Tuple2;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.function.Function3;
import org.millrace.api.streaming.State;
import org.millrace.checkpoint.files.FakeDurableFiles;
import org.millrace.checkpoint.runtime.SimulatedTime;
import org.millrace.runner.codec.FunctionCodec;
import org.millrace.runner.executor.PeerLinks;
import org.millrace.runner.memory.BudgetAccountant;
import org.millrace.runner.memory.MemoryAccountant.Use;
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
import org.millrace.runner.wire.proto.StateChain;
import org.millrace.runner.wire.proto.StateFileSection;
import org.millrace.runner.wire.proto.StateInput;
import org.millrace.runner.wire.proto.StateKind;
import org.millrace.runner.wire.proto.StateRestored;
import org.millrace.runner.wire.proto.StateSpec;
import org.millrace.runner.wire.proto.TakeSnapshot;
import org.millrace.runner.wire.proto.WrittenSection;

class SnapshotServiceTest {
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

  private final SimulatedTime time = SimulatedTime.inOrder();
  private final FakeDurableFiles files = new FakeDurableFiles(time.blockingWork(), time);
  private final List<Envelope> sent = new ArrayList<>();

  /** An executor. */
  private final class Executor {
    private final BudgetAccountant memory = new BudgetAccountant(1 << 24, MemoryShares.DEFAULT);
    private final StateStore store = new StateStore(memory);
    private final SnapshotService service =
        new SnapshotService(
            store,
            files,
            time.loop("control"),
            time.blockingWork(),
            new DriverOnly(),
            SnapshotServiceTest.class.getClassLoader());

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
      service.restore(
          RestoreState.newBuilder().setRequest(3).addAllPartitions(List.of(partitions)).build());
      time.runUntilIdle();
      return sent.remove(0).getStateRestored();
    }
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

  private static List<Tuple2<Object, Object>> pairs(int from, int until, String value) {
    List<Tuple2<Object, Object>> pairs = new ArrayList<>();
    for (int i = from; i < until; i++) {
      pairs.add(new Tuple2<>(i, value + i));
    }
    return pairs;
  }

  private static RestorePartition.Builder partition(int number, long versionMs) {
    return RestorePartition.newBuilder().setStateId(7).setPartition(number).setVersionMs(versionMs);
  }

  private static StateFileSection place(SnapshotWritten file, WrittenSection section) {
    return StateFileSection.newBuilder()
        .setPath(file.getPath())
        .setFileBytes(file.getFileBytes())
        .setSection(section.getSection())
        .build();
  }

  @Test
  void restoresABaseWithWhatChangedSince() throws Exception {
    Executor before = new Executor();
    before.run(0, 1_000, -1, pairs(0, 20_000, "a"));
    before.run(1, 1_000, -1, pairs(0, 10, "b"));
    SnapshotWritten base = before.snapshot(1, 1_000, -1, 2);
    assertThat(base.getError()).isEmpty();
    assertThat(base.getSectionsList())
        .extracting(WrittenSection::getIsDelta, WrittenSection::getRows)
        .containsExactly(tuple(false, 20_000L), tuple(false, 10L));
    before.run(0, 2_000, 1_000, pairs(19_990, 20_010, "c"));
    before.run(1, 2_000, 1_000, List.of());
    SnapshotWritten delta = before.snapshot(2, 2_000, 1_000, 2);
    assertThat(delta.getSections(0).getIsDelta()).isTrue();
    assertThat(delta.getSections(0).getRows()).isEqualTo(20);
    assertThat(delta.getSections(1).getSection()).isEqualTo(-1);
    assertThat(delta.getFileBytes()).isLessThan(3_000);

    Executor after = new Executor();
    StateRestored restored =
        after.restore(
            partition(0, 2_000)
                .addChains(
                    StateChain.newBuilder()
                        .addSections(place(base, base.getSections(0)))
                        .addSections(place(delta, delta.getSections(0))))
                .build(),
            partition(1, 2_000)
                .addChains(StateChain.newBuilder().addSections(place(base, base.getSections(1))))
                .build());
    assertThat(restored.getError()).isEmpty();
    assertThat(restored.getStates(0).getKeyCount()).isEqualTo(20_010);
    assertThat(after.memory.usedBytes(Use.STATE)).isPositive();
    for (int i = 0; i < 2; i++) {
      assertThat(after.view(i, 2_000)).isEqualTo(before.view(i, 2_000));
    }
    after.run(0, 3_000, 2_000, pairs(5, 6, "d"));
    SnapshotWritten next = after.snapshot(3, 3_000, 2_000, 1);
    assertThat(next.getSections(0).getIsDelta()).isTrue();
    assertThat(next.getSections(0).getRows()).isEqualTo(1);
  }

  @Test
  void saysWhenNothingChanged() throws Exception {
    Executor executor = new Executor();
    executor.run(0, 1_000, -1, pairs(0, 5, "a"));
    executor.snapshot(1, 1_000, -1, 1);
    executor.run(0, 2_000, 1_000, List.of());
    SnapshotWritten written = executor.snapshot(2, 2_000, 1_000, 1);
    assertThat(written.getPath()).isEmpty();
    assertThat(written.getSections(0).getSection()).isEqualTo(-1);
  }

  @Test
  void aFileThatCannotBeWrittenLeavesItsChangesForTheNext() throws Exception {
    Executor executor = new Executor();
    executor.run(0, 1_000, -1, pairs(0, 50, "a"));
    executor.snapshot(1, 1_000, -1, 1);
    executor.run(0, 2_000, 1_000, pairs(0, 3, "b"));
    files.failFlushes(path -> true);
    SnapshotWritten failed = executor.snapshot(2, 2_000, 1_000, 1);
    assertThat(failed.getErrorCode()).isNotZero();
    assertThat(failed.getSectionsList()).isEmpty();
    files.failFlushes(path -> false);
    executor.run(0, 3_000, 2_000, pairs(2, 5, "c"));
    SnapshotWritten written = executor.snapshot(3, 3_000, 1_000, 1);
    assertThat(written.getSections(0).getIsDelta()).isTrue();
    assertThat(written.getSections(0).getRows()).isEqualTo(5);
  }

  @Test
  void aVersionThatIsNotHereIsAnError() throws Exception {
    Executor executor = new Executor();
    executor.run(0, 1_000, -1, pairs(0, 5, "a"));
    SnapshotWritten written = executor.snapshot(1, 500, -1, 1);
    assertThat(written.getErrorCode()).isEqualTo(ErrorCode.STATE_VERSION_LOST.number());
    assertThat(written.getError()).contains("partition 0 of state 7", "at batch 500");
  }

  @Test
  void aValueWithoutCodecIsNamed() throws Exception {
    Executor executor = new Executor();
    executor.run(0, 1_000, -1, List.of(new Tuple2<>("k", new Thread())));
    SnapshotWritten written = executor.snapshot(1, 1_000, -1, 1);
    assertThat(written.getErrorCode()).isEqualTo(ErrorCode.STATE_TYPE_REFUSED.number());
    assertThat(written.getError()).contains("java.lang.Thread");
  }

  @Test
  void sortsKeysAnewWhenThereAreMorePartitions() throws Exception {
    HashPartitioner one = new HashPartitioner(2);
    HashPartitioner other = new HashPartitioner(3);
    Executor before = new Executor();
    for (int i = 0; i < 2; i++) {
      int number = i;
      before.run(
          i,
          1_000,
          -1,
          pairs(0, 100, "a").stream()
              .filter(pair -> one.getPartition(pair._1()) == number)
              .toList());
    }
    SnapshotWritten file = before.snapshot(1, 1_000, -1, 2);
    Executor after = new Executor();
    RestorePartition[] wanted = new RestorePartition[3];
    for (int i = 0; i < 3; i++) {
      wanted[i] =
          partition(i, 1_000)
              .addChains(StateChain.newBuilder().addSections(place(file, file.getSections(0))))
              .addChains(StateChain.newBuilder().addSections(place(file, file.getSections(1))))
              .setPartitioner(ByteString.copyFrom(FunctionCodec.encodeObject(other)))
              .build();
    }
    assertThat(after.restore(wanted).getError()).isEmpty();
    List<Object> all = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      for (Object pair : after.view(i, 1_000)) {
        assertThat(other.getPartition(((Tuple2<?, ?>) pair)._1())).isEqualTo(i);
        all.add(pair);
      }
    }
    assertThat(all).containsExactlyInAnyOrderElementsOf(pairs(0, 100, "a"));
  }
}
