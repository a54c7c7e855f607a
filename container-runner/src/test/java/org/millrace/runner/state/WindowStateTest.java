package org.millrace.runner.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.millrace.runner.state.StateBench.pair;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.millrace.api.Tuple2;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.function.Function;
import org.millrace.api.function.Function2;
import org.millrace.runner.codec.RecordCodec;
import org.millrace.runner.wire.proto.StateKind;
import org.millrace.runner.wire.proto.StateSpec;

class WindowStateTest {
  private int reduces;
  private int inverses;
  private final Function2<Integer, Integer, Integer> plus =
      (a, b) -> {
        reduces++;
        return a + b;
      };
  private final Function2<Integer, Integer, Integer> minus =
      (a, b) -> {
        inverses++;
        return a - b;
      };
  private final Function<Tuple2<String, Integer>, Boolean> notZero = pair -> pair._2() != 0;

  private StateBench reduce(int inverse, int filter, long paneMs, int panes) {
    return new StateBench(
        StateSpec.newBuilder()
            .setKind(StateKind.WINDOW_REDUCE)
            .setInverse(inverse)
            .setFilter(filter)
            .setPaneMs(paneMs)
            .setPanes(panes),
        plus,
        minus,
        notZero);
  }

  private static StateBench group(long paneMs, int panes) {
    return new StateBench(
        StateSpec.newBuilder().setKind(StateKind.WINDOW_GROUP).setPaneMs(paneMs).setPanes(panes));
  }

  @Test
  void anInverseKeepsKeysUntilTheFilterRefusesThem() throws Exception {
    StateBench kept = reduce(1, -1, 1000, 2);
    kept.run(1000, -1, pair("a", 1), pair("b", 2));
    assertThat(kept.run(2000, 1000, pair("a", 5))).containsExactly(pair("a", 6), pair("b", 2));
    assertThat(kept.run(3000, 2000)).containsExactly(pair("a", 5), pair("b", 0));
    StateBench filtered = reduce(1, 2, 1000, 2);
    filtered.run(1000, -1, pair("a", 1), pair("b", 2), pair("zero", 0));
    assertThat(filtered.view(1000)).containsExactly(pair("a", 1), pair("b", 2));
    filtered.run(2000, 1000, pair("a", 5), pair("zero", 7));
    assertThat(filtered.run(3000, 2000)).containsExactly(pair("a", 5), pair("zero", 7));
    assertThat(filtered.run(4000, 3000, pair("b", 4), pair("a", 1)))
        .containsExactly(pair("a", 1), pair("b", 4));
  }

  @Test
  void withoutAnInverseKeysLeaveWithTheirLastValue() throws Exception {
    StateBench bench = reduce(-1, -1, 1000, 2);
    bench.run(1000, -1, pair("a", 1), pair("b", 2));
    bench.run(2000, 1000, pair("c", 3));
    assertThat(bench.run(3000, 2000, pair("b", 5), pair("c", 1)))
        .containsExactly(pair("c", 4), pair("b", 5));
    assertThat(bench.run(4000, 3000, pair("a", 1)))
        .containsExactly(pair("c", 1), pair("b", 5), pair("a", 1));
  }

  @Test
  void severalBatchesFallIntoAPane() throws Exception {
    StateBench bench = reduce(1, 2, 2000, 2);
    bench.zeroMs = 500;
    bench.run(1500, -1, pair("a", 1));
    bench.run(2500, 1500, pair("a", 2));
    bench.run(3500, 2500, pair("a", 4));
    assertThat(bench.run(4500, 3500, pair("a", 8))).containsExactly(pair("a", 15));
    assertThat(bench.run(5500, 4500, pair("a", 16))).containsExactly(pair("a", 28));
    assertThat(bench.run(6500, 5500)).containsExactly(pair("a", 28));
    assertThat(bench.run(7500, 6500)).containsExactly(pair("a", 16));
    assertThat(bench.run(9500, 7500)).as("in the middle of a pane").containsExactly(pair("a", 0));
    assertThat(bench.run(10_500, 9500)).isEmpty();
  }

  @Test
  void theFilterIsAskedWhenAPaneIsComplete() throws Exception {
    StateBench bench = reduce(1, 2, 2000, 1);
    bench.run(1000, -1, pair("a", 1), pair("b", 1));
    bench.run(2000, 1000);
    assertThat(bench.run(3000, 2000)).containsExactly(pair("a", 0), pair("b", 0));
    assertThat(bench.run(4000, 3000, pair("b", 3))).containsExactly(pair("b", 3));
  }

  @Test
  void severalPanesLeaveAtOnce() throws Exception {
    for (int inverse : new int[] {1, -1}) {
      StateBench bench = reduce(inverse, inverse < 0 ? -1 : 2, 1000, 3);
      bench.run(1000, -1, pair("a", 1), pair("b", 1));
      bench.run(2000, 1000, pair("a", 2));
      bench.run(3000, 2000, pair("a", 4), pair("c", 1));
      assertThat(bench.run(5000, 3000, pair("d", 1)))
          .containsExactly(pair("a", 4), pair("c", 1), pair("d", 1));
      assertThat(bench.run(50_000, 5000)).isEmpty();
    }
  }

