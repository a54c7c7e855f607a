package org.millrace.runner.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.millrace.runner.state.StateBench.pair;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.millrace.api.Optional;
import org.millrace.api.Tuple2;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.function.Function3;
import org.millrace.api.function.Function4;
import org.millrace.api.streaming.State;
import org.millrace.api.streaming.Time;
import org.millrace.runner.wire.proto.StateKind;
import org.millrace.runner.wire.proto.StateSpec;

class MapWithStateTest {
  private static StateBench always(
      long timeoutMs, Function3<Object, Optional<Integer>, State<Integer>, Object> function) {
    return new StateBench(
        StateSpec.newBuilder()
            .setKind(StateKind.MAP_WITH_STATE)
            .setAlwaysEmits(true)
            .setTimeoutMs(timeoutMs),
        function);
  }

  /** Counts up; -1 removes, -2 only looks; tells time-outs. */
  private static StateBench counting(long timeoutMs) {
    return always(
        timeoutMs,
        (key, value, state) -> {
          if (state.isTimingOut()) {
            return key + " times out with " + state.get() + " " + value.isPresent();
          }
          if (value.get() == -1) {
            state.remove();
            return key + " removed";
          }
          if (value.get() != -2) {
            state.update(value.get() + (state.exists() ? state.get() : 0));
          }
          return key + "=" + (state.exists() ? state.get() : "none");
        });
  }

  @Test
  void callsTheFunctionForEachPairInArrivalOrder() throws Exception {
    StateBench bench = counting(-1);
    assertThat(bench.run(1000, -1, pair("b", 1), pair("a", 2), pair("b", 3), pair("c", -2)))
        .containsExactly("b=1", "a=2", "b=4", "c=none");
    assertThat(bench.view(1000)).containsExactly(pair("b", 4), pair("a", 2));
    assertThat(bench.run(2000, 1000)).isEmpty();
    assertThat(bench.view(2000)).containsExactly(pair("b", 4), pair("a", 2));
  }

  @Test
  void aKeyThatWasRemovedComesBackAtTheEnd() throws Exception {
    StateBench bench = counting(-1);
    bench.run(1000, -1, pair("a", 1), pair("b", 1));
    assertThat(bench.run(2000, 1000, pair("a", -1), pair("a", 5), pair("x", -1)))
        .containsExactly("a removed", "a=5", "x removed");
    assertThat(bench.view(2000)).containsExactly(pair("b", 1), pair("a", 5));
    bench.run(2000, 1000);
    assertThat(bench.run(3000, 1000)).isEmpty();
    assertThat(bench.view(3000)).containsExactly(pair("a", 1), pair("b", 1));
  }

