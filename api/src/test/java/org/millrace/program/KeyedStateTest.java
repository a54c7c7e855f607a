package org.millrace.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.millrace.program.ScriptedRun.batches;
import static org.millrace.program.ScriptedRun.randomPairs;
import static org.millrace.program.ScriptedRun.window;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.millrace.api.HashPartitioner;
import org.millrace.api.Optional;
import org.millrace.api.PairRDD;
import org.millrace.api.Partitioner;
import org.millrace.api.Tuple2;
import org.millrace.api.Tuple3;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.function.Function;
import org.millrace.api.function.Function2;
import org.millrace.api.function.Function3;
import org.millrace.api.function.Function4;
import org.millrace.api.streaming.MapWithStateDStream;
import org.millrace.api.streaming.PairDStream;
import org.millrace.api.streaming.State;
import org.millrace.api.streaming.StateSpec;
import org.millrace.api.streaming.Time;

class KeyedStateTest {
  private static final int BATCHES = 12;

  private static final Function3<String, Optional<Integer>, State<Integer>, Tuple2<String, Integer>>
      RUNNING_SUM =
          (key, value, state) -> {
            int sum = value.orElse(0) + (state.exists() ? state.get() : 0);
            if (!state.isTimingOut()) {
              state.update(sum);
            }
            return new Tuple2<>(state.isTimingOut() ? key + " left" : key, sum);
          };

  private static final Function2<List<Integer>, Optional<Integer>, Optional<Integer>> ADD =
      (values, state) -> {
        int sum = state.orElse(0);
        for (int value : values) {
          sum += value;
        }
        return Optional.of(sum);
      };

  private final ScriptedRun run = new ScriptedRun();

  @AfterEach
  void stop() {
    run.close();
  }

  private static <K, V> Tuple2<K, V> pair(K key, V value) {
    return new Tuple2<>(key, value);
  }

  private static Map<String, Integer> sums(List<Tuple2<String, Integer>> pairs) {
    Map<String, Integer> sums = new TreeMap<>();
    pairs.forEach(each -> sums.merge(each._1(), each._2(), Integer::sum));
    return sums;
  }

  private PairRDD<String, Integer> initial() {
    return run.context()
        .sparkContext()
        .parallelizePairs(List.of(pair("k0", 100), pair("z", 0), pair("k0", 1000)));
  }

  // ---- mapWithState

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void callsTheFunctionForEachPairAsItArrives(long seed) throws Exception {
    List<List<Tuple2<String, Integer>>> script = randomPairs(seed, BATCHES);
    MapWithStateDStream<String, Integer, Integer, Tuple2<String, Integer>> stream =
        run.pairs(script).mapWithState(StateSpec.function(RUNNING_SUM).numPartitions(1));
    Map<Integer, List<Tuple2<String, Integer>>> results = run.recordsOf(stream);
    Map<Integer, List<Tuple2<String, Integer>>> snapshots = run.recordsOf(stream.stateSnapshots());
    run.runTo(BATCHES);

    Map<String, Integer> model = new LinkedHashMap<>();
    for (int batch = 1; batch <= BATCHES; batch++) {
      List<Tuple2<String, Integer>> expected = new ArrayList<>();
      for (Tuple2<String, Integer> each : script.get(batch - 1)) {
        expected.add(pair(each._1(), model.merge(each._1(), each._2(), Integer::sum)));
      }
      assertThat(results.get(batch)).as("batch " + batch).isEqualTo(expected);
      assertThat(snapshots.get(batch))
          .isEqualTo(model.entrySet().stream().map(e -> pair(e.getKey(), e.getValue())).toList());
    }
  }

  @Test
  void placesKeysByTheDefaultPartitionerOrByAGivenOne() throws Exception {
    List<List<Tuple2<String, Integer>>> script =
        List.of(List.of(pair("moon", 1), pair("hello", 2), pair("world", 3)));
    PairDStream<String, Integer> pairs = run.pairs(script);
    Map<Integer, List<List<Tuple2<String, Integer>>>> byDefault =
        run.partitionsOf(pairs.mapWithState(StateSpec.function(RUNNING_SUM)));
    Map<Integer, List<List<Tuple2<String, Integer>>>> byThree =
        run.partitionsOf(
            pairs
                .mapWithState(StateSpec.function(RUNNING_SUM).partitioner(new HashPartitioner(3)))
                .stateSnapshots()
                .toDStream());
    run.runTo(1);

    assertThat(byDefault.get(1))
        .isEqualTo(List.of(List.of(pair("hello", 2), pair("world", 3)), List.of(pair("moon", 1))));
    assertThat(byThree.get(1)).hasSize(3);
  }

