package org.millrace.am.local.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.millrace.am.dataset.DatasetStatus;
import org.millrace.am.driver.DriverEngine;
import org.millrace.api.HashPartitioner;
import org.millrace.api.Partitioner;
import org.millrace.api.StreamingConf;
import org.millrace.api.Tuple2;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.function.FlatMapFunction;
import org.millrace.api.function.Function;
import org.millrace.api.function.Function2;
import org.millrace.api.graph.CollectionNode;
import org.millrace.api.graph.Combining;
import org.millrace.api.graph.ConcatNode;
import org.millrace.api.graph.NarrowNode;
import org.millrace.api.graph.Operator;
import org.millrace.api.graph.RddNode;
import org.millrace.api.graph.ShuffleNode;
import org.millrace.api.graph.UnionNode;
import org.millrace.api.graph.ZipNode;
import org.millrace.api.spi.Engine;
import org.millrace.api.spi.JobAction;
import org.millrace.api.spi.SubmittedJob;
import org.millrace.api.storage.StorageLevel;

/** Jobs by hand-made graphs on an engine of two slots. */
class LocalJobsTest {
  private static final Function2<Integer, Integer, Integer> SUM = Integer::sum;
  private static final Function<Integer, Integer> TEN_TIMES = value -> 10 * value;
  private static final Partitioner THREE = new HashPartitioner(3);

  private static Engine engine;

  @BeforeAll
  static void open() {
    engine =
        new LocalEngineProvider()
            .open(new StreamingConf().setMaster("local[2]").setAppName("jobs"));
  }

  @AfterAll
  static void close() {
    engine.close();
  }

  @Test
  void reducesWhatIsPlacedAlreadyInItsPlace() {
    RddNode sums = reduced(pairs("a 1 b 2", "c 3 a 4", "b 5 d 6"));
    RddNode tens = new NarrowNode(sums, Operator.MAP_VALUES, TEN_TIMES, true, "mapValues");

    assertThat(collect(reduced(tens)))
        .isEqualTo(collect(tens))
        .containsExactly(pairsOf("c 30"), pairsOf("a 50 d 60"), pairsOf("b 70"));
  }

  @Test
  void showsWhatIsPersistedUnderItsName() {
    RddNode sums = reduced(pairs("a 1 b 2", "c 3 a 4"));
    sums.name("sums");
    engine.persist(sums, StorageLevel.MEMORY_ONLY);
    collect(sums);

    assertThat(shown(sums))
        .singleElement()
        .satisfies(
            dataset -> {
              assertThat(dataset.title()).isEqualTo("sums");
              assertThat(dataset.keptPartitions()).isEqualTo(dataset.partitions()).isEqualTo(3);
              assertThat(dataset.records()).isEqualTo(3);
              assertThat(dataset.memoryBytes()).isPositive();
            });
    engine.unpersist(sums, true);
    assertThat(shown(sums)).isEmpty();
  }

  private static List<DatasetStatus> shown(RddNode node) {
    return ((DriverEngine) engine)
        .status(0).datasets().stream().filter(dataset -> dataset.id() == node.id()).toList();
  }

  @Test
  void reducesInPlaceWhatWasPutTogether() {
    RddNode first = reduced(pairs("a 1 b 2", "c 3 a 4"));
    RddNode second = reduced(pairs("d 1 a 2", "b 3 e 4"));
    RddNode both = ConcatNode.aligned(List.of(first, second), Optional.of(THREE), "union");

    assertThat(collect(reduced(both)))
        .containsExactly(pairsOf("c 3"), pairsOf("a 7 d 1"), pairsOf("b 5 e 4"));
  }

  @Test
  void groupsInPlaceInTheOrderOfTheParents() {
    RddNode first = placed(pairs("a 1 b 2 a 3"));
    RddNode second = reduced(pairs("d 1 a 2", "a 5"));
    RddNode both = ConcatNode.aligned(List.of(first, second), Optional.of(THREE), "union");
    RddNode groups = new ShuffleNode(both, THREE, new Combining.Group(), "groupByKey");

    assertThat(collect(new NarrowNode(groups, Operator.MAP_VALUES, TEXT, true, "text")))
        .isEqualTo(
            List.of(
                List.of(),
                List.of(new Tuple2<>("a", "[1, 3, 7]"), new Tuple2<>("d", "[1]")),
                List.of(new Tuple2<>("b", "[2]"))));
  }

