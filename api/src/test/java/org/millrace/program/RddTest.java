package org.millrace.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.api.BatchContext;
import org.millrace.api.HashPartitioner;
import org.millrace.api.PairRDD;
import org.millrace.api.RDD;
import org.millrace.api.StreamingConf;
import org.millrace.api.Tuple2;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.fake.FakeEngine;

class RddTest {
  private static final ConcurrentLinkedQueue<Object> SEEN = new ConcurrentLinkedQueue<>();

  private final BatchContext context =
      new BatchContext(new StreamingConf(false).setAppName("test"), new FakeEngine(2));

  @BeforeEach
  void forgetWhatWasSeen() {
    SEEN.clear();
  }

  private static <T> Tuple2<T, Integer> one(T key) {
    return new Tuple2<>(key, 1);
  }

  /** The records of each partition. */
  private static <T> List<List<T>> partitionsOf(RDD<T> rdd) {
    return rdd.mapPartitions(
            records -> {
              List<T> all = new ArrayList<>();
              records.forEachRemaining(all::add);
              return List.of(all).iterator();
            })
        .collect();
  }

  @Test
  void dealsACollectionInRunsOfAboutEqualLength() {
    RDD<Integer> rdd = context.parallelize(List.of(1, 2, 3, 4, 5), 3);

    assertThat(rdd.getNumPartitions()).isEqualTo(3);
    assertThat(partitionsOf(rdd)).containsExactly(List.of(1), List.of(2, 3), List.of(4, 5));
  }

  @Test
  void usesDefaultParallelismForACollection() {
    assertThat(context.parallelize(List.of(1, 2, 3)).getNumPartitions()).isEqualTo(2);
    assertThat(context.parallelizePairs(List.of(one("a"))).getNumPartitions()).isEqualTo(2);
  }

