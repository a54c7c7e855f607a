package org.millrace.am.local.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.millrace.api.BatchContext;
import org.millrace.api.FutureAction;
import org.millrace.api.HashPartitioner;
import org.millrace.api.PairRDD;
import org.millrace.api.RDD;
import org.millrace.api.StorageLevels;
import org.millrace.api.StreamingConf;
import org.millrace.api.Tuple2;
import org.millrace.api.fake.FakeEngine;
import org.millrace.api.partial.BoundedDouble;
import org.millrace.api.partial.PartialResult;

/** The engine of two slots gives what the naive interpreter says: values, partitions and order. */
class DatasetParityTest {
  private static final int PROGRAMS = 60;
  private static final int STEPS = 8;
  private static final Semaphore HELD = new Semaphore(0);
  private static final Semaphore ENDED = new Semaphore(0);

  private static BatchContext engine;
  private static final BatchContext NAIVE =
      new BatchContext(new StreamingConf(false).setAppName("naive"), new FakeEngine(2));

  @BeforeAll
  static void open() {
    engine = new BatchContext(new StreamingConf().setMaster("local[2]").setAppName("parity"));
  }

  @AfterAll
  static void close() {
    engine.close();
  }

  @BeforeEach
  void forget() {
    HELD.drainPermits();
    ENDED.drainPermits();
  }

  @Test
  void givesWhatTheNaiveInterpreterSaysOnRandomPrograms() {
    for (long seed = 1; seed <= PROGRAMS; seed++) {
      RandomProgram expected = new RandomProgram(NAIVE, seed, STEPS);
      RandomProgram actual = new RandomProgram(engine, seed, STEPS);
      for (int i = 0; i < expected.datasets().size(); i++) {
        assertThat(actual.datasets().get(i).glom().collect())
            .as("seed %d, dataset %d of %s", seed, i, expected.steps())
            .isEqualTo(expected.datasets().get(i).glom().collect());
      }
    }
  }

  @Test
  void givesTheSameWhenDatasetsAreKept() {
    for (long seed = 101; seed <= 115; seed++) {
      RandomProgram expected = new RandomProgram(NAIVE, seed, STEPS);
      RandomProgram actual = new RandomProgram(engine, seed, STEPS);
      for (int i = 0; i < expected.datasets().size(); i += 2) {
        actual.datasets().get(i).persist(StorageLevels.MEMORY_AND_DISK);
      }
      for (int round = 0; round < 2; round++) {
        for (int i = expected.datasets().size() - 1; i >= 0; i--) {
          assertThat(actual.datasets().get(i).glom().collect())
              .as("seed %d, dataset %d of %s", seed, i, expected.steps())
              .isEqualTo(expected.datasets().get(i).glom().collect());
        }
      }
      actual.datasets().forEach(PairRDD::unpersist);
    }
  }

  @Test
  void answersTheSameForEveryAction() {
    for (long seed = 201; seed <= 220; seed++) {
      RandomProgram expected = new RandomProgram(NAIVE, seed, 4);
      RandomProgram actual = new RandomProgram(engine, seed, 4);
      int last = expected.datasets().size() - 1;
      assertThat(answers(actual.datasets().get(last)))
          .as("seed %d of %s", seed, expected.steps())
          .containsExactlyEntriesOf(answers(expected.datasets().get(last)));
    }
  }

