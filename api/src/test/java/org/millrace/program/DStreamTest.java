package org.millrace.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.AfterEach;
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
import org.millrace.api.streaming.DStream;
import org.millrace.api.streaming.Durations;
import org.millrace.api.streaming.PairDStream;
import org.millrace.api.streaming.StreamingContext;
import org.millrace.api.streaming.Time;

class DStreamTest {
  private final FakeEngine engine = new FakeEngine(2);
  private final StreamingContext context =
      new StreamingContext(
          new BatchContext(new StreamingConf(false).setAppName("test"), engine),
          Durations.seconds(1));
  private final Queue<RDD<Object>> queue = new LinkedList<>();

  @AfterEach
  void stop() {
    context.stop();
  }

  private static <T> Tuple2<T, Integer> one(T key) {
    return new Tuple2<>(key, 1);
  }

  private static <T> Tuple2<T, Long> times(T value, long count) {
    return new Tuple2<>(value, count);
  }

  /** An input whose batches are these records, each in the engine's default parallelism. */
  @SafeVarargs
  @SuppressWarnings("varargs") // the array is only read
  private <T> DStream<T> input(List<T>... batches) {
    Queue<RDD<T>> batchQueue = new LinkedList<>();
    for (List<T> batch : batches) {
      batchQueue.add(context.sparkContext().parallelize(batch));
    }
    return context.queueStream(batchQueue);
  }

  /** What a stream gives in its first batches, partition by partition. */
  private <T> List<List<List<T>>> run(DStream<T> stream, int batches) throws InterruptedException {
    List<List<List<T>>> result = new ArrayList<>();
    stream.foreachRDD(
        rdd ->
            result.add(
                rdd.mapPartitions(
                        records -> {
                          List<T> all = new ArrayList<>();
                          records.forEachRemaining(all::add);
                          return List.of(all).iterator();
                        })
                    .collect()));
    context.start();
    for (int batch = 1; batch <= batches; batch++) {
      engine.runBatch(new Time(batch * 1000L));
    }
    context.awaitTerminationOrTimeout(0); // throws what a batch failed with
    return result;
  }

  private static <T> List<List<T>> flat(List<List<List<T>>> batches) {
    return batches.stream()
        .map(partitions -> partitions.stream().flatMap(List::stream).toList())
        .toList();
  }

  @Test
  void countsWordsInEachBatch() throws Exception {
    DStream<String> lines = input(List.of("hello world", "hello moon"), List.of("moon"));
    PairDStream<String, Integer> counts =
        lines
            .flatMap(line -> List.of(line.split(" ", -1)).iterator())
            .mapToPair(record -> one(record))
            .reduceByKey(Integer::sum);

    assertThat(run(counts.toDStream(), 3))
        .containsExactly(
            List.of(
                List.of(new Tuple2<>("hello", 2), new Tuple2<>("world", 1)),
                List.of(new Tuple2<>("moon", 1))),
            List.of(List.of(), List.of(new Tuple2<>("moon", 1))),
            List.of(List.of(), List.of()));
  }

  @Test
  void mapsAndFilters() throws Exception {
    assertThat(flat(run(input(List.of(1, 2, 3, 4)).map(i -> i * 10).filter(i -> i != 20), 1)))
        .containsExactly(List.of(10, 30, 40));
  }

  @Test
  void mapsToPairsAndValues() throws Exception {
    DStream<Tuple2<Integer, Integer>> stream =
        input(List.of(1, 2))
            .flatMapToPair(i -> List.of(one(i), one(i * 10)).iterator())
            .mapValues(i -> i + 1)
            .flatMapValues(i -> List.of(i, -i).iterator())
            .filter(pair -> pair._1() < 10)
            .toDStream();

    assertThat(flat(run(stream, 1)))
        .containsExactly(
            List.of(
                new Tuple2<>(1, 2), new Tuple2<>(1, -2), new Tuple2<>(2, 2), new Tuple2<>(2, -2)));
  }