  @Test
  void givesOnlyWhatIsPresentAndTellsTheTime() throws Exception {
    Function4<Time, String, Optional<Integer>, State<Integer>, Optional<String>> everySecond =
        (time, key, value, state) -> {
          int count = (state.exists() ? state.get() : 0) + 1;
          state.update(count);
          return count % 2 == 0 ? Optional.of(key + "@" + time.milliseconds()) : Optional.empty();
        };
    List<List<Tuple2<String, Integer>>> script =
        List.of(List.of(pair("a", 1), pair("a", 1)), List.of(pair("a", 1)), List.of(pair("a", 1)));
    Map<Integer, List<String>> results =
        run.recordsOf(run.pairs(script).mapWithState(StateSpec.function(everySecond)));
    run.runTo(3);

    assertThat(results).isEqualTo(Map.of(1, List.of("a@1000"), 2, List.of(), 3, List.of("a@3000")));
  }

  @Test
  void beginsWithInitialState() throws Exception {
    List<List<Tuple2<String, Integer>>> script = List.of(List.of(pair("k0", 1)), List.of());
    PairDStream<String, Integer> pairs = run.pairs(script);
    MapWithStateDStream<String, Integer, Integer, Tuple2<String, Integer>> stream =
        pairs.mapWithState(
            StateSpec.function(RUNNING_SUM).initialState(initial()).numPartitions(1));
    Map<Integer, List<Tuple2<String, Integer>>> results = run.recordsOf(stream);
    Map<Integer, List<Tuple2<String, Integer>>> snapshots = run.recordsOf(stream.stateSnapshots());
    Map<Integer, List<Tuple2<String, Integer>>> fromPlain =
        run.recordsOf(
            pairs.mapWithState(StateSpec.function(RUNNING_SUM).initialState(initial().toRDD())));
    run.runTo(2);

    assertThat(results.get(1)).containsExactly(pair("k0", 1001));
    assertThat(snapshots.get(2)).containsExactly(pair("k0", 1001), pair("z", 0));
    assertThat(fromPlain).isEqualTo(results);
  }

  @Test
  void timesOutExactlyAndOnlyWhenIdle() throws Exception {
    List<List<Tuple2<String, Integer>>> script =
        List.of(
            List.of(pair("b", 1), pair("a", 2)),
            List.of(pair("b", 1)),
            List.of(),
            List.of(pair("a", 5)),
            List.of(),
            List.of(pair("b", 7)));
    MapWithStateDStream<String, Integer, Integer, Tuple2<String, Integer>> stream =
        run.pairs(script)
            .mapWithState(
                StateSpec.function(RUNNING_SUM)
                    .timeout(batches(3))
                    .numPartitions(1)
                    .initialState(initial()));
    Map<Integer, List<Tuple2<String, Integer>>> results = run.recordsOf(stream);
    Map<Integer, List<Tuple2<String, Integer>>> snapshots = run.recordsOf(stream.stateSnapshots());
    run.runTo(9);

    assertThat(results.get(3)).isEmpty();
    assertThat(results.get(4))
        .as("initial state is as old as the first batch, and a's pair refreshes it")
        .containsExactly(pair("a", 7), pair("k0 left", 1000), pair("z left", 0));
    assertThat(results.get(5)).containsExactly(pair("b left", 2));
    assertThat(snapshots.get(5)).containsExactly(pair("a", 7));
    assertThat(results.get(6)).as("b begins anew").containsExactly(pair("b", 7));
    assertThat(results.get(7)).containsExactly(pair("a left", 7));
    assertThat(results.get(9)).containsExactly(pair("b left", 7));
    assertThat(snapshots.get(9)).isEmpty();
  }