  private static Map<String, Object> answers(PairRDD<Integer, String> rdd) {
    Map<String, Object> answers = new LinkedHashMap<>();
    RDD<String> texts = rdd.map(pair -> pair.toString());
    answers.put("count", rdd.count());
    answers.put("isEmpty", rdd.isEmpty());
    answers.put("take", rdd.take(7));
    answers.put("takeOrdered", texts.takeOrdered(5));
    answers.put("top", texts.top(5));
    answers.put("takeSample", rdd.takeSample(false, 5, 3));
    answers.put("takeSample with replacement", rdd.takeSample(true, 5, 3));
    answers.put("countByKey", new ArrayList<>(rdd.countByKey().entrySet()));
    answers.put("countByValue", new ArrayList<>(texts.countByValue().entrySet()));
    answers.put("countApproxDistinct", texts.countApproxDistinct(0.05));
    answers.put("collectAsMap", new ArrayList<>(rdd.collectAsMap().entrySet()));
    answers.put("lookup", rdd.lookup(3));
    answers.put("lookup placed", rdd.partitionBy(new HashPartitioner(4)).lookup(3));
    answers.put("fold", texts.fold("|", String::concat));
    answers.put("aggregate", rdd.aggregate(1, (hash, p) -> 31 * hash + p.hashCode(), Integer::sum));
    answers.put("treeAggregate", texts.treeAggregate("", String::concat, String::concat, 3, true));
    answers.put("reduceByKeyLocally", rdd.reduceByKeyLocally(String::concat).toString());
    List<Object> iterated = new ArrayList<>();
    rdd.toLocalIterator().forEachRemaining(iterated::add);
    answers.put("toLocalIterator", iterated);
    answers.put("stats", rdd.mapToDouble(p -> p._1() / 3.0).stats().toString());
    answers.put("sum", rdd.mapToDouble(p -> p._1() / 3.0).sum());
    if (!rdd.isEmpty()) {
      answers.put("treeReduce", texts.treeReduce(String::concat, 3));
      answers.put("first", rdd.first());
      answers.put("histogram", rdd.mapToDouble(p -> p._1()).histogram(4)._2());
    }
    return answers;
  }

  @Test
  void pipesRecordsThroughACommand() {
    RDD<Integer> many = engine.parallelize(IntStream.range(0, 30_000).boxed().toList(), 3);

    assertThat(many.pipe("cat").map(Integer::parseInt).collect()).isEqualTo(many.collect());
    assertThat(many.pipe("cat").take(2)).containsExactly("0", "1");
    assertThat(many.repartition(2).pipe(List.of("sh", "-c", "wc -l")).map(String::trim).collect())
        .containsExactly("15000", "15000");
  }

  @Test
  void estimatesWhileAPartitionIsHeld() throws Exception {
    RDD<Integer> numbers =
        engine
            .parallelize(IntStream.range(0, 100).boxed().toList(), 2)
            .mapPartitionsWithIndex(
                (index, records) -> {
                  if (index == 1) {
                    HELD.acquire();
                  } else {
                    ENDED.release();
                  }
                  return records;
                },
                false);

    FutureAction<Long> exact = numbers.countAsync();
    ENDED.acquire();
    assertThat(exact.isDone()).isFalse();
    HELD.release();
    assertThat(exact.get()).isEqualTo(100);
    assertThat(exact.jobIds()).hasSize(1);

    PartialResult<BoundedDouble> estimate = numbers.countApprox(1);
    assertThat(estimate.isInitialValueFinal()).isFalse();
    CountDownLatch known = new CountDownLatch(1);
    PartialResult<BoundedDouble> handled = estimate.onComplete(count -> known.countDown());
    HELD.release();
    known.await();
    assertThat(handled.getFinalValue()).isEqualTo(new BoundedDouble(100, 1, 100, 100));
  }

  @Test
  void cancelsAJobThatRuns() throws Exception {
    FutureAction<List<Integer>> action =
        engine
            .parallelize(List.of(1, 2), 2)
            .map(
                record -> {
                  ENDED.release();
                  HELD.acquire();
                  return record;
                })
            .collectAsync();
    ENDED.acquire(2);
    assertThat(action.cancel(true)).isTrue();
    assertThat(action.isCancelled()).isTrue();
    HELD.release(2);
    assertThat(engine.parallelize(List.of(1, 2, 3)).count()).isEqualTo(3);
  }

  @Test
  void joinsWhatIsKeptOnDisk() {
    PairRDD<String, Tuple2<Integer, String>> left =
        engine
            .parallelize(IntStream.range(0, 200).boxed().toList(), 4)
            .mapToPair(i -> new Tuple2<>("k" + i % 17, new Tuple2<>(i, "x" + i)));
    PairRDD<String, Tuple2<Integer, String>> placed =
        left.partitionBy(new HashPartitioner(3)).persist(StorageLevels.DISK_ONLY);

    assertThat(placed.join(placed).count()).isEqualTo(left.join(left).count());
    assertThat(placed.join(left).collect()).hasSameSizeAs(left.join(placed).collect());
    placed.unpersist(true);
  }
}
