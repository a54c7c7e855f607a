package org.millrace.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.millrace.program.ScriptedRun.batches;
import static org.millrace.program.ScriptedRun.randomPairs;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.millrace.api.HashPartitioner;
import org.millrace.api.Optional;
import org.millrace.api.PairRDD;
import org.millrace.api.RDD;
import org.millrace.api.Tuple2;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.streaming.DStream;
import org.millrace.api.streaming.PairDStream;

class StreamJoinTest {
  private final ScriptedRun run = new ScriptedRun();

  @AfterEach
  void stop() {
    run.close();
  }

  private static <K, V> Tuple2<K, V> pair(K key, V value) {
    return new Tuple2<>(key, value);
  }

  private PairDStream<String, Integer> left() {
    return run.pairs(List.of(List.of(pair("b", 1), pair("a", 2), pair("b", 3)), List.of()));
  }

  private PairDStream<String, String> right() {
    return run.pairs(
        List.of(List.of(pair("c", "x"), pair("b", "y"), pair("b", "z")), List.of(pair("c", "w"))));
  }

  @Test
  void joinsTheKeysOfBothSides() throws Exception {
    Map<Integer, List<Tuple2<String, Tuple2<Integer, String>>>> joined =
        run.recordsOf(left().join(right(), 1));
    run.runTo(2);

    assertThat(joined.get(1))
        .containsExactly(
            pair("b", pair(1, "y")),
            pair("b", pair(1, "z")),
            pair("b", pair(3, "y")),
            pair("b", pair(3, "z")));
    assertThat(joined.get(2)).isEmpty();
  }

  @Test
  void joinsTheKeysOfOneSideOrEither() throws Exception {
    PairDStream<String, Integer> left = left();
    PairDStream<String, String> right = right();
    Map<Integer, List<Tuple2<String, Tuple2<Integer, Optional<String>>>>> leftOuter =
        run.recordsOf(left.leftOuterJoin(right, 1));
    Map<Integer, List<Tuple2<String, Tuple2<Optional<Integer>, String>>>> rightOuter =
        run.recordsOf(left.rightOuterJoin(right, 1));
    Map<Integer, List<Tuple2<String, Tuple2<Optional<Integer>, Optional<String>>>>> fullOuter =
        run.recordsOf(left.fullOuterJoin(right, 1));
    run.runTo(2);

    assertThat(leftOuter.get(1)).hasSize(5).contains(pair("a", pair(2, Optional.empty())));
    assertThat(rightOuter.get(1)).hasSize(5).contains(pair("c", pair(Optional.empty(), "x")));
    assertThat(rightOuter.get(2)).containsExactly(pair("c", pair(Optional.empty(), "w")));
    assertThat(fullOuter.get(1))
        .extracting(Tuple2::_1)
        .containsExactly("b", "b", "b", "b", "a", "c");
  }

  @Test
  void groupsBothSidesByKey() throws Exception {
    Map<Integer, List<Tuple2<String, String>>> grouped =
        run.recordsOf(left().cogroup(right(), 1).mapValues(Object::toString));
    run.runTo(1);

    assertThat(grouped.get(1))
        .containsExactly(
            pair("b", "([1, 3],[y, z])"), pair("a", "([2],[])"), pair("c", "([],[x])"));
  }

  @Test
  void doesNotMoveWhatIsPlaced() throws Exception {
    HashPartitioner two = new HashPartitioner(2);
    PairDStream<String, Integer> sums = left().reduceByKey(Integer::sum, two);
    List<Map<?, ?>> joins =
        List.of(
            run.recordsOf(sums.join(right())),
            run.recordsOf(sums.join(right(), 2)),
            run.recordsOf(sums.join(right(), two)));
    List<Map<?, ?>> cogroups =
        List.of(
            run.recordsOf(sums.cogroup(right()).mapValues(Object::toString)),
            run.recordsOf(sums.cogroup(right(), two).mapValues(Object::toString)));
    List<Map<?, ?>> outer =
        List.of(
            run.recordsOf(sums.leftOuterJoin(right())),
            run.recordsOf(sums.leftOuterJoin(right(), two)));
    List<Map<?, ?>> others =
        List.of(
            run.recordsOf(sums.rightOuterJoin(right())),
            run.recordsOf(sums.rightOuterJoin(right(), two)));
    List<Map<?, ?>> full =
        List.of(
            run.recordsOf(sums.fullOuterJoin(right())),
            run.recordsOf(sums.fullOuterJoin(right(), two)));
    run.runTo(2);

    for (List<Map<?, ?>> alike : List.of(joins, cogroups, outer, others, full)) {
      assertThat(alike).allSatisfy(each -> assertThat(each).isEqualTo(alike.get(0)));
    }
  }