  @Test
  void removesStateAndLetsAKeyComeAgain() throws Exception {
    Function3<String, Optional<Integer>, State<Integer>, String> removing =
        (key, value, state) -> {
          String before = key + state.getOption().orElse(-1);
          if (value.get() == 0) {
            state.remove();
          } else {
            state.update(value.get());
          }
          return before;
        };
    List<List<Tuple2<String, Integer>>> script =
        List.of(
            List.of(pair("a", 1), pair("b", 2)),
            List.of(pair("a", 0), pair("c", 3)),
            List.of(pair("a", 9)));
    MapWithStateDStream<String, Integer, Integer, String> stream =
        run.pairs(script).mapWithState(StateSpec.function(removing).numPartitions(1));
    Map<Integer, List<String>> results = run.recordsOf(stream);
    Map<Integer, List<Tuple2<String, Integer>>> snapshots = run.recordsOf(stream.stateSnapshots());
    run.runTo(3);

    assertThat(results.get(2)).containsExactly("a1", "c-1");
    assertThat(results.get(3)).containsExactly("a-1");
    assertThat(snapshots.get(2)).containsExactly(pair("b", 2), pair("c", 3));
    assertThat(snapshots.get(3)).containsExactly(pair("b", 2), pair("c", 3), pair("a", 9));
  }

