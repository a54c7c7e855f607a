package org.millrace.benchmarks;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.SplittableRandom;
import org.millrace.api.Optional;
import org.millrace.api.Tuple2;
import org.millrace.api.function.Function2;
import org.millrace.api.function.Function3;
import org.millrace.api.streaming.State;
import org.millrace.runner.memory.BudgetAccountant;
import org.millrace.runner.memory.MemoryShares;
import org.millrace.runner.state.StateAttempt;
import org.millrace.runner.state.StateStore;
import org.millrace.runner.wire.proto.StateInput;
import org.millrace.runner.wire.proto.StateKind;
import org.millrace.runner.wire.proto.StateSpec;

/**
 * What a batch costs in the state of one partition, without shuffle and scheduling: windows of 10,
 * 100 and 1000 panes with and without an inverse function, each batch a pane with all of 1000 keys
 * or 1000 of 10,000; {@code mapWithState} with 1000 and 1,000,000 keys and 1000 updates a batch.
 * The batch before is committed with each batch, as a driver does. Changing is timed, and so is
 * reading the results of {@code mapWithState}; the pairs of a window are as many as it has keys and
 * are not read. Windows run through once before they are timed. Times are CPU of the thread,
 * without garbage collection. Run it with {@code -XX:+UseParallelGC -Xms2g -Xmx2g
 * -XX:+AlwaysPreTouch}.
 */
public final class StateBenchmark {
  private static final int PAIRS_A_BATCH = 1_000;
  private static final Function2<Long, Long, Long> PLUS = Long::sum;
  private static final Function2<Long, Long, Long> MINUS = (all, left) -> all - left;
  private static final Function3<Object, Optional<Long>, State<Long>, Object> COUNT =
      (key, value, state) -> {
        long count = value.get() + (state.exists() ? state.get() : 0L);
        state.update(count);
        return count;
      };

  private final StateStore store =
      new StateStore(new BudgetAccountant(1L << 30, MemoryShares.DEFAULT));
  private final SplittableRandom random = new SplittableRandom(7);
  private final StateSpec spec;
  private final Object[] functions;
  private final int keyCount;
  private final String[] keys;
  private long versionMs = -1;

  private StateBenchmark(StateSpec spec, int keyCount, Object... functions) {
    this.spec = spec;
    this.functions = functions;
    this.keyCount = keyCount;
    this.keys = new String[keyCount];
    for (int i = 0; i < keyCount; i++) {
      keys[i] = "key-" + i;
    }
  }

  /** Argument: timed batches of each row (default 3000). */
  public static void main(String[] args) throws Exception {
    int batches = args.length > 0 ? Integer.parseInt(args[0]) : 3_000;
    System.out.printf(
        "%-44s %10s %10s %10s %10s%n", "CPU microseconds a batch", "median", "mean", "p99", "max");
    for (int round = 0; round < 2; round++) {
      for (int inverse = 1; inverse >= -1; inverse -= 2) {
        for (int panes : new int[] {10, 100, 1_000}) {
          for (int keyCount : new int[] {PAIRS_A_BATCH, 10_000}) {
            String name = (inverse < 0 ? "without inverse, " : "with inverse, ") + panes + " panes";
            new StateBenchmark(window(inverse, panes), keyCount, PLUS, MINUS)
                .run(name + ", " + keyCount + " keys", 2 * panes + 500, batches, round > 0);
          }
        }
      }
      for (long timeoutMs : new long[] {-1, Long.MAX_VALUE}) {
        for (int keyCount : new int[] {PAIRS_A_BATCH, 1_000_000}) {
          StateBenchmark bench = new StateBenchmark(mapping(timeoutMs), keyCount, COUNT);
          bench.fill();
          bench.run(
              "mapWithState" + (timeoutMs < 0 ? ", " : " with timeout, ") + keyCount + " keys",
              500,
              batches,
              round > 0);
        }
      }
    }
    for (int keyCount : new int[] {PAIRS_A_BATCH, 1_000_000}) {
      new StateBenchmark(mapping(-1), keyCount, COUNT)
          .hashMap("HashMap.merge, " + keyCount + " keys", batches);
    }
  }