  @Test
  void coalescesAndReadsThePartsToo() {
    RddNode sums = reduced(pairs("a 1 b 2", "c 3 a 4", "b 5 d 6"));
    RddNode fewer = coalesced(sums, List.of(List.of(0, 1), List.of(2)));
    RddNode all =
        new UnionNode(List.of(sums, fewer, coalesced(sums, List.of(List.of(2, 1, 0)))), "");

    assertThat(collect(all))
        .containsExactly(
            pairsOf("c 3"),
            pairsOf("a 5 d 6"),
            pairsOf("b 7"),
            pairsOf("c 3 a 5 d 6"),
            pairsOf("b 7"),
            pairsOf("b 7 a 5 d 6 c 3"));
  }

  @Test
  void aPartitionWithoutPiecesIsEmpty() {
    assertThat(collect(coalesced(pairs("a 1"), List.of(List.of(), List.of(0, 0)))))
        .containsExactly(List.of(), pairsOf("a 1 a 1"));
  }

  @Test
  void zipsAShuffleWithASource() {
    RddNode sums = reduced(pairs("a 1 b 2", "c 3 a 4", "b 5 d 6"));
    RddNode words = new CollectionNode(List.of(List.of("x"), List.of("y", "z"), List.of("w")));
    RddNode zipped = new ZipNode(List.of(sums, words), ALTERNATING, Optional.empty(), "zip");

    assertThat(collect(zipped))
        .isEqualTo(
            List.of(
                List.of(pairsOf("c 3").get(0), "x"),
                List.of(pairsOf("a 5").get(0), "y", pairsOf("d 6").get(0), "z"),
                List.of(pairsOf("b 7").get(0), "w")));
  }

  @Test
  void zipsADatasetWithItself() {
    RddNode sums = reduced(pairs("a 1 b 2", "c 3 a 4"));
    RddNode zipped = new ZipNode(List.of(sums, sums), ALTERNATING, Optional.empty(), "zip");

    assertThat(engine.runJob(zipped, new JobAction.Count(), 0, 3)).containsExactly(2L, 2L, 2L);
  }

  @Test
  void tellsAFunctionTheIndexOfItsOwnPartition() {
    RddNode one = indexed(new CollectionNode(List.of(List.of("a"), List.of("b"))));
    RddNode both = new UnionNode(List.of(one, one), "union");

    assertThat(collect(indexed(coalesced(both, List.of(List.of(3, 0), List.of(1))))))
        .containsExactly(List.of("0:1:b", "0:0:a"), List.of("1:1:b"));
  }

  // ---- persisted datasets

  @Test
  void computesAPersistedDatasetOnce() {
    RddNode counted = counted(reduced(pairs("a 1 b 2", "c 3 a 4")));
    engine.persist(counted, StorageLevel.MEMORY_ONLY);
    assertThat(engine.storageLevel(counted)).isEqualTo(StorageLevel.MEMORY_ONLY);

    assertThat(collect(counted)).containsExactly(pairsOf("c 3"), pairsOf("a 5"), pairsOf("b 2"));
    assertThat(collect(reduced(counted)))
        .containsExactly(pairsOf("c 3"), pairsOf("a 5"), pairsOf("b 2"));
    assertThat(engine.runJob(counted, new JobAction.Count(), 0, 3)).containsExactly(1L, 1L, 1L);

    assertThat(CALLS).hasValue(3);
    engine.unpersist(counted, true);
    assertThat(engine.storageLevel(counted)).isEqualTo(StorageLevel.NONE);
    assertThat(engine.runJob(counted, new JobAction.Count(), 0, 3)).containsExactly(1L, 1L, 1L);
    assertThat(CALLS).hasValue(6);
  }

