package org.millrace.am.shared;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.millrace.am.plan.ProgramShipping;
import org.millrace.api.broadcast.Broadcast;
import org.millrace.runner.broadcast.BroadcastStore;
import org.millrace.runner.codec.RecordCodec;
import org.millrace.runner.executor.PeerLinks;
import org.millrace.runner.memory.BudgetAccountant;
import org.millrace.runner.memory.MemoryShares;
import org.millrace.runner.wire.Frame;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.FetchBroadcast;

class BroadcastInPartsTest {
  private final RecordCodec codec = new RecordCodec(getClass().getClassLoader());
  private final List<Envelope> toExecutors = new ArrayList<>();
  private final List<FetchBroadcast> asked = new ArrayList<>();
  private final BudgetAccountant memory = new BudgetAccountant(64 << 20, MemoryShares.DEFAULT);
  private final DriverBroadcasts driver =
      new DriverBroadcasts(
          new ProgramShipping(codec, "test"), false, message -> toExecutors.add(message.build()));
  private final BroadcastStore store = new BroadcastStore(new ToDriver(), codec, memory);

  /** Keeps what is asked until the test answers. */
  private final class ToDriver implements PeerLinks {
    @Override
    public int self() {
      return 1;
    }

    @Override
    public void send(int executorId, Frame frame) {
      throw new AssertionError("a broadcast comes from the driver");
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
      asked.add(message.getFetchBroadcast());
    }
  }

  private void answerAll() {
    for (int i = 0; i < asked.size(); i++) {
      Frame frame = driver.answer(asked.get(i)).frame(1);
      store.onChunk(frame.envelope().getBroadcastChunk(), frame.payload());
    }
  }

  @Test
  void putsALargeValueTogetherAndAsksForEachPartOnce() {
    String large = "0123456789".repeat(DriverBroadcasts.CHUNK_BYTES / 4);
    Broadcast<String> broadcast = driver.broadcast(large);
    List<Long> ids = List.of(broadcast.id());
    var first = store.fetch(ids);
    var second = store.fetch(ids);
    answerAll();
    assertThat(first).isCompleted();
    assertThat(second).isCompleted();
    assertThat(store.holds(ids)).isTrue();
    assertThat(broadcast.in(store).value()).isEqualTo(large);
    assertThat(asked).extracting(FetchBroadcast::getChunk).containsExactly(0, 1, 2);
  }

  @Test
  void givesMemoryBackWhenTheDriverReleasesTheValue() {
    Broadcast<String> broadcast = driver.broadcast("x".repeat(100_000));
    var arrived = store.fetch(List.of(broadcast.id()));
    answerAll();
    assertThat(arrived).isCompleted();
    long held = memory.usedBytes();
    assertThat(held).isGreaterThanOrEqualTo(100_000);
    broadcast.destroy();
    store.release(toExecutors.get(0).getReleaseBroadcasts());
    assertThat(memory.usedBytes()).isZero();
    assertThat(store.holds(List.of(broadcast.id()))).isFalse();
  }

  @Test
  void failsWhatWaitsForADestroyedValue() {
    Broadcast<String> broadcast = driver.broadcast("x");
    broadcast.destroy();
    var arrived = store.fetch(List.of(broadcast.id()));
    answerAll();
    assertThat(arrived).isCompletedExceptionally();
  }
}