  @Test
  void joinsStreamsOfWhicheverOrderOfDefinition() throws Exception {
    List<List<Tuple2<String, Integer>>> script = randomPairs(3, 8);
    PairDStream<String, Integer> late = run.pairs(script);
    PairDStream<String, Integer> early = run.pairs(script).reduceByKey(Integer::sum, 2);
    PairDStream<String, Integer> window =
        late.reduceByKeyAndWindow(Integer::sum, batches(3), batches(1), 2);
    Map<Integer, List<Tuple2<String, Tuple2<Integer, Integer>>>> one =
        run.recordsOf(early.join(window));
    Map<Integer, List<Tuple2<String, Tuple2<Integer, Integer>>>> other =
        run.recordsOf(window.join(early).mapValues(Tuple2::swap));
    run.runTo(8);

    one.forEach(
        (time, pairs) ->
            assertThat(other.get(time))
                .as("at " + time)
                .containsExactlyInAnyOrderElementsOf(pairs));
    assertThat(one.get(1)).isNotEmpty();
  }

  @Test
  void refusesStreamsOfDifferentSlides() {
    assertThatThrownBy(() -> left().join(right().window(batches(2), batches(2))))
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ILLEGAL_USE))
        .hasMessageContainingAll("join", "1000 ms", "2000 ms");
  }

  // ---- transformWith and transform of many

  @Test
  void transformsTwoStreamsTogether() throws Exception {
    DStream<Integer> numbers = run.input(List.of(List.of(1, 2), List.of(3)));
    PairDStream<String, Integer> pairs = left();
    Map<Integer, List<Integer>> united =
        run.recordsOf(
            numbers.transformWith(
                pairs.map(Tuple2::_2), (one, other, time) -> one.union(other).repartition(1)));
    Map<Integer, List<String>> withPairs =
        run.recordsOf(
            numbers.transformWith(
                pairs, (one, other, time) -> other.map(each -> each + "@" + time)));
    Map<Integer, List<Tuple2<Integer, Integer>>> toPair =
        run.recordsOf(
            pairs.transformWithToPair(
                numbers, (one, other, time) -> other.mapToPair(n -> pair(n, n))));
    Map<Integer, List<Tuple2<String, Tuple2<Integer, String>>>> joined =
        run.recordsOf(pairs.transformWithToPair(right(), (one, other, time) -> one.join(other)));
    run.runTo(2);

    assertThat(united.get(1)).containsExactlyInAnyOrder(1, 2, 1, 2, 3);
    assertThat(withPairs.get(1)).containsExactly("(b,1)@1000 ms", "(a,2)@1000 ms", "(b,3)@1000 ms");
    assertThat(toPair.get(2)).containsExactly(pair(3, 3));
    assertThat(joined.get(1)).hasSize(4);
  }

  @Test
  void transformsAnyNumberOfStreams() throws Exception {
    DStream<Integer> numbers = run.input(List.of(List.of(1, 2), List.of(3)));
    List<DStream<?>> streams = Arrays.<DStream<?>>asList(numbers, left().toDStream(), numbers);
    Map<Integer, List<Long>> counts =
        run.recordsOf(
            run.context()
                .transform(
                    streams,
                    (rdds, time) -> {
                      List<Long> sizes = new ArrayList<>();
                      for (RDD<?> rdd : rdds) {
                        sizes.add(rdd.count());
                      }
                      return run.context().sparkContext().parallelize(sizes, 1);
                    }));
    Map<Integer, List<Tuple2<String, Integer>>> sums =
        run.recordsOf(
            run.context()
                .transformToPair(
                    streams,
                    (rdds, time) -> {
                      @SuppressWarnings("unchecked") // the second stream has these pairs
                      RDD<Tuple2<String, Integer>> pairs =
                          (RDD<Tuple2<String, Integer>>) rdds.get(1);
                      return PairRDD.fromRDD(pairs).reduceByKey(Integer::sum, 1);
                    }));
    run.runTo(2);

    assertThat(counts).isEqualTo(Map.of(1, List.of(2L, 3L, 2L), 2, List.of(1L, 0L, 1L)));
    assertThat(sums.get(1)).containsExactly(pair("b", 4), pair("a", 2));
  }

  @Test
  void refusesNullFromATransformationOfSeveralStreams() {
    DStream<Integer> numbers = run.input(List.of(List.of(1)));
    run.recordsOf(numbers.transformWith(numbers, (one, other, time) -> (RDD<Integer>) null));

    assertThatThrownBy(() -> run.runTo(1))
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NULL_RDD))
        .hasMessageContaining("transformWith at StreamJoinTest.java:");
  }

  @Test
  void unitesPlacedStreamsByPartition() throws Exception {
    PairDStream<String, Integer> sums = left().reduceByKey(Integer::sum, 2);
    Map<Integer, List<List<Tuple2<String, Integer>>>> united =
        run.partitionsOf(run.context().union(sums, sums).toDStream());
    Map<Integer, List<List<List<Integer>>>> glommed =
        run.partitionsOf(run.input(List.of(List.of(1, 2, 3))).glom());
    run.runTo(1);

    assertThat(united.get(1)).hasSize(2);
    assertThat(glommed.get(1)).isEqualTo(List.of(List.of(List.of(1)), List.of(List.of(2, 3))));
  }
}