  @Test
  void refusesToUpdateWhatWasRemoved() throws Exception {
    Function3<String, Optional<Integer>, State<Integer>, Integer> wrong =
        (key, value, state) -> {
          state.update(1);
          state.remove();
          state.update(2);
          return 0;
        };
    run.recordsOf(
        run.pairs(List.of(List.of(pair("a", 1)))).mapWithState(StateSpec.function(wrong)));

    assertThatThrownBy(() -> run.runTo(1)).hasRootCauseInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesATimeoutThatIsNotPositive() {
    assertThatThrownBy(() -> StateSpec.function(RUNNING_SUM).timeout(batches(0)))
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ILLEGAL_USE))
        .hasMessageContaining("0 ms");
  }

  // ---- updateStateByKey

  @ParameterizedTest
  @ValueSource(longs = {4, 5, 6})
  void updatesEveryKeyInEachBatch(long seed) throws Exception {
    List<List<Tuple2<String, Integer>>> script = randomPairs(seed, BATCHES);
    PairDStream<String, Integer> pairs = run.pairs(script);
    Map<Integer, List<Tuple2<String, Integer>>> byDefault =
        run.recordsOf(pairs.updateStateByKey(ADD));
    List<Map<Integer, List<Tuple2<String, Integer>>>> others =
        List.of(
            run.recordsOf(pairs.updateStateByKey(ADD, 2)),
            run.recordsOf(pairs.updateStateByKey(ADD, new HashPartitioner(2))),
            run.recordsOf(pairs.updateStateByKey(byTime(), new HashPartitioner(2), true)),
            run.recordsOf(pairs.updateStateByKey(byPartition(), new HashPartitioner(2), false)));
    run.runTo(BATCHES);

    for (int batch = 1; batch <= BATCHES; batch++) {
      assertThat(new TreeMap<>(sums(byDefault.get(batch))))
          .isEqualTo(sums(window(script, batch, batch)));
    }
    assertThat(others).allSatisfy(other -> assertThat(other).isEqualTo(byDefault));
  }

  private static Function4<Time, String, List<Integer>, Optional<Integer>, Optional<Integer>>
      byTime() {
    return (time, key, values, state) -> ADD.call(values, state);
  }

  private static Function<
          Iterator<Tuple3<String, List<Integer>, Optional<Integer>>>,
          Iterator<Tuple2<String, Integer>>>
      byPartition() {
    return keys -> {
      List<Tuple2<String, Integer>> next = new ArrayList<>();
      while (keys.hasNext()) {
        Tuple3<String, List<Integer>, Optional<Integer>> key = keys.next();
        next.add(pair(key._1(), ADD.call(key._2(), key._3()).get()));
      }
      return next.iterator();
    };
  }

  @Test
  void removesAKeyWhoseUpdateIsAbsent() throws Exception {
    Function2<List<String>, Optional<String>, Optional<String>> untilEmpty =
        (values, state) ->
            values.isEmpty()
                ? Optional.empty()
                : Optional.of(state.orElse("") + String.join("", values));
    List<List<Tuple2<String, String>>> script =
        List.of(
            List.of(pair("b", "1"), pair("a", "2"), pair("b", "3")),
            List.of(pair("c", "4"), pair("a", "5")),
            List.of(pair("b", "6"), pair("c", "7")));
    Map<Integer, List<Tuple2<String, String>>> results =
        run.recordsOf(run.pairs(script).updateStateByKey(untilEmpty, 1));
    run.runTo(4);

    assertThat(results.get(1)).containsExactly(pair("b", "13"), pair("a", "2"));
    assertThat(results.get(2)).containsExactly(pair("a", "25"), pair("c", "4"));
    assertThat(results.get(3)).containsExactly(pair("c", "47"), pair("b", "6"));
    assertThat(results.get(4)).isEmpty();
  }

  @Test
  void updatesInitialState() throws Exception {
    PairDStream<String, Integer> pairs = run.pairs(List.of(List.of(pair("k0", 1), pair("n", 5))));
    Partitioner one = new HashPartitioner(1);
    List<Map<Integer, List<Tuple2<String, Integer>>>> results =
        List.of(
            run.recordsOf(pairs.updateStateByKey(ADD, one, initial())),
            run.recordsOf(pairs.updateStateByKey(byTime(), one, false, initial())),
            run.recordsOf(pairs.updateStateByKey(byPartition(), one, true, initial())));
    run.runTo(2);

    assertThat(results)
        .allSatisfy(
            result ->
                assertThat(result.get(2))
                    .containsExactly(pair("k0", 1001), pair("z", 0), pair("n", 5)));
  }

  @Test
  void remembersThePartitionerWhenAsked() throws Exception {
    PairDStream<String, Integer> pairs = run.pairs(randomPairs(1, 1));
    Partitioner three = new HashPartitioner(3);
    List<Optional<Partitioner>> found = new ArrayList<>();
    pairs.updateStateByKey(byTime(), three, true).foreachRDD(rdd -> found.add(rdd.partitioner()));
    pairs.updateStateByKey(byTime(), three, false).foreachRDD(rdd -> found.add(rdd.partitioner()));
    run.runTo(1);

    assertThat(found.get(0).get()).isEqualTo(three);
    assertThat(found.get(1).isPresent()).isFalse();
  }

  @Test
  void keepsStateOverAWindow() throws Exception {
    List<List<Tuple2<String, Integer>>> script = randomPairs(9, BATCHES);
    PairDStream<String, Integer> windowSums =
        run.pairs(script).reduceByKeyAndWindow(Integer::sum, batches(4), batches(2));
    Map<Integer, List<Tuple2<String, Integer>>> shown = run.recordsOf(windowSums);
    Map<Integer, List<Tuple2<String, Integer>>> totals =
        run.recordsOf(windowSums.updateStateByKey(ADD));
    run.runTo(BATCHES);

    Map<String, Integer> model = new TreeMap<>();
    assertThat(totals.keySet()).containsExactly(2, 4, 6, 8, 10, 12);
    totals.forEach(
        (time, pairs) -> {
          shown.get(time).forEach(each -> model.merge(each._1(), each._2(), Integer::sum));
          assertThat(sums(pairs)).isEqualTo(model);
        });
  }

  @Test
  void opensAWindowOverState() throws Exception {
    List<List<Tuple2<String, Integer>>> script =
        List.of(List.of(pair("a", 1)), List.of(pair("a", 2)), List.of(pair("b", 3)));
    Map<Integer, List<Tuple2<String, Integer>>> shown =
        run.recordsOf(run.pairs(script).updateStateByKey(ADD, 1).window(batches(2)));
    run.runTo(3);

    assertThat(shown.get(1)).containsExactly(pair("a", 1));
    assertThat(shown.get(2)).containsExactly(pair("a", 1), pair("a", 3));
    assertThat(shown.get(3)).containsExactly(pair("a", 3), pair("a", 3), pair("b", 3));
  }
}