  @Test
  void refusesLessThanOneSlice() {
    assertThatThrownBy(() -> context.parallelize(List.of(1), 0))
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ILLEGAL_USE))
        .hasMessageContaining("0 partitions");
  }

  @Test
  void mapsAndFiltersInOrder() {
    RDD<Integer> rdd = context.parallelize(List.of(1, 2, 3, 4), 2);

    assertThat(rdd.map(i -> i * 10).filter(i -> i > 10).collect()).containsExactly(20, 30, 40);
    assertThat(rdd.flatMap(i -> Collections.nCopies(i, i).iterator()).collect())
        .containsExactly(1, 2, 2, 3, 3, 3, 4, 4, 4, 4);
    assertThat(rdd.flatMapToPair(i -> List.of(one(i), one(-i)).iterator()).collect())
        .startsWith(one(1), one(-1), one(2));
  }

  @Test
  void callsMapPartitionsOnceForEachPartitionAlsoForAnEmptyOne() {
    RDD<Integer> rdd = context.parallelize(List.of(1), 3);

    assertThat(rdd.mapPartitions(RddTest::countOf).collect()).containsExactly(0, 0, 1);
    assertThat(
            rdd.mapPartitionsToPair(records -> List.of(one(records.hasNext())).iterator())
                .collect())
        .containsExactly(one(false), one(false), one(true));
  }

  private static <T> Iterator<Integer> countOf(Iterator<T> records) {
    int count = 0;
    while (records.hasNext()) {
      records.next();
      count++;
    }
    return List.of(count).iterator();
  }

  @Test
  void putsThePartitionsOfAUnionOneAfterTheOther() {
    RDD<Integer> left = context.parallelize(List.of(1, 2), 2);
    RDD<Integer> right = context.parallelize(List.of(3, 4), 1);

    assertThat(partitionsOf(left.union(right)))
        .containsExactly(List.of(1), List.of(2), List.of(3, 4));
    assertThat(context.union(right, left).collect()).containsExactly(3, 4, 1, 2);
    assertThat(context.union(left.mapToPair(record -> one(record))).getNumPartitions())
        .isEqualTo(2);
  }

  @Test
  void refusesAUnionOfTwoContexts() {
    BatchContext other =
        new BatchContext(new StreamingConf(false).setAppName("other"), new FakeEngine(1));

    assertThatThrownBy(() -> context.parallelize(List.of(1)).union(other.parallelize(List.of(2))))
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ILLEGAL_USE))
        .hasMessageContaining("two contexts at RddTest.java:");
  }

  @Test
  void spreadsRecordsRoundRobinFromThePartitionsOwnNumber() {
    RDD<Integer> rdd = context.parallelize(List.of(1, 2, 3, 4, 5, 6), 2);

    assertThat(partitionsOf(rdd.repartition(3)))
        .containsExactly(List.of(1, 6), List.of(2, 4), List.of(3, 5));
    assertThat(rdd.repartition(3).partitioner().isPresent()).isFalse();
  }

  @Test
  void refusesLessThanOnePartition() {
    assertThatThrownBy(() -> context.parallelize(List.of(1)).repartition(0))
        .isInstanceOf(MillraceException.class)
        .hasMessageContaining("repartition at RddTest.java:")
        .hasMessageContaining("at least 1");
  }

  @Test
  void reducesByKeyInFirstSeenOrderOfEachPartition() {
    PairRDD<String, Integer> counts =
        context
            .parallelize(List.of("hello", "moon", "world", "hello"), 2)
            .mapToPair(record -> one(record))
            .reduceByKey(Integer::sum);

    assertThat(partitionsOf(counts.toRDD()))
        .containsExactly(
            List.of(new Tuple2<>("hello", 2), new Tuple2<>("world", 1)),
            List.of(new Tuple2<>("moon", 1)));
  }

  @Test
  void reducesByKeyInTheOrderOfPartitions() {
    PairRDD<String, String> pairs =
        context.parallelizePairs(
            List.of(
                new Tuple2<>("k", "a"),
                new Tuple2<>("k", "b"),
                new Tuple2<>("k", "c"),
                new Tuple2<>("k", "d")),
            2);

    assertThat(pairs.reduceByKey((l, r) -> "(" + l + r + ")").collect())
        .containsExactly(new Tuple2<>("k", "((ab)(cd))"));
  }

  @Test
  void choosesThePartitionsOfAReduceByKey() {
    PairRDD<String, Integer> pairs =
        context.parallelizePairs(List.of(one("a"), one("b"), one("c")), 3);

    assertThat(pairs.reduceByKey(Integer::sum).getNumPartitions()).isEqualTo(3);
    assertThat(pairs.reduceByKey(Integer::sum, 5).getNumPartitions()).isEqualTo(5);
    PairRDD<String, Integer> placed = pairs.partitionBy(new HashPartitioner(4));
    assertThat(placed.reduceByKey(Integer::sum).getNumPartitions()).isEqualTo(4);
    assertThat(placed.partitionBy(new HashPartitioner(4))).isSameAs(placed);
    assertThat(
            context.<Integer>emptyRDD().mapToPair(record -> one(record)).reduceByKey(Integer::sum))
        .satisfies(rdd -> assertThat(rdd.collect()).isEmpty())
        .satisfies(rdd -> assertThat(rdd.getNumPartitions()).isEqualTo(1));
  }

  @Test
  void groupsValuesInArrivalOrder() {
    PairRDD<String, Integer> pairs =
        context.parallelizePairs(
            List.of(
                new Tuple2<>("a", 3),
                new Tuple2<>("b", 9),
                new Tuple2<>("a", 1),
                new Tuple2<>("a", 2)),
            2);

    assertThat(pairs.groupByKey(1).mapValues(values -> values.toString()).collect())
        .containsExactly(new Tuple2<>("a", "[3, 1, 2]"), new Tuple2<>("b", "[9]"));
    assertThat(pairs.groupByKey().getNumPartitions()).isEqualTo(2);
  }

  @Test
  void combinesByKeyIntoAnotherType() {
    PairRDD<String, Integer> pairs =
        context.parallelizePairs(
            List.of(new Tuple2<>("a", 1), new Tuple2<>("a", 2), new Tuple2<>("a", 3)), 2);

    assertThat(
            pairs
                .combineByKey(
                    i -> "<" + i, (c, i) -> c + i, (l, r) -> l + r, new HashPartitioner(1))
                .collect())
        .containsExactly(new Tuple2<>("a", "<1<23"));
  }

  @Test
  void keepsThePartitionerWhereKeysStay() {
    PairRDD<String, Integer> placed =
        context.parallelizePairs(List.of(one("a"))).partitionBy(new HashPartitioner(3));

    assertThat(placed.mapValues(i -> i + 1).partitioner().get()).isEqualTo(new HashPartitioner(3));
    assertThat(placed.flatMapValues(i -> List.of(i, i).iterator()).partitioner().isPresent())
        .isTrue();
    assertThat(placed.filter(pair -> true).partitioner().isPresent()).isTrue();
    assertThat(placed.mapToPair(pair -> pair).partitioner().isPresent()).isFalse();
    assertThat(placed.flatMapValues(i -> List.of(i, 7).iterator()).values().collect())
        .containsExactly(1, 7);
    assertThat(placed.keys().collect()).containsExactly("a");
  }

  @Test
  void placesANullKeyInPartitionZero() {
    PairRDD<String, Integer> pairs =
        context.parallelizePairs(Arrays.asList(one((String) null), one("new york")), 1);

    assertThat(partitionsOf(pairs.partitionBy(new HashPartitioner(2)).toRDD()))
        .containsExactly(List.of(one(null)), List.of(one("new york")));
  }

  @Test
  void takesTheFirstRecordsInOrder() {
    RDD<Integer> rdd = context.parallelize(List.of(1, 2, 3, 4, 5, 6), 6);

    assertThat(rdd.take(0)).isEmpty();
    assertThat(rdd.take(1)).containsExactly(1);
    assertThat(rdd.take(5)).containsExactly(1, 2, 3, 4, 5);
    assertThat(rdd.take(100)).containsExactly(1, 2, 3, 4, 5, 6);
    assertThat(rdd.first()).isEqualTo(1);
  }

  @Test
  void countsAndReduces() {
    RDD<String> rdd = context.parallelize(List.of("a", "b", "c", "d"), 3);

    assertThat(rdd.count()).isEqualTo(4);
    assertThat(rdd.reduce((l, r) -> "(" + l + r + ")")).isEqualTo("((ab)(cd))");
    assertThat(rdd.isEmpty()).isFalse();
    assertThat(rdd.filter(s -> s.equals("d")).reduce((l, r) -> l + r)).isEqualTo("d");
    assertThat(context.parallelize(List.of("x", "y", "x")).countByValue())
        .isEqualTo(Map.of("x", 2L, "y", 1L));
    assertThat(context.parallelizePairs(List.of(one("k"))).collectAsMap())
        .containsExactly(Map.entry("k", 1));
  }

  @Test
  void refusesToReduceNothing() {
    RDD<Integer> empty = context.emptyRDD();

    assertThat(empty.isEmpty()).isTrue();
    assertThat(empty.count()).isZero();
    assertThatThrownBy(() -> empty.reduce(Integer::sum))
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.EMPTY_COLLECTION));
    assertThatThrownBy(empty::first).isInstanceOf(MillraceException.class);
  }

  @Test
  void callsFunctionsForTheirEffect() {
    RDD<Integer> rdd = context.parallelize(List.of(1, 2, 3), 2);

    rdd.foreach(record -> SEEN.add(record));
    assertThat(SEEN).containsExactly(1, 2, 3);

    SEEN.clear();
    rdd.foreachPartition(records -> SEEN.add(countOf(records).next()));
    assertThat(SEEN).containsExactly(1, 2);
  }

  @Test
  void givesTheCauseOfAFailedTask() {
    RDD<Integer> rdd = context.parallelize(List.of(0)).map(i -> 1 / i);

    assertThatThrownBy(rdd::collect)
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TASK_FAILED))
        .hasMessageContaining("map at RddTest.java:")
        .hasCauseInstanceOf(ArithmeticException.class);
  }

  @Test
  void refusesANullFunctionAtOnce() {
    assertThatThrownBy(() -> context.parallelize(List.of(1)).map(null))
        .isInstanceOf(NullPointerException.class)
        .hasMessageContaining("function");
  }

  @Test
  void writesAndReadsLinesOfText(@TempDir Path directory) throws Exception {
    Path out = directory.resolve("out");
    context.parallelize(List.of("one", "two", "three"), 2).saveAsTextFile(out.toString());

    assertThat(Files.readString(out.resolve("part-00000"))).isEqualTo("one\n");
    Path second = out.resolve("part-00001");
    for (int partitions = 1; partitions < 12; partitions++) {
      assertThat(context.textFile(second.toString(), partitions).collect())
          .containsExactly("two", "three");
    }
    assertThatThrownBy(() -> context.parallelize(List.of(1)).saveAsTextFile(out.toString()))
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OUTPUT_EXISTS));
    assertThatThrownBy(() -> context.textFile(directory.resolve("none").toString()))
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NO_SUCH_PATH));
  }

  @Test
  void refusesWorkAfterItWasStopped() {
    context.close();
    context.stop();

    assertThatThrownBy(() -> context.parallelize(List.of(1)))
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.ALREADY_STOPPED));
  }
}
