package org.millrace.benchmarks;

import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import org.millrace.api.Optional;
import org.millrace.api.Tuple2;
import org.millrace.api.function.Function3;
import org.millrace.api.streaming.State;
import org.millrace.checkpoint.codec.StateCodecs;
import org.millrace.checkpoint.codec.ValueReader;
import org.millrace.checkpoint.codec.ValueSink;
import org.millrace.checkpoint.codec.ValueSource;
import org.millrace.checkpoint.codec.ValueWriter;
import org.millrace.runner.memory.BudgetAccountant;
import org.millrace.runner.memory.MemoryShares;
import org.millrace.runner.state.RowSink;
import org.millrace.runner.state.RowSource;
import org.millrace.runner.state.StateAttempt;
import org.millrace.runner.state.StateCapture;
import org.millrace.runner.state.StateImage;
import org.millrace.runner.state.StateStore;
import org.millrace.runner.wire.proto.StateInput;
import org.millrace.runner.wire.proto.StateKind;
import org.millrace.runner.wire.proto.StateSpec;

/**
 * What snapshots of one partition of {@code mapWithState} with 1,000,000 keys cost, 1000 updates a
 * batch: a batch without them, with changes noted, and while a capture is under way; encoding of
 * everything and of what ten batches changed; restoring. Files are left out. Batch times are CPU of
 * the thread. Run it with {@code -XX:+UseParallelGC -Xms2g -Xmx2g}.
 */
public final class SnapshotBenchmark {
  private static final int KEYS = 1_000_000;
  private static final int PAIRS_A_BATCH = 1_000;
  private static final int BATCHES = 1_000;
  private static final Function3<Object, Optional<Long>, State<Long>, Object> COUNT =
      (key, value, state) -> {
        long count = value.get() + (state.exists() ? state.get() : 0L);
        state.update(count);
        return count;
      };
  private static final StateSpec SPEC =
      StateSpec.newBuilder()
          .setKind(StateKind.MAP_WITH_STATE)
          .setAlwaysEmits(true)
          .setTimeoutMs(-1)
          .build();

  private final StateStore store =
      new StateStore(new BudgetAccountant(1L << 30, MemoryShares.DEFAULT));
  private final SplittableRandom random = new SplittableRandom(7);
  private final String[] keys = new String[KEYS];
  private final StateCodecs codecs =
      new StateCodecs(SnapshotBenchmark.class.getClassLoader(), List.of());
  private long versionMs = -1;

  private SnapshotBenchmark() {
    for (int i = 0; i < KEYS; i++) {
      keys[i] = "key-" + i;
    }
  }

  public static void main(String[] args) throws Exception {
    new SnapshotBenchmark().run();
  }

  private void run() throws Exception {
    batch(KEYS, true);
    batches(BATCHES, null);
    System.out.printf("batch, nothing noted: %.0f us%n", batches(BATCHES, null));
    Items everything = new Items();
    StateCapture base = store.capture(1, 0, versionMs, -1);
    long nanos = System.nanoTime();
    write(base, everything);
    System.out.printf(
        "everything: %d keys, %d bytes, encoded in %d ms%n",
        base.rows(), everything.sink.size(), (System.nanoTime() - nanos) / 1_000_000);
    base.isWritten();
    System.out.printf("batch, changes noted: %.0f us%n", batches(BATCHES, null));
    StateCapture second = store.capture(1, 0, versionMs, -1);
    System.out.printf("batch, while everything is captured: %.0f us%n", batches(BATCHES, second));
    write(second, new Items());
    second.isWritten();
    StateCapture third = store.capture(1, 0, versionMs, second.versionMs());
    write(third, new Items());
    third.isWritten();
    batches(10, null);
    Items changed = new Items();
    StateCapture delta = store.capture(1, 0, versionMs, third.versionMs());
    nanos = System.nanoTime();
    write(delta, changed);
    System.out.printf(
        "what ten batches changed: delta %b, %d keys, %d bytes, encoded in %.1f ms%n",
        delta.isDelta(), delta.rows(), changed.sink.size(), (System.nanoTime() - nanos) / 1e6);
    for (int i = 0; i < 3; i++) {
      nanos = System.nanoTime();
      StateImage image = new StateImage(base.form());
      image.read(everything.source());
      store.restore(2, 0, versionMs, image);
      System.out.printf("restored in %d ms%n", (System.nanoTime() - nanos) / 1_000_000);
    }
  }

  private static void write(StateCapture capture, Items items) {
    while (capture.write(items, 512, () -> {}) != StateCapture.Progress.END) {
      // Each call writes some.
    }
  }

  /** Microseconds of CPU for a batch; a capture is written a bit after each. */
  private double batches(int count, StateCapture captureOrNull) throws Exception {
    Items thrownAway = new Items();
    long nanos = 0;
    for (int i = 0; i < count; i++) {
      long from = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
      batch(PAIRS_A_BATCH, false);
      nanos += ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - from;
      if (captureOrNull != null) {
        captureOrNull.write(thrownAway, 512, () -> {});
      }
    }
    return nanos / 1e3 / count;
  }

  private void batch(int pairs, boolean inOrder) throws Exception {
    StateInput input =
        StateInput.newBuilder()
            .setStateId(1)
            .setVersionMs(versionMs < 0 ? 1_000 : versionMs + 1_000)
            .setPreviousMs(versionMs)
            .setCommittedMs(versionMs)
            .build();
    try (StateAttempt attempt = store.attempt(SPEC, input, new Object[] {COUNT}, 1)) {
      while (attempt.need() != StateAttempt.Need.NOTHING) {
        switch (attempt.need()) {
          case HOLD -> attempt.hold(() -> {});
          case WORK -> attempt.work();
          default -> {
            for (int i = 0; i < pairs; i++) {
              attempt.accept(new Tuple2<>(keys[inOrder ? i : random.nextInt(KEYS)], 1L));
            }
            attempt.ended();
          }
        }
      }
    }
    versionMs = input.getVersionMs();
  }

  /** Items in memory. */
  private final class Items implements RowSink {
    private final ValueSink sink = new ValueSink(1 << 20);
    private final ValueWriter writer = codecs.newWriter();

    @Override
    public void writeLong(long value) {
      sink.writeLong(value);
    }

    @Override
    public void writeValue(Object value) {
      writer.write(value, sink);
    }

    @Override
    public void endItem() {
      // They follow each other.
    }

    RowSource source() {
      ValueSource source = new ValueSource(ByteBuffer.wrap(sink.toByteArray()));
      ValueReader reader = codecs.newReader(writer.types());
      return new RowSource() {
        @Override
        public boolean hasItem() {
          return source.remaining() > 0;
        }

        @Override
        public long readLong() {
          return source.readLong();
        }

        @Override
        public Object readValue() {
          return reader.read(source);
        }
      };
    }
  }
}