  @Test
  void takesNullKeysAndEnumsAndRefusesKeysWithoutAStableHashCode() throws Exception {
    StateBench bench = counting(-1);
    assertThat(bench.run(1000, -1, pair(null, 1), pair(Thread.State.NEW, 2), pair(null, 3)))
        .containsExactly("null=1", "NEW=2", "null=4");
    assertThat(bench.fail(2000, 1000, pair(new int[1], 1)))
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNSTABLE_KEY));
  }

  @Test
  void emitsNullsOfAFunctionThatAlwaysEmits() throws Exception {
    StateBench bench = always(-1, (key, value, state) -> null);
    assertThat(bench.run(1000, -1, pair("a", 1), pair("b", 2))).containsExactly(null, null);
    assertThat(bench.view(1000)).isEmpty();
  }

  @Test
  void emitsWhatIsPresentOfAFunctionThatMayEmit() throws Exception {
    Function4<Time, String, Optional<Integer>, State<Integer>, Optional<String>> function =
        (time, key, value, state) ->
            value.get() > 9 ? null : value.get() > 1 ? Optional.of(key + time) : Optional.empty();
    StateBench bench =
        new StateBench(
            StateSpec.newBuilder().setKind(StateKind.MAP_WITH_STATE).setTimeoutMs(-1), function);
    assertThat(bench.run(1000, -1, pair("a", 1), pair("b", 2), pair("c", 3)))
        .containsExactly("b" + new Time(1000), "c" + new Time(1000));
    assertThat(bench.fail(2000, 1000, pair("k", 10)))
        .hasMessageContaining("returned null for key k")
        .hasMessageContaining("Optional.empty()");
  }

  @Test
  void namesEachMisuseOfAState() throws Exception {
    List<Object> seen = new ArrayList<>();
    AtomicReference<State<Integer>> kept = new AtomicReference<>();
    StateBench bench =
        always(
            1000,
            (key, value, state) -> {
              kept.set(state);
              if (state.isTimingOut()) {
                seen.add(key);
                assertThatThrownBy(() -> state.update(1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("timing out");
                assertThatThrownBy(state::remove)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("timing out");
                return null;
              }
              assertThatThrownBy(state::get).isInstanceOf(NoSuchElementException.class);
              assertThat(state.getOption()).isEqualTo(Optional.empty());
              state.update(5);
              assertThat(state.getOption()).isEqualTo(Optional.of(5));
              if (value.get() < 0) {
                state.remove();
                assertThat(state.exists()).isFalse();
                assertThatThrownBy(() -> state.update(1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("removed in this call");
                assertThatThrownBy(state::remove).isInstanceOf(IllegalArgumentException.class);
              }
              return null;
            });
    bench.run(1000, -1, pair("a", 1), pair("b", -1));
    bench.run(2000, 1000);
    assertThat(seen).containsExactly("a");
    assertThatThrownBy(() -> kept.get().exists())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("after the call");
  }

  @Test
  void timesOutInTheFirstBatchThatIsLateEnoughAfterItsPairs() throws Exception {
    StateBench bench = counting(2500);
    bench.run(1000, -1, pair("a", 1), pair("b", 2));
    assertThat(bench.run(2000, 1000, pair("b", -2))).containsExactly("b=2");
    assertThat(bench.run(3000, 2000, pair("c", 1))).containsExactly("c=1");
    assertThat(bench.run(4000, 3000, pair("d", 1)))
        .containsExactly("d=1", "a times out with 1 false");
    assertThat(bench.view(4000)).containsExactly(pair("b", 2), pair("c", 1), pair("d", 1));
    assertThat(bench.run(5000, 4000, pair("b", 3))).containsExactly("b=5");
    assertThat(bench.run(7500, 5000))
        .containsExactly(
            "c times out with 1 false", "d times out with 1 false", "b times out with 5 false");
    assertThat(bench.run(20_000, 7500)).isEmpty();
    assertThat(bench.view(20_000)).isEmpty();
  }

  @Test
  void expiresByDeadlineThenByTheOrderOfTheTable() throws Exception {
    StateBench bench = counting(1000);
    bench.run(1000, -1, pair("a", 1), pair("b", 1), pair("c", 1), pair("d", 1));
    bench.run(1500, 1000, pair("d", 1), pair("a", 1), pair("b", 1));
    assertThat(bench.run(9000, 1500))
        .extracting(record -> record.toString().substring(0, 1))
        .containsExactly("c", "a", "b", "d");
  }

  @Test
  void aRemovedKeyHasNoTimeout() throws Exception {
    StateBench bench = counting(1000);
    bench.run(1000, -1, pair("a", 1), pair("b", 1));
    bench.run(1500, 1000, pair("a", -1));
    bench.run(1600, 1500, pair("a", 7));
    assertThat(bench.run(2000, 1600)).containsExactly("b times out with 1 false");
    assertThat(bench.run(2599, 2000)).isEmpty();
    assertThat(bench.run(2600, 2599)).containsExactly("a times out with 7 false");
  }

  @Test
  void initialPairsTimeOutFromTheFirstBatchOn() throws Exception {
    StateBench bench = counting(1000);
    bench.run(
        bench.spec, bench.input(5000, -1, -1), List.of(pair("a", 1), pair("b", 1)), List.of());
    assertThat(bench.run(5999, 5000, pair("b", -2))).containsExactly("b=1");
    assertThat(bench.run(6000, 5999)).containsExactly("a times out with 1 false");
  }

  @Test
  void timeoutsAreTheSameAfterARollBack() throws Exception {
    StateBench bench = counting(2000);
    bench.run(1000, -1, pair("a", 1), pair("b", 1), pair("c", 1));
    bench.run(2000, 1000, pair("b", 1));
    for (int round = 0; round < 3; round++) {
      bench.run(3000, 2000, pair("c", 1), pair("d", 1), pair("b", -1), pair("b", 2));
      bench.run(4000, 3000, pair("a", 1));
      assertThat(bench.run(3500, 2000))
          .containsExactly("a times out with 1 false", "c times out with 1 false");
      assertThat(bench.view(3500)).containsExactly(pair("b", 2));
    }
    assertThat(bench.run(4000, 3500)).containsExactly("b times out with 2 false");
  }

  @Test
  void manyKeysTimeOutInSlices() throws Exception {
    StateBench bench = counting(1000);
    Tuple2<?, ?>[] pairs =
        IntStream.range(0, 5_000).mapToObj(i -> pair(i, 1)).toArray(Tuple2<?, ?>[]::new);
    bench.run(1000, -1, pairs);
    try (StateAttempt attempt = bench.open(bench.spec, bench.input(2000, 1000, -1), 1)) {
      bench.toInput(attempt, null);
      attempt.ended();
      int slices = 0;
      while (attempt.need() == StateAttempt.Need.WORK) {
        attempt.work();
        slices++;
      }
      assertThat(slices).isGreaterThanOrEqualTo(10);
      assertThat(StateBench.read(attempt)).hasSize(5_000).startsWith("0 times out with 1 false");
    }
    assertThat(bench.view(2000)).isEmpty();
    assertThat(Arrays.asList(bench.run(3000, 2000).toArray())).isEmpty();
  }
}
