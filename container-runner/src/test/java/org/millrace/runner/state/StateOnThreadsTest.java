package org.millrace.runner.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.millrace.runner.state.StateBench.pair;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.millrace.api.Optional;
import org.millrace.api.function.Function3;
import org.millrace.api.streaming.State;
import org.millrace.runner.wire.proto.StateKind;
import org.millrace.runner.wire.proto.StateSpec;

class StateOnThreadsTest {
  private static final int ATTEMPTS = 4;
  private static final int VERSIONS = 300;
  private static final int KEYS = 50;
  private static final Function3<String, Optional<Integer>, State<Integer>, Integer> SUM =
      (key, value, state) -> {
        state.update(value.get() + (state.exists() ? state.get() : 0));
        return state.get();
      };

  private final StateBench bench =
      new StateBench(
          8,
          StateSpec.newBuilder()
              .setKind(StateKind.MAP_WITH_STATE)
              .setAlwaysEmits(true)
              .setTimeoutMs(-1),
          SUM);
  private final ExecutorService slots = Executors.newFixedThreadPool(ATTEMPTS);

  @AfterEach
  void shutDown() {
    slots.shutdownNow();
  }

  @Test
  void attemptsAtOneVersionOnSeveralThreadsGiveOneResult() throws Exception {
    for (int version = 1; version <= VERSIONS; version++) {
      List<Future<List<Object>>> attempts = new ArrayList<>();
      for (int slot = 0; slot < ATTEMPTS; slot++) {
        int number = version;
        SplittableRandom random = new SplittableRandom(31L * version + slot);
        attempts.add(slots.submit(() -> bring(number, random)));
      }
      List<Object> expected = new ArrayList<>();
      for (int key = 0; key < KEYS; key++) {
        expected.add(version * key);
      }
      for (Future<List<Object>> attempt : attempts) {
        assertThat(attempt.get(2, TimeUnit.MINUTES)).isEqualTo(expected);
      }
    }
    bench.store.close();
    assertThat(bench.heldBytes()).isZero();
  }

  /** Tries until it is not cancelled; the first two uncommitted versions can be undone. */
  private List<Object> bring(int version, SplittableRandom random) throws Exception {
    Semaphore woken = new Semaphore(0);
    while (true) {
      try (StateAttempt attempt =
          bench.open(
              bench.spec, bench.input(version, version == 1 ? -1 : version - 1, version - 2), 1)) {
        int stepsLeft = random.nextInt(3) == 0 ? 1_000_000 : random.nextInt(2 * KEYS);
        int key = 0;
        while (attempt.need() != StateAttempt.Need.NOTHING && stepsLeft-- > 0) {
          switch (attempt.need()) {
            case HOLD -> {
              if (!attempt.hold(woken::release)) {
                assertThat(woken.tryAcquire(2, TimeUnit.MINUTES)).isTrue();
              }
            }
            case WORK -> attempt.work();
            default -> {
              if (key < KEYS) {
                attempt.accept(pair("k" + key, key++));
                attempt.pageEnded();
              } else {
                attempt.ended();
              }
            }
          }
        }
        if (attempt.need() == StateAttempt.Need.NOTHING) {
          return StateBench.read(attempt);
        }
      }
    }
  }
}
