package org.millrace.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.millrace.program.ScriptedRun.batches;
import static org.millrace.program.ScriptedRun.randomPairs;
import static org.millrace.program.ScriptedRun.window;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BinaryOperator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.millrace.api.HashPartitioner;
import org.millrace.api.Tuple2;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.streaming.DStream;
import org.millrace.api.streaming.PairDStream;

/** Windows against what their definition says, recomputed from the script. */
class WindowTest {
  private static final int BATCHES = 14;

  private final ScriptedRun run = new ScriptedRun();

  @AfterEach
  void stop() {
    run.close();
  }

  private static <K, V> Tuple2<K, V> pair(K key, V value) {
    return new Tuple2<>(key, value);
  }

  private static <K, V> Map<K, V> folded(List<Tuple2<K, V>> pairs, BinaryOperator<V> f) {
    Map<K, V> result = new LinkedHashMap<>();
    pairs.forEach(pair -> result.merge(pair._1(), pair._2(), f));
    return result;
  }

  private static <K, V> Map<K, V> mapOf(List<Tuple2<K, V>> pairs) {
    Map<K, V> result = new LinkedHashMap<>();
    pairs.forEach(pair -> assertThat(result.put(pair._1(), pair._2())).isNull());
    return result;
  }

  private static Set<Integer> slides(int slide) {
    Set<Integer> times = new java.util.TreeSet<>();
    for (int time = slide; time <= BATCHES; time += slide) {
      times.add(time);
    }
    return times;
  }

  @ParameterizedTest
  @CsvSource({"1,1", "3,1", "3,2", "2,4", "5,3", "6,4", "40,3"})
  void showsThePartitionsOfTheLastBatches(int window, int slide) throws Exception {
    List<List<Tuple2<String, Integer>>> script = randomPairs(window * 31L + slide, BATCHES);
    Map<Integer, List<List<Tuple2<String, Integer>>>> shown =
        run.partitionsOf(run.input(script).window(batches(window), batches(slide)));
    Map<Integer, List<List<Tuple2<String, Integer>>>> parts = run.partitionsOf(run.input(script));
    run.runTo(BATCHES);

    assertThat(shown.keySet()).isEqualTo(slides(slide));
    shown.forEach(
        (time, partitions) -> {
          List<List<Tuple2<String, Integer>>> expected = new ArrayList<>();
          for (int batch = Math.max(1, time - window + 1); batch <= time; batch++) {
            expected.addAll(parts.get(batch));
          }
          assertThat(partitions).as("at " + time).isEqualTo(expected);
        });
  }

