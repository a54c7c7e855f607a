package org.millrace.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.millrace.api.BatchContext;
import org.millrace.api.DoubleRDD;
import org.millrace.api.HashPartitioner;
import org.millrace.api.PairRDD;
import org.millrace.api.Partition;
import org.millrace.api.RDD;
import org.millrace.api.StorageLevels;
import org.millrace.api.StreamingConf;
import org.millrace.api.Tuple2;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.fake.FakeEngine;

class NarrowTransformationsTest {
  private final BatchContext context =
      new BatchContext(new StreamingConf(false).setAppName("test"), new FakeEngine(2));
  private final RDD<Integer> numbers = context.parallelize(List.of(1, 2, 3, 4, 5), 2);

  private static <A, B> Tuple2<A, B> pair(A left, B right) {
    return new Tuple2<>(left, right);
  }

  private static void assertIllegal(Runnable use, String... parts) {
    assertThatThrownBy(use::run)
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ILLEGAL_USE))
        .hasMessageContainingAll(parts);
  }

  @Test
  void makesNumbersOfRecords() {
    assertThat(numbers.mapToDouble(i -> i / 2.0).collect())
        .containsExactly(0.5, 1.0, 1.5, 2.0, 2.5);
    assertThat(
            numbers.flatMapToDouble(i -> Collections.nCopies(i % 2, i * 1.0).iterator()).collect())
        .containsExactly(1.0, 3.0, 5.0);
    assertThat(numbers.mapPartitionsToDouble(NarrowTransformationsTest::summed).collect())
        .containsExactly(3.0, 12.0);
    DoubleRDD doubles = context.parallelizeDoubles(List.of(1.0, 2.0), 2);
    assertThat(doubles.union(doubles).toRDD().glom().collect())
        .containsExactly(List.of(1.0), List.of(2.0), List.of(1.0), List.of(2.0));
  }

  private static Iterator<Double> summed(Iterator<Integer> records) {
    double sum = 0;
    while (records.hasNext()) {
      sum += records.next();
    }
    return List.of(sum).iterator();
  }

  @Test
  void givesThePartitionsAndTheirNumbers() {
    assertThat(numbers.glom().collect()).containsExactly(List.of(1, 2), List.of(3, 4, 5));
    assertThat(numbers.partitions()).containsExactly(new Partition(0), new Partition(1));
    assertThat(
            numbers
                .<String>mapPartitionsWithIndex(
                    (index, records) -> {
                      List<String> named = new ArrayList<>();
                      records.forEachRemaining(record -> named.add(index + ":" + record));
                      return named.iterator();
                    },
                    false)
                .collect())
        .containsExactly("0:1", "0:2", "1:3", "1:4", "1:5");
  }

  @Test
  void keepsThePartitionerOnlyWhereItIsAskedTo() {
    PairRDD<Integer, Integer> placed = numbers.keyBy(i -> i).partitionBy(new HashPartitioner(3));

    assertThat(placed.mapPartitions(records -> records).partitioner().isPresent()).isFalse();
    assertThat(placed.mapPartitions(records -> records, true).partitioner().get())
        .isEqualTo(new HashPartitioner(3));
    assertThat(placed.mapPartitionsToPair(records -> records, true).partitioner().isPresent())
        .isTrue();
    assertThat(
            placed.mapPartitionsWithIndex((i, records) -> records, true).partitioner().isPresent())
        .isTrue();
    assertThat(placed.sample(false, 0.5).partitioner().isPresent()).isTrue();
    assertThat(placed.union(placed).partitioner().isPresent()).isFalse();
    assertThat(placed.coalesce(2).partitioner().isPresent()).isFalse();
  }

  @Test
  void keysRecordsByAFunction() {
    assertThat(numbers.keyBy(i -> i % 2).collect())
        .containsExactly(pair(1, 1), pair(0, 2), pair(1, 3), pair(0, 4), pair(1, 5));
  }

  @Test
  void zipsRecordsOfEqualPlaces() {
    assertThat(numbers.zip(numbers.map(i -> "n" + i)).glom().collect())
        .containsExactly(
            List.of(pair(1, "n1"), pair(2, "n2")),
            List.of(pair(3, "n3"), pair(4, "n4"), pair(5, "n5")));
  }

  @Test
  void refusesToZipWhatDoesNotMatch() {
    assertIllegal(
        () -> numbers.zip(context.parallelize(List.of(1), 3)),
        "zip at NarrowTransformationsTest.java:",
        "2 partitions",
        "the other 3");
    assertThatThrownBy(() -> numbers.zip(numbers.filter(i -> i < 5)).collect())
        .hasMessageContaining("different numbers of records")
        .hasMessageContaining("second is at its end");
  }

  @Test
  void zipsPartitionsByAFunctionThatNeedNotReadThem() {
    assertThat(
            numbers
                .<Integer, String>zipPartitions(
                    context.parallelize(List.of(7, 8, 9), 2),
                    (left, right) -> List.of(left.next() + "/" + right.next()).iterator())
                .collect())
        .containsExactly("1/7", "3/8");
  }

  @Test
  void numbersRecords() {
    RDD<String> letters = context.parallelize(List.of("a", "b", "c", "d", "e"), 3);

    assertThat(letters.zipWithIndex().collect())
        .containsExactly(pair("a", 0L), pair("b", 1L), pair("c", 2L), pair("d", 3L), pair("e", 4L));
    assertThat(letters.zipWithUniqueId().collect())
        .containsExactly(pair("a", 0L), pair("b", 1L), pair("c", 4L), pair("d", 2L), pair("e", 5L));
    assertThat(context.<String>emptyRDD().zipWithIndex().collect()).isEmpty();
  }

  @Test
  void pairsEachRecordWithEachOther() {
    RDD<String> letters = context.parallelize(List.of("x", "y", "z"), 2);

    assertThat(context.parallelize(List.of(1, 2), 1).cartesian(letters).glom().collect())
        .containsExactly(
            List.of(pair(1, "x"), pair(2, "x")),
            List.of(pair(1, "y"), pair(1, "z"), pair(2, "y"), pair(2, "z")));
    assertThat(numbers.cartesian(letters).getNumPartitions()).isEqualTo(4);
    assertThat(numbers.cartesian(letters).count()).isEqualTo(15);
    assertThat(numbers.cartesian(context.<String>emptyRDD()).collect()).isEmpty();
  }

  @Test
  void putsNeighbouringPartitionsTogether() {
    RDD<Integer> ten = context.parallelize(IntStream.range(0, 10).boxed().toList(), 5);

    assertThat(ten.coalesce(2).glom().collect())
        .containsExactly(List.of(0, 1, 2, 3), List.of(4, 5, 6, 7, 8, 9));
    assertThat(ten.coalesce(7).glom().collect()).hasSize(5);
    assertThat(ten.coalesce(7, true).getNumPartitions()).isEqualTo(7);
    assertThat(ten.coalesce(2, true).glom().collect())
        .isEqualTo(ten.repartition(2).glom().collect());
    assertIllegal(() -> ten.coalesce(0), "coalesce at", "0 partitions");
  }

  @Test
  void samplesTheSameForTheSameSeed() {
    RDD<Integer> many = context.parallelize(IntStream.range(0, 20_000).boxed().toList(), 4);

    List<Integer> sample = many.sample(false, 0.25, 7).collect();
    assertThat(sample).hasSizeBetween(4_700, 5_300).isSorted().doesNotHaveDuplicates();
    assertThat(many.sample(false, 0.25, 7).collect()).isEqualTo(sample);
    assertThat(many.sample(false, 0.25, 8).collect()).isNotEqualTo(sample);
    assertThat(many.sample(false, 0.25).collect()).isNotEqualTo(many.sample(false, 0.25).collect());
    assertThat(many.sample(false, 0, 1).count()).isZero();
    assertThat(many.sample(false, 1, 1).count()).isEqualTo(20_000);
  }

  @Test
  void samplesWithReplacement() {
    RDD<Integer> many = context.parallelize(IntStream.range(0, 10_000).boxed().toList(), 4);

    List<Integer> sample = many.sample(true, 2, 7).collect();
    assertThat(sample).hasSizeBetween(19_500, 20_500).isSorted();
    assertThat(many.sample(true, 40, 3).count()).isBetween(396_000L, 404_000L);
    assertThat(many.sample(true, 2, 7).collect()).isEqualTo(sample);
    assertIllegal(() -> many.sample(false, 1.5), "1.5", "without replacement");
    assertIllegal(() -> many.sample(true, -1), "-1.0");
  }

  @Test
  void dealsEveryRecordToOneOfSeveralDatasets() {
    RDD<Integer> many = context.parallelize(IntStream.range(0, 10_000).boxed().toList(), 4);

    RDD<Integer>[] parts = many.randomSplit(new double[] {1, 0, 3}, 11);
    assertThat(parts).hasSize(3);
    assertThat(parts[0].count()).isBetween(2_300L, 2_700L);
    assertThat(parts[1].count()).isZero();
    List<Integer> all = new ArrayList<>(parts[0].collect());
    all.addAll(parts[2].collect());
    assertThat(all).containsExactlyInAnyOrderElementsOf(many.collect());
    assertThat(many.randomSplit(new double[] {1, 0, 3}, 11)[0].collect())
        .isEqualTo(parts[0].collect());
    assertIllegal(() -> many.randomSplit(new double[] {0}), "[0.0]");
    assertIllegal(() -> many.randomSplit(new double[] {2, -1}), "-1.0");
  }

  @Test
  void namesDatasetsAndTellsTheirLineage() {
    PairRDD<Integer, Integer> counts =
        numbers.setName("input").keyBy(i -> i % 2).reduceByKey(Integer::sum, 3);

    assertThat(numbers.name()).isEqualTo("input");
    assertThat(numbers.map(i -> i).name()).isNull();
    assertThat(numbers.toString()).startsWith("input RDD[");
    String[] lines = counts.mapValues(i -> i).toDebugString().split("\n");
    assertThat(lines).hasSize(4);
    assertThat(lines[0]).matches("\\(3\\) mapValues at NarrowTransf.*java:\\d+ \\[\\d+\\]");
    assertThat(lines[1]).startsWith(" |  (3) reduceByKey at ");
    assertThat(lines[2]).startsWith(" |   +-(2) keyBy at ");
    assertThat(lines[3]).startsWith(" |       |  (2) parallelize at ").endsWith(" \"input\"");
    assertThat(numbers.setName(null).name()).isNull();
  }

  @Test
  void keepsDatasetsUntilTheyAreGivenUp() {
    RDD<Integer> kept = numbers.map(i -> i);
    assertThat(kept.getStorageLevel()).isEqualTo(StorageLevels.NONE);

    assertThat(kept.cache()).isSameAs(kept);
    assertThat(kept.getStorageLevel()).isEqualTo(StorageLevels.MEMORY_ONLY);
    assertThat(context.getPersistentRDDs()).containsOnlyKeys(kept.id());
    assertThat(kept.toDebugString()).contains(" kept: ");

    assertThat(kept.unpersist()).isSameAs(kept);
    assertThat(kept.getStorageLevel()).isEqualTo(StorageLevels.NONE);
    assertThat(context.getPersistentRDDs()).isEmpty();
    assertThat(kept.persist(StorageLevels.DISK_ONLY).unpersist(true).getStorageLevel())
        .isEqualTo(StorageLevels.NONE);
  }

  @Test
  void refusesDatasetsOfAnotherContext() {
    RDD<Integer> other =
        new BatchContext(new StreamingConf(false).setAppName("other"), new FakeEngine(2))
            .parallelize(List.of(1), 2);

    assertIllegal(() -> numbers.zip(other), "two contexts");
    assertIllegal(() -> numbers.cartesian(other), "two contexts");
    assertIllegal(() -> numbers.intersection(other), "two contexts");
    assertIllegal(() -> numbers.subtract(other), "two contexts");
    assertIllegal(() -> numbers.keyBy(i -> i).join(other.keyBy(i -> i)), "two contexts");
  }
}
