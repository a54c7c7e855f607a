package org.millrace.runner.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.millrace.runner.state.StateBench.pair;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.millrace.api.Optional;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.function.Function3;
import org.millrace.api.streaming.State;
import org.millrace.runner.state.StateAttempt.Need;
import org.millrace.runner.wire.proto.StateKind;
import org.millrace.runner.wire.proto.StateSpec;

class StateVersionsTest {
  private int calls;
  private final Function3<String, Optional<Integer>, State<Integer>, String> sum =
      (key, value, state) -> {
        calls++;
        if (value.isPresent() && value.get() < 0) {
          throw new ArithmeticException("negative " + key);
        }
        int before = state.exists() ? state.get() : 0;
        state.update(before + value.orElse(0));
        return key + "=" + state.get();
      };
  private final StateBench bench =
      new StateBench(
          StateSpec.newBuilder()
              .setKind(StateKind.MAP_WITH_STATE)
              .setAlwaysEmits(true)
              .setTimeoutMs(-1),
          sum);

  private static void assertLost(Exception failure, String... parts) {
    assertThat(failure)
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.STATE_VERSION_LOST))
        .hasMessageContainingAll(parts);
  }

  @Test
  void runsNothingAtTheVersionAndGivesTheSameResultAgain() throws Exception {
    assertThat(bench.run(1000, -1, pair("a", 1), pair("b", 2), pair("a", 3)))
        .containsExactly("a=1", "b=2", "a=4");
    assertThat(bench.run(1000, -1, pair("ignored", 1))).containsExactly("a=1", "b=2", "a=4");
    assertThat(calls).isEqualTo(3);
    assertThat(bench.view(1000)).containsExactly(pair("a", 4), pair("b", 2));
  }

  @Test
  void readsWithoutInputWhatIsThere() throws Exception {
    bench.run(1000, -1, pair("a", 1));
    try (StateAttempt attempt = bench.open(bench.spec, bench.input(1000, -1, -1), 0)) {
      assertThat(bench.toInput(attempt, null)).isTrue();
      assertThat(StateBench.read(attempt)).containsExactly("a=1");
      assertThat(attempt.version().getVersionMs()).isEqualTo(1000);
      assertThat(attempt.version().getKeyCount()).isEqualTo(1);
      assertThat(attempt.version().getMemoryBytes()).isPositive();
    }
    StateAttempt later = bench.open(bench.spec, bench.input(2000, 1000, -1), 0);
    assertLost(failureOf(later), "partition 0 of state 7 is at batch 1000", "batch 2000");
  }

  private static Exception failureOf(StateAttempt attempt) {
    try (attempt) {
      attempt.hold(() -> {});
      throw new AssertionError("it was held");
    } catch (MillraceException e) {
      return e;
    }
  }

  @Test
  void aFailedBatchLeavesTheStateOfTheOneBefore() throws Exception {
    bench.run(1000, -1, pair("a", 1), pair("b", 2));
    assertThat(bench.fail(2000, 1000, pair("c", 1), pair("b", 5), pair("x", -1)))
        .hasMessage("negative x");
    assertThat(bench.view(1000)).containsExactly(pair("a", 1), pair("b", 2));
    assertThat(bench.run(1000, -1)).containsExactly("a=1", "b=2");
    bench.fail(2000, 1000, pair("d", 1), pair("a", 5), pair("x", -1));
    assertThat(bench.run(2000, 1000, pair("b", 1), pair("c", 9))).containsExactly("b=3", "c=9");
    assertThat(bench.view(2000)).containsExactly(pair("a", 1), pair("b", 3), pair("c", 9));
  }

  @Test
  void aFailedFirstBatchLeavesNothing() throws Exception {
    bench.fail(1000, -1, pair("a", 1), pair("x", -1));
    assertThat(bench.heldBytes()).isZero();
    assertLost(bench.fail(2000, 1000, pair("a", 1)), "is not on this executor");
    assertThat(bench.run(1000, -1, pair("b", 1))).containsExactly("b=1");
    assertThat(bench.view(1000)).containsExactly(pair("b", 1));
  }

  @Test
  void rollsUncommittedVersionsBack() throws Exception {
    bench.run(1000, -1, pair("a", 1));
    bench.run(2000, 1000, pair("b", 1), pair("a", 1));
    bench.run(3000, 2000, pair("c", 1), pair("b", 1));
    assertThat(bench.run(2000, 1000, pair("d", 4))).containsExactly("d=4");
    assertThat(bench.view(2000)).containsExactly(pair("a", 1), pair("d", 4));
    assertThat(bench.run(3000, 1000, pair("e", 5))).containsExactly("e=5");
    assertThat(bench.view(3000)).containsExactly(pair("a", 1), pair("e", 5));
  }

  @Test
  void doesNotGoBackBehindWhatIsCommitted() throws Exception {
    bench.run(1000, -1, pair("a", 1));
    bench.run(2000, 1000, pair("a", 1));
    bench.run(bench.spec, bench.input(3000, 2000, 2000), null, List.of(pair("a", 1)));
    assertLost(bench.fail(2000, 1000, pair("a", 1)), "is at batch 3000", "begin from batch 1000");
    assertThat(bench.run(3000, 2000, pair("b", 7))).containsExactly("a=3");
    assertThat(bench.run(4000, 2000, pair("b", 7))).containsExactly("b=7");
    assertThat(bench.view(4000)).containsExactly(pair("a", 2), pair("b", 7));
  }

  @Test
  void aFirstVersionReplacesWhatIsThereAndBeginsWithTheInitialPairs() throws Exception {
    bench.run(1000, -1, pair("old", 1));
    List<Object> first =
        bench.run(
            bench.spec,
            bench.input(5000, -1, -1),
            List.of(pair("a", 10), pair("b", 20), pair("a", 30)),
            List.of(pair("b", 1), pair("c", 1)));
    assertThat(first).containsExactly("b=21", "c=1");
    assertThat(bench.view(5000)).containsExactly(pair("a", 30), pair("b", 21), pair("c", 1));
  }

  @Test
  void aSecondAttemptWaitsForTheFirstAndFindsItsResult() throws Exception {
    StateAttempt first = bench.open(bench.spec, bench.input(1000, -1, -1), 1);
    StateAttempt second = bench.open(bench.spec, bench.input(1000, -1, -1), 1);
    bench.toInput(first, null);
    assertThat(bench.toInput(second, null)).isFalse();
    bench.toEnd(first, List.of(pair("a", 1)));
    assertThat(bench.wakes).isEqualTo(1);
    assertThat(bench.toInput(second, null)).isTrue();
    assertThat(second.need()).isEqualTo(Need.NOTHING);
    assertThat(StateBench.read(second)).isEqualTo(StateBench.read(first)).containsExactly("a=1");
    StateAttempt next = bench.open(bench.spec, bench.input(2000, 1000, -1), 1);
    assertThat(bench.toInput(next, null)).as("while two read").isFalse();
    first.close();
    assertThat(bench.toInput(next, null)).as("while one reads").isFalse();
    second.close();
    assertThat(bench.toInput(next, null)).isTrue();
    bench.toEnd(next, List.of(pair("a", 1)));
    assertThat(StateBench.read(next)).containsExactly("a=2");
    next.close();
  }

  @Test
  void aSecondAttemptGoesOnWhenTheFirstIsCancelled() throws Exception {
    bench.run(1000, -1, pair("a", 1));
    StateAttempt first = bench.open(bench.spec, bench.input(2000, 1000, -1), 1);
    bench.toInput(first, null);
    first.accept(pair("a", 5));
    first.accept(pair("b", 5));
    StateAttempt second = bench.open(bench.spec, bench.input(2000, 1000, -1), 1);
    assertThat(bench.toInput(second, null)).isFalse();
    first.close();
    assertThat(bench.toInput(second, null)).isTrue();
    bench.toEnd(second, List.of(pair("c", 1)));
    assertThat(StateBench.read(second)).containsExactly("c=1");
    second.close();
    assertThat(bench.view(2000)).containsExactly(pair("a", 1), pair("c", 1));
  }

  @Test
  void countsItsMemoryAndGivesItBack() throws Exception {
    bench.run(1000, -1, pair("a", 1), pair("b", 1));
    long two = bench.heldBytes();
    assertThat(two).isBetween(100L, 1_000L);
    for (int i = 0; i < 100; i++) {
      bench.run(2000 + i, 1999 + i == 1999 ? 1000 : 1999 + i, pair("k" + i, i));
    }
    assertThat(bench.heldBytes()).isGreaterThan(20 * two);
    StateAttempt reader = bench.open(bench.view(), bench.input(2099, -1, -1), 0);
    bench.toInput(reader, null);
    bench.release();
    assertThat(StateBench.read(reader)).hasSize(102);
    assertThat(bench.heldBytes()).isPositive();
    reader.close();
    assertThat(bench.heldBytes()).isZero();
    assertLost(bench.fail(2100, 2099, pair("a", 1)), "is not on this executor");
    bench.run(2100, -1, pair("a", 1));
    bench.store.close();
    assertThat(bench.heldBytes()).isZero();
  }

  @Test
  void largeStatesAreChangedAndRolledBackInSlices() throws Exception {
    Object[] many = new Object[5_000];
    for (int i = 0; i < many.length; i++) {
      many[i] = pair("k" + i, i);
    }
    bench.run(bench.spec, bench.input(1000, -1, -1), null, List.of(many));
    bench.run(bench.spec, bench.input(2000, 1000, -1), null, List.of(many));
    try (StateAttempt again = bench.open(bench.spec, bench.input(3000, 1000, -1), 1)) {
      again.hold(() -> {});
      int slices = 0;
      while (again.need() == Need.WORK) {
        again.work();
        slices++;
      }
      assertThat(slices).isGreaterThan(5);
      bench.toEnd(again, List.of());
    }
    assertThat(bench.view(3000)).hasSize(5_000).startsWith(many[0], many[1]);
  }

  @Test
  void aRollBackThatIsCancelledOnTheWayIsNotReadAsTheVersionItBeganFrom() throws Exception {
    Object[] many = new Object[3_000];
    for (int i = 0; i < many.length; i++) {
      many[i] = pair("k" + i, i);
    }
    bench.run(1000, -1, pair("a", 1));
    bench.run(bench.spec, bench.input(2000, 1000, -1), null, List.of(many));
    try (StateAttempt cancelled = bench.open(bench.spec, bench.input(3000, 1000, -1), 1)) {
      cancelled.hold(() -> {});
      cancelled.work();
    }
    assertThat(bench.view(1000)).containsExactly(pair("a", 1));
    assertThat(bench.run(1000, -1)).containsExactly("a=1");
    assertThat(bench.run(bench.spec, bench.input(2000, 1000, -1), null, List.of(many)))
        .hasSize(3_000);
  }
}