  @Test
  void keepsThePartitionerOfPlacedPairs() throws Exception {
    List<List<Tuple2<String, Integer>>> script =
        List.of(List.of(pair("k0", 1), pair("k1", 2)), List.of(pair("k0", 3)));
    PairDStream<String, Integer> window =
        run.pairs(script).reduceByKey(Integer::sum, 2).window(batches(2));
    List<Boolean> placed = new ArrayList<>();
    window.foreachRDD(rdd -> placed.add(new HashPartitioner(2).equals(rdd.partitioner().orNull())));
    Map<Integer, List<List<Tuple2<String, Integer>>>> shown = run.partitionsOf(window.toDStream());
    run.runTo(3);

    assertThat(placed).containsOnly(true);
    assertThat(shown.get(2)).hasSize(2);
    assertThat(shown.get(2).stream().flatMap(List::stream))
        .containsExactlyInAnyOrder(pair("k0", 1), pair("k1", 2), pair("k0", 3));
    assertThat(shown.get(3)).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource({"1,1", "3,1", "4,2", "2,4", "6,4", "3,3", "40,2"})
  void reducesEachKeyOfTheWindowInOrder(int window, int slide) throws Exception {
    List<List<Tuple2<String, String>>> script = new ArrayList<>();
    for (List<Tuple2<String, Integer>> batch : randomPairs(window * 17L + slide, BATCHES)) {
      script.add(batch.stream().map(each -> pair(each._1(), "-" + each._2())).toList());
    }
    Map<Integer, List<Tuple2<String, String>>> reduced =
        run.recordsOf(
            run.pairs(script)
                .reduceByKeyAndWindow((l, r) -> l + r, batches(window), batches(slide)));
    run.runTo(BATCHES);

    assertThat(reduced.keySet()).isEqualTo(slides(slide));
    reduced.forEach(
        (time, pairs) ->
            assertThat(mapOf(pairs))
                .as("at " + time)
                .isEqualTo(folded(window(script, time, window), String::concat)));
  }

  @ParameterizedTest
  @CsvSource({"1,1", "3,1", "4,2", "2,4", "6,4", "40,2"})
  void takesBackWhatLeavesAndKeepsZeros(int window, int slide) throws Exception {
    List<List<Tuple2<String, Integer>>> script = randomPairs(window * 13L + slide, BATCHES);
    Map<Integer, List<Tuple2<String, Integer>>> reduced =
        run.recordsOf(
            run.pairs(script)
                .reduceByKeyAndWindow(
                    Integer::sum, (all, left) -> all - left, batches(window), batches(slide)));
    run.runTo(BATCHES);

    assertThat(reduced.keySet()).isEqualTo(slides(slide));
    reduced.forEach(
        (time, pairs) -> {
          Map<String, Integer> expected = new LinkedHashMap<>();
          window(script, time, time).forEach(each -> expected.put(each._1(), 0));
          expected.putAll(folded(window(script, time, window), Integer::sum));
          assertThat(mapOf(pairs)).as("at " + time).isEqualTo(expected);
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void removesWhatTheFilterRefuses(int window) throws Exception {
    List<List<Tuple2<String, Integer>>> script = randomPairs(window, BATCHES);
    PairDStream<String, Integer> pairs = run.pairs(script).mapValues(value -> value + 1);
    Map<Integer, List<Tuple2<String, Integer>>> byNumber =
        run.recordsOf(
            pairs.reduceByKeyAndWindow(
                Integer::sum,
                (all, left) -> all - left,
                batches(window),
                batches(1),
                3,
                pair -> pair._2() != 0));
    Map<Integer, List<Tuple2<String, Integer>>> byPartitioner =
        run.recordsOf(
            pairs.reduceByKeyAndWindow(
                Integer::sum,
                (all, left) -> all - left,
                batches(window),
                batches(1),
                new HashPartitioner(3),
                pair -> pair._2() != 0));
    run.runTo(BATCHES);

    byNumber.forEach(
        (time, records) ->
            assertThat(mapOf(records))
                .as("at " + time)
                .isEqualTo(
                    folded(
                        window(script, time, window).stream()
                            .map(each -> pair(each._1(), each._2() + 1))
                            .toList(),
                        Integer::sum)));
    assertThat(byPartitioner).isEqualTo(byNumber);
  }

  @ParameterizedTest
  @CsvSource({"1,1", "3,1", "4,2", "2,4", "6,4"})
  void groupsTheValuesOfTheWindow(int window, int slide) throws Exception {
    List<List<Tuple2<String, Integer>>> script = randomPairs(window * 7L + slide, BATCHES);
    Map<Integer, List<Tuple2<String, List<Integer>>>> grouped =
        run.recordsOf(
            run.pairs(script)
                .groupByKeyAndWindow(batches(window), batches(slide))
                .mapValues(WindowTest::listOf));
    run.runTo(BATCHES);

    assertThat(grouped.keySet()).isEqualTo(slides(slide));
    grouped.forEach(
        (time, pairs) -> {
          Map<String, List<Integer>> expected = new LinkedHashMap<>();
          window(script, time, window)
              .forEach(
                  each ->
                      expected.computeIfAbsent(each._1(), key -> new ArrayList<>()).add(each._2()));
          assertThat(mapOf(pairs)).as("at " + time).isEqualTo(expected);
        });
  }

  private static <T> List<T> listOf(Iterable<T> values) {
    List<T> list = new ArrayList<>();
    values.forEach(list::add);
    return list;
  }

  @Test
  void keepsKeysInTheOrderInWhichTheyEnteredTheWindow() throws Exception {
    List<List<Tuple2<String, Integer>>> script =
        List.of(
            List.of(pair("b", 1), pair("a", 1)),
            List.of(pair("a", 1), pair("c", 1)),
            List.of(),
            List.of(pair("b", 1)));
    Map<Integer, List<Tuple2<String, Integer>>> shown =
        run.recordsOf(
            run.pairs(script).reduceByKeyAndWindow(Integer::sum, batches(3), batches(1), 1));
    run.runTo(5);

    assertThat(shown.get(2)).containsExactly(pair("b", 1), pair("a", 2), pair("c", 1));
    assertThat(shown.get(4)).containsExactly(pair("a", 1), pair("c", 1), pair("b", 1));
    assertThat(shown.get(5)).containsExactly(pair("b", 1));
  }

  @Test
  void offersEachWayToNameWindowAndPartitions() throws Exception {
    List<List<Tuple2<String, Integer>>> script = randomPairs(5, 6);
    PairDStream<String, Integer> pairs = run.pairs(script);
    HashPartitioner two = new HashPartitioner(2);
    List<Map<Integer, List<Tuple2<String, Integer>>>> sums =
        List.of(
            run.recordsOf(pairs.reduceByKeyAndWindow(Integer::sum, batches(2))),
            run.recordsOf(pairs.reduceByKeyAndWindow(Integer::sum, batches(2), batches(1))),
            run.recordsOf(pairs.reduceByKeyAndWindow(Integer::sum, batches(2), batches(1), 2)),
            run.recordsOf(pairs.reduceByKeyAndWindow(Integer::sum, batches(2), batches(1), two)),
            run.recordsOf(pairs.groupByKeyAndWindow(batches(2)).mapValues(WindowTest::sumOf)),
            run.recordsOf(
                pairs.groupByKeyAndWindow(batches(2), batches(1), 2).mapValues(WindowTest::sumOf)),
            run.recordsOf(
                pairs
                    .groupByKeyAndWindow(batches(2), batches(1), two)
                    .mapValues(WindowTest::sumOf)));
    run.runTo(6);

    assertThat(sums).allSatisfy(each -> assertThat(each).isEqualTo(sums.get(0)));
  }

  private static int sumOf(Iterable<Integer> values) {
    int sum = 0;
    for (int value : values) {
      sum += value;
    }
    return sum;
  }

  @ParameterizedTest
  @CsvSource({"1,1", "3,1", "4,2", "2,4", "40,2"})
  void reducesAndCountsTheWindow(int window, int slide) throws Exception {
    List<List<Integer>> script = new ArrayList<>();
    script.add(List.of());
    for (List<Tuple2<String, Integer>> batch : randomPairs(window * 3L + slide, BATCHES - 4)) {
      script.add(batch.stream().map(Tuple2::_2).toList());
    }
    DStream<Integer> numbers = run.input(script);
    Map<Integer, List<List<String>>> reduced =
        run.partitionsOf(
            numbers
                .map(number -> "-" + number)
                .reduceByWindow((l, r) -> l + r, batches(window), batches(slide)));
    Map<Integer, List<List<Integer>>> sums =
        run.partitionsOf(
            numbers.reduceByWindow(
                Integer::sum, (all, left) -> all - left, batches(window), batches(slide)));
    Map<Integer, List<List<Long>>> counts =
        run.partitionsOf(numbers.countByWindow(batches(window), batches(slide)));
    run.runTo(BATCHES);

    for (int time : slides(slide)) {
      List<Integer> held = window(script, time, window);
      boolean any = !window(script, time, time).isEmpty();
      assertThat(reduced.get(time))
          .isEqualTo(
              List.of(held.stream().map(n -> "-" + n).reduce(String::concat).stream().toList()));
      assertThat(sums.get(time))
          .isEqualTo(List.of(any ? List.of(held.stream().mapToInt(n -> n).sum()) : List.of()));
      assertThat(counts.get(time))
          .isEqualTo(List.of(any ? List.of((long) held.size()) : List.of()));
    }
  }

  @Test
  void countsValuesOfTheWindowAndForgetsThoseThatLeft() throws Exception {
    List<List<String>> script =
        List.of(List.of("hello", "moon", "world"), List.of("hello"), List.of(), List.of("world"));
    Map<Integer, List<List<Tuple2<String, Long>>>> counts =
        run.partitionsOf(
            run.input(script).countByValueAndWindow(batches(2), batches(1)).toDStream());
    Map<Integer, List<List<Tuple2<String, Long>>>> inOne =
        run.partitionsOf(
            run.input(script).countByValueAndWindow(batches(2), batches(2), 1).toDStream());
    run.runTo(4);

    assertThat(counts.get(1))
        .isEqualTo(
            List.of(List.of(pair("hello", 1L), pair("world", 1L)), List.of(pair("moon", 1L))));
    assertThat(counts.get(2))
        .isEqualTo(
            List.of(List.of(pair("hello", 2L), pair("world", 1L)), List.of(pair("moon", 1L))));
    assertThat(counts.get(3)).isEqualTo(List.of(List.of(pair("hello", 1L)), List.of()));
    assertThat(counts.get(4)).isEqualTo(List.of(List.of(pair("world", 1L)), List.of()));
    assertThat(inOne.keySet()).containsExactly(2, 4);
    assertThat(inOne.get(4)).isEqualTo(List.of(List.of(pair("world", 1L))));
  }

  @Test
  void opensWindowsOverWindows() throws Exception {
    List<List<Tuple2<String, Integer>>> script = randomPairs(77, BATCHES);
    PairDStream<String, Integer> inner =
        run.pairs(script).reduceByKeyAndWindow(Integer::sum, batches(4), batches(2));
    Map<Integer, List<Tuple2<String, Integer>>> shown = run.recordsOf(inner);
    Map<Integer, List<Tuple2<String, Integer>>> nested =
        run.recordsOf(inner.window(batches(4), batches(4)));
    Map<Integer, List<Tuple2<String, Integer>>> sums =
        run.recordsOf(inner.reduceByKeyAndWindow(Integer::sum, batches(4), batches(4)));
    run.runTo(12);

    assertThat(nested.keySet()).containsExactly(4, 8, 12);
    nested.forEach(
        (time, pairs) -> {
          List<Tuple2<String, Integer>> expected = new ArrayList<>(shown.get(time - 2));
          expected.addAll(shown.get(time));
          assertThat(pairs).containsExactlyInAnyOrderElementsOf(expected);
          assertThat(mapOf(sums.get(time))).isEqualTo(folded(expected, Integer::sum));
        });
  }

  private static void assertRefused(ThrowingCallable call, String... parts) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ILLEGAL_USE))
        .hasMessageContainingAll(parts);
  }

  @Test
  void refusesWhatIsNoMultipleOfTheSlide() {
    DStream<Integer> numbers = run.input(List.<List<Integer>>of());
    DStream<Integer> slow = numbers.window(batches(2), batches(2));
    PairDStream<Integer, Integer> pairs = slow.mapToPair(number -> pair(number, 1));

    assertRefused(
        () -> numbers.window(new org.millrace.api.streaming.Duration(1500)),
        "window: the window duration is 1500 ms",
        "slides by 1000 ms",
        "positive multiples");
    assertRefused(() -> slow.window(batches(4), batches(3)), "the slide duration is 3000 ms");
    assertRefused(() -> numbers.window(batches(0)), "0 ms");
    assertRefused(
        () -> pairs.reduceByKeyAndWindow(Integer::sum, batches(3)), "reduceByKeyAndWindow", "3000");
    assertRefused(() -> pairs.groupByKeyAndWindow(batches(-2)), "-2000 ms");
    assertRefused(() -> slow.countByWindow(batches(4), batches(1)), "countByWindow", "1000 ms");
    assertRefused(() -> numbers.union(slow), "slide by");
  }
}