  @Test
  void namesAKeyWhoseValuesLeaveWhenItIsGone() throws Exception {
    StateBench bench = reduce(1, 2, 1000, 2);
    bench.run(1000, -1, pair("k", 5));
    bench.run(2000, 1000, pair("k", -5));
    assertThat(bench.fail(3000, 2000))
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ILLEGAL_USE))
        .hasMessageContainingAll("key k", "filter", "hashCode", "java.lang.String");
    assertThat(bench.run(3000, 2000, pair("k", 3)))
        .as("as when only the new values count")
        .containsExactly(pair("k", 3));
  }

  @Test
  void groupsShowAllValuesTheEarliestFirst() throws Exception {
    StateBench bench = group(1000, 2);
    bench.run(1000, -1, pair("a", List.of(1, 2)), pair("b", List.of(3)));
    List<Object> second = bench.run(2000, 1000, pair("a", List.of(4)));
    List<Object> third = bench.run(3000, 2000, pair("c", List.of(5)), pair("a", List.of(6)));
    assertThat(second).containsExactly(pair("a", List.of(1, 2, 4)), pair("b", List.of(3)));
    assertThat(third).containsExactly(pair("a", List.of(4, 6)), pair("c", List.of(5)));
    assertThat(bench.run(4000, 3000)).containsExactly(pair("a", List.of(6)), pair("c", List.of(5)));
  }

  @Test
  void groupsCannotBeChangedAndTravelAsLists() throws Exception {
    StateBench bench = group(1000, 3);
    bench.run(1000, -1, pair("a", List.of(1, 2)));
    List<Object> records = bench.run(2000, 1000, pair("a", List.of(3)));
    @SuppressWarnings("unchecked")
    List<Object> values = (List<Object>) ((Tuple2<?, ?>) records.get(0))._2();
    assertThat(values).containsExactly(1, 2, 3);
    assertThat(values.get(2)).isEqualTo(3);
    assertThat(List.copyOf(values)).isEqualTo(values);
    assertThatThrownBy(() -> values.add(4)).isInstanceOf(UnsupportedOperationException.class);
    RecordCodec codec = new RecordCodec(getClass().getClassLoader());
    assertThat(codec.decode(codec.encode(records), records.size())).isEqualTo(records);
  }

  /** Each slide has 20 of 40 keys. */
  private StateBench slide(StateBench bench, int slides) throws Exception {
    SplittableRandom random = new SplittableRandom(1);
    long panes = bench.spec.getPanes();
    for (int i = 1; i <= slides; i++) {
      List<Tuple2<Object, Object>> pairs = new ArrayList<>();
      int first = random.nextInt(40);
      for (int k = 0; k < 20; k++) {
        pairs.add(pair((first + k) % 40, 1));
      }
      bench.run(i * 1000L, i == 1 ? -1 : (i - 1) * 1000L, pairs.toArray(Tuple2<?, ?>[]::new));
    }
    int total = 0;
    for (Object pair : bench.view(slides * 1000L)) {
      total += (Integer) ((Tuple2<?, ?>) pair)._2();
    }
    assertThat(total).isEqualTo((int) (20 * Math.min(panes, slides)));
    return bench;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 10, 100, 1000})
  void anInverseIsOneCallForEachKeyThatEntersAndOneForEachThatLeaves(int panes) throws Exception {
    StateBench bench = reduce(1, -1, 1000, panes);
    slide(bench, 3 * panes + 50);
    int slides = 3 * panes + 50;
    assertThat(inverses).isEqualTo(20 * (slides - panes));
    assertThat(reduces).isEqualTo(20 * slides - 40);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 10, 100, 1000})
  void withoutAnInverseMergesAreAFewForEachKeyThatEntersOrLeaves(int panes) throws Exception {
    int slides = 3 * panes + 50;
    slide(reduce(-1, -1, 1000, panes), slides);
    int entered = 20 * slides;
    int left = 20 * (slides - panes);
    assertThat(reduces).isLessThanOrEqualTo(3 * entered + left);
  }

  @Test
  void aKeyThatDoesNotChangeCostsNothing() throws Exception {
    StateBench bench = reduce(-1, -1, 1000, 100);
    for (int i = 1; i <= 50; i++) {
      bench.run(
          i * 1000L,
          i == 1 ? -1 : (i - 1) * 1000L,
          i < 20 ? new Tuple2<?, ?>[] {pair("still", 1)} : new Tuple2<?, ?>[0]);
      if (i == 20) {
        reduces = 0;
      }
    }
    assertThat(reduces).isZero();
    assertThat(bench.view(50_000)).containsExactly(pair("still", 19));
  }
}