  @Test
  void mapsPartitions() throws Exception {
    DStream<Boolean> stream =
        input(List.of(1))
            .mapPartitionsToPair(records -> List.of(one(records.hasNext())).iterator())
            .mapPartitions(pairs -> List.of(pairs.next()._1()).iterator());

    assertThat(flat(run(stream, 1))).containsExactly(List.of(false, true));
  }

  @Test
  void countsZeroForAnEmptyBatch() throws Exception {
    assertThat(flat(run(input(List.of("a", "b", "c"), List.of()).count(), 3)))
        .containsExactly(List.of(3L), List.of(0L), List.of(0L));
  }

  @Test
  void reducesToNothingForAnEmptyBatch() throws Exception {
    assertThat(run(input(List.of(1, 2, 3), List.of()).reduce(Integer::sum), 3))
        .containsExactly(List.of(List.of(6)), List.of(List.of()), List.of(List.of()));
  }

  @Test
  void countsValuesInFirstSeenOrder() throws Exception {
    DStream<String> stream = input(List.of("hello", "moon", "world", "hello"));

    assertThat(run(stream.countByValue().toDStream(), 1))
        .containsExactly(
            List.of(List.of(times("hello", 2), times("world", 1)), List.of(times("moon", 1))));
  }

  @Test
  void countsValuesIntoSoManyPartitions() throws Exception {
    assertThat(run(input(List.of("a", "a")).countByValue(1).toDStream(), 1))
        .containsExactly(List.of(List.of(times("a", 2))));
  }

  @Test
  void repartitionsEachBatch() throws Exception {
    assertThat(run(input(List.of(1, 2, 3, 4)).repartition(3), 1))
        .containsExactly(List.of(List.of(1), List.of(2, 3), List.of(4)));
    assertThatThrownBy(() -> input(List.of(1)).repartition(0))
        .isInstanceOf(MillraceException.class);
  }

  @Test
  void unitesStreams() throws Exception {
    DStream<Integer> left = input(List.of(1, 2));
    DStream<Integer> right = input(List.of(3), List.of(4));

    assertThat(flat(run(context.union(left.union(right), right), 2)))
        .containsExactly(List.of(1, 2, 3, 3), List.of(4, 4));
  }

  @Test
  void unitesStreamsOfPairs() throws Exception {
    PairDStream<Integer, Integer> pairs = input(List.of(1)).mapToPair(record -> one(record));

    assertThat(flat(run(context.union(pairs, pairs).union(pairs).toDStream(), 1)))
        .containsExactly(List.of(one(1), one(1), one(1)));
  }