  /** What the same updates cost in a HashMap, for comparison. */
  private void hashMap(String name, int batches) {
    Map<Object, Long> map = new HashMap<>();
    for (String key : keys) {
      map.put(key, 1L);
    }
    double[] micros = new double[batches];
    for (int i = 0; i < batches; i++) {
      Object[] pairs = pairs();
      long start = cpuNanos();
      for (Object pair : pairs) {
        map.merge(((Tuple2<?, ?>) pair)._1(), (Long) ((Tuple2<?, ?>) pair)._2(), Long::sum);
      }
      micros[i] = (cpuNanos() - start) / 1e3;
    }
    show(name, micros);
  }

  private static StateSpec window(int inverse, int panes) {
    return StateSpec.newBuilder()
        .setKind(StateKind.WINDOW_REDUCE)
        .setInverse(inverse)
        .setFilter(-1)
        .setPaneMs(1)
        .setPanes(panes)
        .build();
  }

  private static StateSpec mapping(long timeoutMs) {
    return StateSpec.newBuilder()
        .setKind(StateKind.MAP_WITH_STATE)
        .setAlwaysEmits(true)
        .setTimeoutMs(timeoutMs)
        .build();
  }

  /** Puts all keys into the state. */
  private void fill() throws Exception {
    for (int from = 0; from < keyCount; from += PAIRS_A_BATCH) {
      Object[] pairs = new Object[Math.min(PAIRS_A_BATCH, keyCount - from)];
      for (int i = 0; i < pairs.length; i++) {
        pairs[i] = new Tuple2<>(keys[from + i], 1L);
      }
      batch(pairs);
    }
  }

  private void run(String name, int warm, int batches, boolean isShown) throws Exception {
    double[] micros = new double[batches];
    for (int i = -warm; i < batches; i++) {
      Object[] pairs = pairs();
      long start = cpuNanos();
      batch(pairs);
      if (i >= 0) {
        micros[i] = (cpuNanos() - start) / 1e3;
      }
    }
    if (isShown) {
      show(name, micros);
    }
  }

  private static void show(String name, double[] micros) {
    double mean = Arrays.stream(micros).average().orElseThrow();
    Arrays.sort(micros);
    int count = micros.length;
    System.out.printf(
        "%-44s %10.0f %10.0f %10.0f %10.0f%n",
        name, micros[count / 2], mean, micros[(int) (count * 0.99)], micros[count - 1]);
  }

  /** Different keys, each with a new object as a shuffle would give it. */
  private Object[] pairs() {
    Object[] pairs = new Object[Math.min(PAIRS_A_BATCH, keyCount)];
    int stride = keyCount / pairs.length;
    for (int i = 0; i < pairs.length; i++) {
      int key = i * stride + random.nextInt(stride);
      pairs[i] = new Tuple2<>(new String(keys[key].toCharArray()), 1L);
    }
    return pairs;
  }

  private void batch(Object[] pairs) throws Exception {
    long next = versionMs < 0 ? 1 : versionMs + 1;
    StateInput input =
        StateInput.newBuilder()
            .setVersionMs(next)
            .setPreviousMs(versionMs)
            .setCommittedMs(versionMs)
            .build();
    try (StateAttempt attempt = store.attempt(spec, input, functions, 1)) {
      while (attempt.need() != StateAttempt.Need.NOTHING) {
        switch (attempt.need()) {
          case HOLD -> attempt.hold(() -> {});
          case WORK -> attempt.work();
          default -> {
            for (Object pair : pairs) {
              attempt.accept(pair);
            }
            attempt.pageEnded();
            attempt.ended();
          }
        }
      }
      if (spec.getKind() == StateKind.MAP_WITH_STATE) {
        read(attempt.records(), pairs.length);
      }
    }
    versionMs = next;
  }

  /** Of this thread: what other processes do on the machine is not in it. */
  private static long cpuNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private static void read(Iterator<Object> records, int expected) {
    int count = 0;
    for (; records.hasNext(); records.next()) {
      count++;
    }
    if (count != expected) {
      throw new IllegalStateException(count + " records, expected " + expected);
    }
  }
}