  @Test
  void keepsAtEachLevel() {
    for (StorageLevel level :
        List.of(
            StorageLevel.DISK_ONLY,
            StorageLevel.MEMORY_ONLY_SER,
            StorageLevel.MEMORY_AND_DISK_2,
            StorageLevel.OFF_HEAP)) {
      RddNode counted = counted(pairs("a 1 b 2", "c 3"));
      engine.persist(counted, level);

      assertThat(collect(counted)).containsExactly(pairsOf("a 1 b 2"), pairsOf("c 3"));
      assertThat(collect(counted)).containsExactly(pairsOf("a 1 b 2"), pairsOf("c 3"));

      assertThat(CALLS).as(level.toString()).hasValue(3);
      engine.unpersist(counted, false);
    }
  }

  @Test
  void keepsWhatAShuffleOfTheSameJobReads() {
    RddNode counted = counted(pairs("a 1 b 2", "c 3 a 4"));
    engine.persist(counted, StorageLevel.MEMORY_AND_DISK);

    collect(reduced(counted));
    collect(placed(counted));

    assertThat(CALLS).hasValue(4);
  }

  @Test
  void aTakeThatEndsEarlyKeepsNothingAndReadsWhatIsKept() {
    List<Object> numbers = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      numbers.add(new Tuple2<>(i, i));
    }
    RddNode counted = counted(new CollectionNode(List.of(numbers)));
    engine.persist(counted, StorageLevel.MEMORY_ONLY);

    assertThat(engine.runJob(counted, new JobAction.Take(1), 0, 1).get(0)).hasSize(1);
    int callsOfTake = CALLS.getAndSet(0);
    assertThat(callsOfTake).isLessThan(20_000);
    assertThat(engine.runJob(counted, new JobAction.Count(), 0, 1)).containsExactly(20_000L);
    assertThat(engine.runJob(counted, new JobAction.Take(2), 0, 1).get(0)).hasSize(2);

