package org.millrace.runner.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.millrace.runner.snapshot.StatefulExecutor.pairs;
import static org.millrace.runner.snapshot.StatefulExecutor.partition;
import static org.millrace.runner.snapshot.StatefulExecutor.place;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.millrace.api.HashPartitioner;
import org.millrace.api.Tuple2;
import org.millrace.api.error.ErrorCode;
import org.millrace.checkpoint.files.FakeDurableFiles;
import org.millrace.checkpoint.runtime.SimulatedTime;
import org.millrace.runner.codec.FunctionCodec;
import org.millrace.runner.memory.MemoryAccountant.Use;
import org.millrace.runner.wire.proto.RestorePartition;
import org.millrace.runner.wire.proto.SnapshotWritten;
import org.millrace.runner.wire.proto.StateChain;
import org.millrace.runner.wire.proto.StateRestored;
import org.millrace.runner.wire.proto.WrittenSection;

class SnapshotServiceTest {
  private final SimulatedTime time = SimulatedTime.inOrder();
  private final FakeDurableFiles files = new FakeDurableFiles(time.blockingWork(), time);

  private StatefulExecutor executor() {
    return new StatefulExecutor(time, files, 1 << 24);
  }

  @Test
  void restoresABaseWithWhatChangedSince() throws Exception {
    StatefulExecutor before = executor();
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

    StatefulExecutor after = executor();
    StateRestored restored =
        after.restore(
            partition(0, 2_000)
                .addChains(
                    StateChain.newBuilder()
                        .addSections(place(base, 0))
                        .addSections(place(delta, 0)))
                .build(),
            partition(1, 2_000)
                .addChains(StateChain.newBuilder().addSections(place(base, 1)))
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
    StatefulExecutor executor = executor();
    executor.run(0, 1_000, -1, pairs(0, 5, "a"));
    executor.snapshot(1, 1_000, -1, 1);
    executor.run(0, 2_000, 1_000, List.of());
    SnapshotWritten written = executor.snapshot(2, 2_000, 1_000, 1);
    assertThat(written.getPath()).isEmpty();
    assertThat(written.getSections(0).getSection()).isEqualTo(-1);
  }

  @Test
  void aFileThatCannotBeWrittenLeavesItsChangesForTheNext() throws Exception {
    StatefulExecutor executor = executor();
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
    StatefulExecutor executor = executor();
    executor.run(0, 1_000, -1, pairs(0, 5, "a"));
    SnapshotWritten written = executor.snapshot(1, 500, -1, 1);
    assertThat(written.getErrorCode()).isEqualTo(ErrorCode.STATE_VERSION_LOST.number());
    assertThat(written.getError()).contains("partition 0 of state 7", "at batch 500");
  }

  @Test
  void aValueWithoutCodecIsNamed() throws Exception {
    StatefulExecutor executor = executor();
    executor.run(0, 1_000, -1, List.of(new Tuple2<>("k", new Thread())));
    SnapshotWritten written = executor.snapshot(1, 1_000, -1, 1);
    assertThat(written.getErrorCode()).isEqualTo(ErrorCode.STATE_TYPE_REFUSED.number());
    assertThat(written.getError()).contains("java.lang.Thread");
  }

  @Test
  void whatIsRestoredForADriverThatIsGoneReplacesNothing() throws Exception {
    StatefulExecutor before = executor();
    before.run(0, 1_000, -1, pairs(0, 100, "a"));
    SnapshotWritten file = before.snapshot(1, 1_000, -1, 1);
    RestorePartition wanted =
        partition(0, 1_000).addChains(StateChain.newBuilder().addSections(place(file, 0))).build();
    StatefulExecutor after = executor();
    after.beginRestore(wanted);
    after.service.forgetDriver();
    time.runUntilIdle();
    assertThat(after.versions()).isEmpty();
    assertThat(after.sent).isEmpty();
    assertThat(after.memory.usedBytes(Use.STATE)).isZero();

    assertThat(after.restore(wanted).getError()).isEmpty();
    assertThat(after.view(0, 1_000)).isEqualTo(before.view(0, 1_000));
  }

  @Test
  void sortsKeysAnewWhenThereAreMorePartitions() throws Exception {
    HashPartitioner one = new HashPartitioner(2);
    HashPartitioner other = new HashPartitioner(3);
    StatefulExecutor before = executor();
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
    StatefulExecutor after = executor();
    RestorePartition[] wanted = new RestorePartition[3];
    for (int i = 0; i < 3; i++) {
      wanted[i] =
          partition(i, 1_000)
              .addChains(StateChain.newBuilder().addSections(place(file, 0)))
              .addChains(StateChain.newBuilder().addSections(place(file, 1)))
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