  @Test
  void refusesAUnionOfNothingOrOfTwoContexts() throws Exception {
    StreamingContext other =
        new StreamingContext(
            new BatchContext(new StreamingConf(false).setAppName("o"), new FakeEngine(1)),
            Durations.seconds(1));
    Queue<RDD<Integer>> none = new LinkedList<>();
    DStream<Integer> stream = context.queueStream(none);

    assertThatThrownBy(() -> stream.union(other.queueStream(none)))
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ILLEGAL_USE));
    DStream<Integer>[] noStreams = noStreams();
    assertThatThrownBy(() -> context.union(noStreams)).isInstanceOf(MillraceException.class);
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // an array of a generic type
  private static DStream<Integer>[] noStreams() {
    return new DStream[0];
  }

  @Test
  void groupsAndCombinesByKey() throws Exception {
    PairDStream<String, Integer> pairs =
        input(List.of(new Tuple2<>("a", 1), new Tuple2<>("b", 2), new Tuple2<>("a", 3)))
            .mapToPair(pair -> pair);

    DStream<Tuple2<String, String>> stream =
        pairs
            .groupByKey(1)
            .mapValues(Object::toString)
            .union(
                pairs.combineByKey(
                    i -> "<" + i, (c, i) -> c + i, (l, r) -> l + r, new HashPartitioner(1)))
            .toDStream();

    assertThat(flat(run(stream, 1)))
        .containsExactly(
            List.of(
                new Tuple2<>("a", "[1, 3]"),
                new Tuple2<>("b", "[2]"),
                new Tuple2<>("a", "<1<3"),
                new Tuple2<>("b", "<2")));
  }

  @Test
  void transformsTheDatasetOfEachBatch() throws Exception {
    DStream<String> stream =
        input(List.of(1, 2), List.of(3))
            .transform((rdd, time) -> rdd.map(i -> i + "@" + time.milliseconds()))
            .transform(rdd -> rdd.repartition(1))
            .transformToPair(rdd -> rdd.mapToPair(record -> one(record)))
            .transformToPair((rdd, time) -> rdd.reduceByKey(Integer::sum))
            .transform(PairRDD::keys);

    assertThat(flat(run(stream, 2)))
        .containsExactly(List.of("1@1000", "2@1000"), List.of("3@2000"));
  }

  @Test
  void refusesANullDatasetWhenItRuns() throws Exception {
    DStream<Integer> stream = input(List.of(1)).transform(rdd -> (RDD<Integer>) null);

    assertThatThrownBy(() -> run(stream, 1))
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NULL_RDD))
        .hasMessageContaining("transform at DStreamTest.java:")
        .hasMessageContaining("1000 ms");
  }

  @Test
  void givesAnOutputTheTimeOfTheBatch() throws Exception {
    List<Long> times = new ArrayList<>();
    input(List.of(1)).foreachRDD((rdd, time) -> times.add(time.milliseconds() + rdd.count()));
    context.start();
    engine.runBatch(new Time(5000));

    assertThat(times).containsExactly(5001L);
  }

  @Test
  void makesTheDatasetOfABatchOnceForAllOutputs() throws Exception {
    List<Integer> calls = new ArrayList<>();
    DStream<Integer> stream =
        input(List.of(1))
            .transform(
                rdd -> {
                  calls.add(1);
                  return rdd;
                });
    stream.foreachRDD(rdd -> rdd.count());
    stream.map(i -> i).foreachRDD(rdd -> rdd.count());
    context.start();
    engine.runBatch(new Time(1000));

    assertThat(calls).hasSize(1);
  }

  @Test
  void writesEachBatchToADirectoryNamedByItsTime(@TempDir Path directory) throws Exception {
    DStream<Integer> stream = input(List.of(7), List.of(8));
    stream.saveAsTextFiles(directory.resolve("out").toString(), "txt");
    stream.saveAsTextFiles(directory.resolve("plain").toString());
    context.start();
    engine.runBatch(new Time(1000));

    assertThat(Files.readString(directory.resolve("out-1000.txt").resolve("part-00001")))
        .isEqualTo("7\n");
    assertThat(directory.resolve("plain-1000")).isDirectory();
  }

  @Test
  void readsNewFilesOfADirectory(@TempDir Path directory) throws Exception {
    Files.writeString(directory.resolve("a.txt"), "one\ntwo\r\n");
    Files.writeString(directory.resolve(".hidden"), "no\n");

    assertThat(flat(run(context.textFileStream(directory.toString()), 2)))
        .containsExactly(List.of("one", "two"), List.of());
  }

  @Test
  void readsWhatAReceiverStored() throws Exception {
    DStream<String> lines = context.socketTextStream("localhost", 1);
    engine.receive(0, List.of(List.of("a", "b"), List.of("c")));

    assertThat(run(lines, 2)).containsExactly(List.of(List.of("a", "b"), List.of("c")), List.of());
  }

  @Test
  void takesOneDatasetOfAQueueOrAll() throws Exception {
    queue.add(context.sparkContext().parallelize(List.of(1), 1));
    queue.add(context.sparkContext().parallelize(List.of(2), 1));
    RDD<Object> otherwise = context.sparkContext().parallelize(List.of(0), 1);

    assertThat(flat(run(context.queueStream(queue, false, otherwise), 2)))
        .containsExactly(List.of(1, 2), List.of(0));
  }

  @Test
  void takesDatasetsThatAreAddedLater() throws Exception {
    List<Long> counts = new ArrayList<>();
    context.queueStream(queue, true).foreachRDD(rdd -> counts.add(rdd.count()));
    context.start();
    engine.runBatch(new Time(1000));
    queue.add(context.sparkContext().parallelize(List.of(1, 2)));
    engine.runBatch(new Time(2000));

    assertThat(counts).containsExactly(0L, 2L);
  }
}
