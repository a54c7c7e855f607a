package org.millrace.runner.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.millrace.runner.state.StateBench.pair;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.millrace.api.Optional;
import org.millrace.api.function.Function4;
import org.millrace.api.streaming.Time;
import org.millrace.runner.wire.proto.StateKind;
import org.millrace.runner.wire.proto.StateSpec;

class UpdateByKeyTest {
  private final List<String> calls = new ArrayList<>();
  private final Function4<Time, String, List<Integer>, Optional<Integer>, Optional<Integer>> sum =
      (time, key, values, before) -> {
        calls.add(key + values + before.isPresent());
        if (values.contains(-1)) {
          return Optional.empty();
        }
        if (values.contains(-2)) {
          throw new ArithmeticException(key);
        }
        if (values.contains(-3)) {
          return null;
        }
        return Optional.of(values.stream().mapToInt(Integer::intValue).sum() + before.orElse(0));
      };
  private final StateBench bench =
      new StateBench(StateSpec.newBuilder().setKind(StateKind.UPDATE_BY_KEY), sum);

  @Test
  void callsTheFunctionForKeysWithStateInOrderThenForNewOnes() throws Exception {
    assertThat(bench.run(1000, -1, pair("b", List.of(1, 2)), pair("a", List.of(3))))
        .containsExactly(pair("b", 3), pair("a", 3));
    calls.clear();
    assertThat(bench.run(2000, 1000, pair("c", List.of(1)), pair("a", List.of(4))))
        .containsExactly(pair("b", 3), pair("a", 7), pair("c", 1));
    assertThat(calls).containsExactly("b[]true", "a[4]true", "c[1]false");
    calls.clear();
    assertThat(bench.run(2000, 1000)).hasSize(3);
    assertThat(calls).isEmpty();
  }

  @Test
  void anAbsentResultRemovesTheKey() throws Exception {
    bench.run(1000, -1, pair("a", List.of(1)), pair("b", List.of(1)), pair("c", List.of(1)));
    assertThat(bench.run(2000, 1000, pair("b", List.of(-1)), pair("x", List.of(-1))))
        .containsExactly(pair("a", 1), pair("c", 1));
    assertThat(bench.run(3000, 2000, pair("b", List.of(5))))
        .containsExactly(pair("a", 1), pair("c", 1), pair("b", 5));
    assertThat(bench.run(3000, 1000, pair("c", List.of(5))))
        .as("read at 3000, not run again")
        .containsExactly(pair("a", 1), pair("c", 1), pair("b", 5));
    assertThat(bench.run(2500, 1000, pair("c", List.of(5))))
        .containsExactly(pair("a", 1), pair("b", 1), pair("c", 6));
  }

  @Test
  void aFailureInTheMiddleLeavesTheStateOfBefore() throws Exception {
    bench.run(1000, -1, pair("a", List.of(1)), pair("b", List.of(1)), pair("c", List.of(1)));
    assertThat(
            bench.fail(
                2000, 1000, pair("a", List.of(-1)), pair("b", List.of(9)), pair("c", List.of(-2))))
        .hasMessage("c");
    assertThat(bench.view(1000)).containsExactly(pair("a", 1), pair("b", 1), pair("c", 1));
    assertThat(bench.fail(2000, 1000, pair("n", List.of(1)), pair("x", List.of(-2))))
        .hasMessage("x");
    assertThat(bench.view(1000)).containsExactly(pair("a", 1), pair("b", 1), pair("c", 1));
  }

  @Test
  void refusesANullResult() {
    assertThat(bench.fail(1000, -1, pair("k", List.of(-3))))
        .hasMessageContaining("returned null for key k")
        .hasMessageContaining("Optional.empty()");
  }

  @Test
  void beginsWithTheInitialPairs() throws Exception {
    assertThat(
            bench.run(
                bench.spec,
                bench.input(1000, -1, -1),
                List.of(pair("a", 10), pair("b", 20)),
                List.of(pair("c", List.of(1)), pair("a", List.of(1)))))
        .containsExactly(pair("a", 11), pair("b", 20), pair("c", 1));
  }
}