    assertThat(CALLS).hasValue(20_000);
  }

  @Test
  void materializesOnceAndOnlyWhatIsNotKept() {
    RddNode counted = counted(pairs("a 1 b 2", "c 3"));
    engine.persist(counted, StorageLevel.MEMORY_ONLY);

    assertThat(engine.runJob(counted, new JobAction.Materialize(), 1, 2)).hasSize(1);
    assertThat(CALLS).hasValue(1);
    assertThat(engine.runJob(counted, new JobAction.Materialize(), 0, 2)).hasSize(2);
    assertThat(CALLS).hasValue(3);
    assertThat(engine.runJob(counted, new JobAction.Materialize(), 0, 2))
        .containsExactly(null, null);
    assertThat(CALLS).hasValue(3);
  }

  @Test
  void joinsAKeptDatasetWithoutComputingItAgain() {
    RddNode reference = counted(reduced(pairs("a 10 b 20", "c 30")));
    engine.persist(reference, StorageLevel.MEMORY_ONLY);
    for (int batch = 1; batch <= 3; batch++) {
      RddNode both =
          ConcatNode.aligned(
              List.of(reduced(pairs("a " + batch)), reference), Optional.of(THREE), "union");

      assertThat(collect(reduced(both)))
          .containsExactly(pairsOf("c 30"), pairsOf("a " + (10 + batch)), pairsOf("b 20"));
    }
    assertThat(CALLS).hasValue(3);
  }

  @Test
  void aSubmittedJobGivesWhatARunOneDoes() throws Exception {
    SubmittedJob<Long> job =
        engine.submitJob(reduced(pairs("a 1 b 2", "c 3 a 4")), new JobAction.Count(), 0, 3);
    SubmittedJob<Long> next = engine.submitJob(pairs("a 1"), new JobAction.Count(), 0, 1);

    assertThat(job.get(2, TimeUnit.MINUTES)).containsExactly(1L, 1L, 1L);
    assertThat(next.get(2, TimeUnit.MINUTES)).containsExactly(1L);
    assertThat(next.jobId()).isGreaterThan(job.jobId());
  }

  @Test
  void nobodyWaitsForACancelledJob() throws Exception {
    RddNode slow = new NarrowNode(pairs("a 1"), Operator.MAP, BLOCKING, false, "map");
    SubmittedJob<List<Object>> job = engine.submitJob(slow, new JobAction.Collect(), 0, 1);
    BEGUN.await();

    assertThat(job.cancel(true)).isTrue();

    assertThatThrownBy(job::get).isInstanceOf(CancellationException.class);
    GO_ON.countDown();
    assertThat(engine.runJob(pairs("a 1"), new JobAction.Count(), 0, 1)).containsExactly(1L);
  }

  @Test
  void aSubmittedJobFailsAsARunOneDoes() {
    Function<Object, Object> capturing = new NotShippable()::apply;
    RddNode broken = new NarrowNode(pairs("a 1"), Operator.MAP, capturing, false, "map");

    assertThat(engine.submitJob(broken, new JobAction.Count(), 0, 1))
        .failsWithin(2, TimeUnit.MINUTES)
        .withThrowableThat()
        .havingCause()
        .isInstanceOfSatisfying(
            MillraceException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.FUNCTION_NOT_SERIALIZABLE));
  }

  private static final class NotShippable {
    Object apply(Object value) {
      return value;
    }
  }

  private static final AtomicInteger CALLS = new AtomicInteger();
  private static final Function<Object, Object> COUNTING =
      value -> {
        CALLS.incrementAndGet();
        return value;
      };
  private static final CountDownLatch BEGUN = new CountDownLatch(1);
  private static final CountDownLatch GO_ON = new CountDownLatch(1);
  private static final Function<Object, Object> BLOCKING =
      value -> {
        BEGUN.countDown();
        GO_ON.await();
        return value;
      };
  private static final Function<Object, Object> TEXT =
      values -> {
        List<Object> list = new ArrayList<>();
        ((Iterable<?>) values).forEach(list::add);
        return list.toString();
      };

  private static final FlatMapFunction<List<Iterator<Object>>, Object> ALTERNATING =
      sides -> {
        List<Object> out = new ArrayList<>();
        while (sides.get(0).hasNext() && sides.get(1).hasNext()) {
          out.add(sides.get(0).next());
          out.add(sides.get(1).next());
        }
        return out.iterator();
      };

  private static final Function2<Integer, Iterator<Object>, Iterator<Object>> INDEX =
      (index, records) -> {
        List<Object> out = new ArrayList<>();
        records.forEachRemaining(record -> out.add(index + ":" + record));
        return out.iterator();
      };

  /** Counts the records that are computed, from now on. */
  private static RddNode counted(RddNode parent) {
    CALLS.set(0);
    return new NarrowNode(parent, Operator.MAP_VALUES, COUNTING, true, "counted");
  }

  private static RddNode indexed(RddNode parent) {
    return new NarrowNode(
        parent, Operator.MAP_PARTITIONS_WITH_INDEX, (Serializable) INDEX, false, "indexed");
  }

  private static RddNode coalesced(RddNode parent, List<List<Integer>> parts) {
    return new ConcatNode(
        List.of(parent),
        parts.stream()
            .map(part -> part.stream().map(index -> new ConcatNode.Piece(0, index)).toList())
            .toList(),
        Optional.empty(),
        "coalesce");
  }

  private static RddNode reduced(RddNode parent) {
    return new ShuffleNode(parent, THREE, Combining.Combine.reduce(SUM), "reduceByKey");
  }

  private static RddNode placed(RddNode parent) {
    return new ShuffleNode(parent, THREE, new Combining.None(), "partitionBy");
  }

  private static RddNode pairs(String... partitions) {
    return new CollectionNode(Arrays.stream(partitions).map(LocalJobsTest::pairsOf).toList());
  }

  private static List<Object> pairsOf(String text) {
    String[] parts = text.split(" ");
    List<Object> pairs = new ArrayList<>();
    for (int i = 0; i < parts.length; i += 2) {
      pairs.add(new Tuple2<>(parts[i], Integer.parseInt(parts[i + 1])));
    }
    return pairs;
  }

  private static List<List<Object>> collect(RddNode rdd) {
    return engine.runJob(rdd, new JobAction.Collect(), 0, rdd.partitionCount());
  }
}
