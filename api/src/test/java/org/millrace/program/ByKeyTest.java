package org.millrace.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.millrace.api.BatchContext;
import org.millrace.api.HashPartitioner;
import org.millrace.api.PairRDD;
import org.millrace.api.RDD;
import org.millrace.api.RangePartitioner;
import org.millrace.api.StreamingConf;
import org.millrace.api.Tuple2;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.fake.FakeEngine;
import org.millrace.api.graph.RddNode;
import org.millrace.api.graph.ShuffleNode;

class ByKeyTest {
  private final BatchContext context =
      new BatchContext(new StreamingConf(false).setAppName("test"), new FakeEngine(2));
  private final PairRDD<String, Integer> pairs =
      context.parallelizePairs(
          List.of(pair("b", 1), pair("a", 2), pair("c", 3), pair("a", 4), pair("b", 5)), 2);

  private static <A, B> Tuple2<A, B> pair(A left, B right) {
    return new Tuple2<>(left, right);
  }

  private static int movesIn(RddNode node) {
    int moves =
        node instanceof ShuffleNode shuffle
                && !shuffle.parent().partitioner().equals(java.util.Optional.of(shuffle.routing()))
            ? 1
            : 0;
    for (RddNode parent : node.parents()) {
      moves += movesIn(parent);
    }
    return moves;
  }

  @Test
  void keepsDistinctRecordsAsFirstSeen() {
    RDD<String> words = context.parallelize(List.of("moon", "hello", "world", "hello", "moon"), 2);

    assertThat(words.distinct().glom().collect())
        .containsExactly(List.of("hello", "world"), List.of("moon"));
    assertThat(words.distinct(1).collect()).containsExactly("moon", "hello", "world");
    assertThat(context.<String>emptyRDD().distinct().collect()).isEmpty();
  }

  @Test
  void findsDistinctPairsInPlaceWhenTheyArePlaced() {
    PairRDD<String, Integer> placed =
        pairs.mapValues(i -> i % 3).partitionBy(new HashPartitioner(2));
    PairRDD<String, Integer> distinct = placed.distinct();

    assertThat(movesIn(distinct.node())).isEqualTo(1);
    assertThat(distinct.partitioner().get()).isEqualTo(new HashPartitioner(2));
    assertThat(distinct.collect())
        .containsExactly(pair("b", 1), pair("b", 2), pair("a", 2), pair("c", 0), pair("a", 1));
  }

  @Test
  void groupsRecordsByAFunction() {
    RDD<Integer> numbers = context.parallelize(List.of(5, 2, 3, 4, 1), 2);

    assertThat(numbers.groupBy(i -> i % 2).mapValues(Object::toString).glom().collect())
        .containsExactly(List.of(pair(0, "[2, 4]")), List.of(pair(1, "[5, 3, 1]")));
    assertThat(numbers.groupBy(i -> i % 2, 3).getNumPartitions()).isEqualTo(3);
  }

  @Test
  void aggregatesIntoCopiesOfTheZeroValue() {
    List<Integer> zero = new ArrayList<>();
    PairRDD<String, List<Integer>> lists =
        pairs.aggregateByKey(
            zero,
            (list, value) -> {
              list.add(value);
              return list;
            },
            (left, right) -> {
              left.addAll(right);
              return left;
            });

    assertThat(lists.glom().collect())
        .containsExactly(
            List.of(pair("b", List.of(1, 5))),
            List.of(pair("a", List.of(2, 4)), pair("c", List.of(3))));
    assertThat(zero).isEmpty();
    assertThat(
            pairs
                .aggregateByKey("z", 1, (text, value) -> text + value, (l, r) -> l + "+" + r)
                .collect())
        .containsExactly(pair("b", "z1+z5"), pair("a", "z2+z4"), pair("c", "z3"));
    assertThat(
            pairs
                .aggregateByKey(0L, new HashPartitioner(3), (sum, value) -> sum + value, Long::sum)
                .getNumPartitions())
        .isEqualTo(3);
  }

  @Test
  void foldsFromTheZeroValueOnceInEachPartition() {
    assertThat(pairs.foldByKey(100, Integer::sum).collectAsMap())
        .containsExactly(Map.entry("b", 206), Map.entry("a", 206), Map.entry("c", 103));
    assertThat(pairs.foldByKey(0, 1, Integer::sum).collect())
        .containsExactly(pair("b", 6), pair("a", 6), pair("c", 3));
    assertThat(pairs.foldByKey(0, new HashPartitioner(4), Integer::sum).getNumPartitions())
        .isEqualTo(4);
  }

  @Test
  void refusesAZeroValueThatCannotBeSent() {
    assertThatThrownBy(
            () -> pairs.aggregateByKey(new Object(), (zero, value) -> zero, (l, r) -> l).collect())
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.FUNCTION_NOT_SERIALIZABLE))
        .hasMessageContaining("zero");
  }

  @Test
  void combinesByKeyWithAndWithoutAPartitioner() {
    assertThat(
            pairs
                .combineByKey(i -> "<" + i, (c, i) -> c + "," + i, (l, r) -> l + "|" + r)
                .collect())
        .containsExactly(pair("b", "<1|<5"), pair("a", "<2|<4"), pair("c", "<3"));
    assertThat(
            pairs
                .combineByKey(i -> "<" + i, (c, i) -> c + "," + i, (l, r) -> l + "|" + r, 3)
                .getNumPartitions())
        .isEqualTo(3);
    assertThat(
            pairs
                .combineByKey(
                    i -> "<" + i,
                    (c, i) -> c + "," + i,
                    (l, r) -> l + "|" + r,
                    new HashPartitioner(1),
                    false)
                .collect())
        .containsExactly(pair("b", "<1,5"), pair("a", "<2,4"), pair("c", "<3"));
  }

  @Test
  void sortsByKeyOverAllPartitionsAndKeepsTheOrderOfEqualKeys() {
    PairRDD<String, Integer> sorted = pairs.sortByKey();

    assertThat(sorted.collect())
        .containsExactly(pair("a", 2), pair("a", 4), pair("b", 1), pair("b", 5), pair("c", 3));
    assertThat(sorted.getNumPartitions()).isEqualTo(2);
    assertThat(pairs.sortByKey(false).collect())
        .containsExactly(pair("c", 3), pair("b", 1), pair("b", 5), pair("a", 2), pair("a", 4));
    assertThat(pairs.sortByKey(true, 3).glom().collect())
        .containsExactly(
            List.of(pair("a", 2), pair("a", 4)),
            List.of(pair("b", 1), pair("b", 5)),
            List.of(pair("c", 3)));
    assertThat(pairs.sortByKey(Comparator.reverseOrder()).keys().distinct(1).collect())
        .containsExactly("c", "b", "a");
    assertThat(pairs.sortByKey(Comparator.reverseOrder(), false, 1).keys().first()).isEqualTo("a");
    assertThat(pairs.filter(p -> false).sortByKey().collect()).isEmpty();
  }

  @Test
  void sortsManyRecordsIntoPartitionsOfAboutEqualSize() {
    List<Integer> shuffled =
        IntStream.range(0, 10_000).mapToObj(i -> (int) (i * 7919L % 10_000)).toList();
    RDD<Integer> sorted = context.parallelize(shuffled, 4).sortBy(i -> i, true, 8);

    assertThat(sorted.collect()).isEqualTo(IntStream.range(0, 10_000).boxed().toList());
    assertThat(sorted.glom().collect())
        .hasSize(8)
        .allSatisfy(partition -> assertThat(partition).hasSizeBetween(700, 1_800));
    assertThat(context.parallelize(shuffled, 4).sortBy(i -> -i, false, 3).take(3))
        .containsExactly(0, 1, 2);
  }

  @Test
  void refusesAnOrderThatCannotBeSent() {
    Comparator<String> lambda = (l, r) -> l.compareTo(r);

    assertThatThrownBy(() -> pairs.sortByKey(lambda, true, 1).collect())
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.FUNCTION_NOT_SERIALIZABLE));
  }

  @Test
  void placesKeysByRangesThatAreEqualForEqualData() {
    PairRDD<Integer, Integer> numbers =
        context.parallelize(IntStream.range(0, 100).boxed().toList(), 3).keyBy(i -> i);
    RangePartitioner ranges = new RangePartitioner(4, numbers, true);

    assertThat(ranges.numPartitions()).isEqualTo(4);
    assertThat(ranges).isEqualTo(new RangePartitioner(4, numbers, true));
    assertThat(ranges).hasSameHashCodeAs(new RangePartitioner(4, numbers, true));
    assertThat(ranges).isNotEqualTo(new RangePartitioner(4, numbers, false));
    assertThat(ranges.getPartition(-5)).isZero();
    assertThat(ranges.getPartition(1000)).isEqualTo(3);
    assertThat(new RangePartitioner(4, numbers, false).getPartition(-5)).isEqualTo(3);
    assertThat(numbers.partitionBy(ranges).keys().glom().collect())
        .allSatisfy(partition -> assertThat(partition).hasSizeBetween(24, 26));
    assertThat(movesIn(numbers.partitionBy(ranges).reduceByKey(ranges, Integer::sum).node()))
        .isEqualTo(1);
    assertThatThrownBy(() -> new RangePartitioner(0, numbers, true))
        .isInstanceOf(MillraceException.class);
  }

  @Test
  void hasFewerRangesThanAskedForWhenThereAreFewerKeys() {
    assertThat(pairs.sortByKey(true, 10).keys().glom().collect())
        .containsExactly(List.of("a", "a"), List.of("b", "b"), List.of("c"), List.of());
  }

  @Test
  void readsOnlyPartitionsThatCanHaveKeysOfARange() {
    PairRDD<Integer, Integer> sorted =
        context.parallelize(IntStream.range(0, 100).boxed().toList(), 4).keyBy(i -> i).sortByKey();

    PairRDD<Integer, Integer> some = sorted.filterByRange(30, 40);
    assertThat(some.keys().collect()).isEqualTo(IntStream.rangeClosed(30, 40).boxed().toList());
    assertThat(some.getNumPartitions()).isLessThan(4);
    assertThat(pairs.filterByRange("b", "c").collect())
        .containsExactly(pair("b", 1), pair("c", 3), pair("b", 5));
    assertThat(pairs.filterByRange(Comparator.reverseOrder(), "b", "a").keys().collect())
        .containsExactly("b", "a", "a", "b");
    assertThat(sorted.filterByRange(Comparator.reverseOrder(), 40, 30).getNumPartitions())
        .isEqualTo(4);
  }

  @Test
  void sortsWithinThePartitionsOfAPartitioner() {
    HashPartitioner two = new HashPartitioner(2);
    PairRDD<String, Integer> sorted = pairs.repartitionAndSortWithinPartitions(two);

    assertThat(sorted.glom().collect())
        .containsExactly(
            List.of(pair("b", 1), pair("b", 5)), List.of(pair("a", 2), pair("a", 4), pair("c", 3)));
    assertThat(sorted.partitioner().get()).isEqualTo(two);
    assertThat(
            pairs
                .repartitionAndSortWithinPartitions(two, Comparator.reverseOrder())
                .keys()
                .collect())
        .containsExactly("b", "b", "c", "a", "a");
  }

  @Test
  void samplesByTheFractionOfEachKey() {
    PairRDD<Integer, Integer> many =
        context.parallelize(IntStream.range(0, 20_000).boxed().toList(), 4).keyBy(i -> i % 3);
    Map<Integer, Double> fractions = Map.of(0, 0.5, 1, 0.0, 2, 1.0);

    PairRDD<Integer, Integer> sample = many.sampleByKey(false, fractions, 3);
    Map<Integer, Long> counts = sample.countByKey();
    assertThat(counts.get(0)).isBetween(3_150L, 3_520L);
    assertThat(counts).doesNotContainKey(1).containsEntry(2, 6_666L);
    assertThat(many.sampleByKey(false, fractions, 3).collect()).isEqualTo(sample.collect());
    assertThat(many.sampleByKey(true, Map.of(0, 2.0, 1, 0.0, 2, 0.0), 3).count())
        .isBetween(13_000L, 13_700L);
    assertThatThrownBy(() -> many.sampleByKey(false, Map.of(0, 0.5), 3).collect())
        .hasMessageContaining("no fraction is given for the key");
  }

  @Test
  void samplesExactlyTheFractionOfEachKey() {
    PairRDD<Integer, Integer> many =
        context.parallelize(IntStream.range(0, 1_000).boxed().toList(), 7).keyBy(i -> i % 3);

    PairRDD<Integer, Integer> sample =
        many.sampleByKeyExact(false, Map.of(0, 0.1, 1, 0.333, 2, 1.0), 5);
    assertThat(sample.countByKey()).isEqualTo(Map.of(0, 34L, 1, 111L, 2, 333L));
    assertThat(sample.values().collect()).doesNotHaveDuplicates().isSorted();
    assertThat(many.sampleByKeyExact(true, Map.of(0, 2.5, 1, 0.0, 2, 0.5), 5).countByKey())
        .isEqualTo(Map.of(0, 835L, 2, 167L));
    assertThatThrownBy(() -> many.sampleByKeyExact(false, Map.of(0, 0.1)))
        .isInstanceOf(MillraceException.class)
        .hasMessageContaining("no fraction");
  }

  @Test
  void countsDistinctValuesOfEachKeyAbout() {
    PairRDD<String, Integer> many =
        context
            .parallelize(IntStream.range(0, 30_000).boxed().toList(), 4)
            .mapToPair(i -> pair(i % 3 == 0 ? "few" : "many", i % 3 == 0 ? i % 10 : i));

    Map<String, Long> counts = many.countApproxDistinctByKey(0.02).collectAsMap();
    assertThat(counts.get("few")).isEqualTo(10);
    assertThat(counts.get("many")).isBetween(18_800L, 21_200L);
    assertThat(many.countApproxDistinctByKey(0.05, 3).getNumPartitions()).isEqualTo(3);
    assertThatThrownBy(() -> many.countApproxDistinctByKey(0))
        .isInstanceOf(MillraceException.class)
        .hasMessageContaining("0.0001");
  }
}
