package org.millrace.am.local.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.millrace.api.BatchContext;
import org.millrace.api.HashPartitioner;
import org.millrace.api.Optional;
import org.millrace.api.RDD;
import org.millrace.api.StreamingConf;
import org.millrace.api.Tuple2;
import org.millrace.api.fake.FakeEngine;
import org.millrace.api.function.Function2;
import org.millrace.api.function.Function3;
import org.millrace.api.streaming.DStream;
import org.millrace.api.streaming.Duration;
import org.millrace.api.streaming.MapWithStateDStream;
import org.millrace.api.streaming.PairDStream;
import org.millrace.api.streaming.State;
import org.millrace.api.streaming.StateSpec;
import org.millrace.api.streaming.StreamingContext;
import org.millrace.api.streaming.Time;

/**
 * Streams over scripted batches on the engine of two slots give what the naive model says: values,
 * partitions and order.
 */
class StreamParityTest {
  private static final int BATCHES = 10;
  private static final long INTERVAL_MS = 100;

  private static final Function2<Integer, Integer, Integer> LESS = (all, left) -> all - left;

  private static final Function2<List<Integer>, Optional<Integer>, Optional<Integer>> ADD =
      (values, state) -> {
        int sum = state.orElse(0);
        for (int value : values) {
          sum += value;
        }
        return sum > 25 ? Optional.empty() : Optional.of(sum);
      };

  private static final Function3<String, Optional<Integer>, State<Integer>, String> COUNT =
      (key, value, state) -> {
        int sum = (state.exists() ? state.get() : 0) + value.orElse(0);
        if (!state.isTimingOut()) {
          state.update(sum);
        }
        return key + (state.isTimingOut() ? " left with " : " has ") + sum;
      };

  /** What the outputs of one run gave: for each stream its datasets in order of time. */
  private static final class Recording {
    private final Map<String, List<List<List<Object>>>> datasets = new LinkedHashMap<>();
    private final CountDownLatch batches = new CountDownLatch(BATCHES);

    <T> void record(String name, DStream<T> stream) {
      List<List<List<Object>>> all = new ArrayList<>();
      datasets.put(name, all);
      stream.foreachRDD(
          rdd -> {
            List<List<Object>> partitions = new ArrayList<>();
            rdd.glom().collect().forEach(partition -> partitions.add(new ArrayList<>(partition)));
            all.add(partitions);
          });
    }

    <K, V> void record(String name, PairDStream<K, V> stream) {
      record(name, stream.toDStream());
    }
  }

  private static Duration batches(int count) {
    return new Duration(count * INTERVAL_MS);
  }

  private static PairDStream<String, Integer> input(StreamingContext context, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Queue<RDD<Tuple2<String, Integer>>> queue = new LinkedList<>();
    for (int i = 0; i < BATCHES; i++) {
      List<Tuple2<String, Integer>> batch = new ArrayList<>();
      int size = Math.max(0, random.nextInt(12) - 2);
      for (int n = 0; n < size; n++) {
        batch.add(new Tuple2<>("k" + random.nextInt(6), random.nextInt(9)));
      }
      queue.add(context.sparkContext().parallelize(batch));
    }
    return PairDStream.fromDStream(context.queueStream(queue));
  }

  private static void define(PairDStream<String, Integer> pairs, Recording to) {
    DStream<Integer> numbers = pairs.map(Tuple2::_2);
    PairDStream<String, Integer> sums = pairs.reduceByKey(Integer::sum);
    PairDStream<String, Integer> windowSums =
        pairs.reduceByKeyAndWindow(Integer::sum, batches(4), batches(2));
    to.record("count", numbers.count());
    to.record("union", sums.union(pairs.reduceByKey(Math::max)));
    to.record("window", numbers.window(batches(3)));
    to.record("slow window", numbers.window(batches(2), batches(2)));
    to.record("placed window", sums.window(batches(4), batches(2)));
    to.record("reduce window", windowSums);
    to.record(
        "reduce window in order",
        pairs.mapValues(String::valueOf).reduceByKeyAndWindow(String::concat, batches(3)));
    to.record("inverse", pairs.reduceByKeyAndWindow(Integer::sum, LESS, batches(3), batches(1)));
    to.record(
        "filtered inverse",
        pairs
            .mapValues(value -> value + 1)
            .reduceByKeyAndWindow(
                Integer::sum, LESS, batches(4), batches(2), 3, pair -> pair._2() != 0));
    to.record(
        "group window",
        pairs.groupByKeyAndWindow(batches(4), batches(2)).mapValues(StreamParityTest::text));
    to.record("reduce all", numbers.reduceByWindow(Integer::sum, batches(3), batches(1)));
    to.record("count window", numbers.countByWindow(batches(2), batches(2)));
    to.record("values of window", numbers.countByValueAndWindow(batches(2), batches(1)));
    MapWithStateDStream<String, Integer, Integer, String> state =
        pairs.mapWithState(StateSpec.function(COUNT).timeout(batches(2)));
    to.record("map with state", state);
    to.record("snapshots", state.stateSnapshots());
    PairDStream<String, Integer> updated = pairs.updateStateByKey(ADD, new HashPartitioner(3));
    to.record("update", updated);
    to.record("state over a window", windowSums.updateStateByKey(ADD));
    to.record("window over state", updated.window(batches(2)));
    to.record("window of a window", windowSums.reduceByKeyAndWindow(Integer::sum, batches(4)));
    to.record("join", sums.join(updated));
    to.record("cogroup", sums.cogroup(pairs.window(batches(2)), 3).mapValues(Object::toString));
    to.record(
        "outer join of windows", windowSums.fullOuterJoin(pairs.window(batches(2), batches(2))));
    numbers.foreachRDD(rdd -> to.batches.countDown());
  }

  private static String text(Iterable<Integer> values) {
    StringBuilder text = new StringBuilder();
    values.forEach(value -> text.append(value).append(' '));
    return text.toString();
  }

  private static Recording expected(long seed) {
    FakeEngine engine = new FakeEngine(2);
    Recording recording = new Recording();
    try (StreamingContext context =
        new StreamingContext(
            new BatchContext(new StreamingConf(false).setAppName("naive"), engine), batches(1))) {
      context.checkpoint("checkpoints");
      define(input(context, seed), recording);
      context.start();
      for (int batch = 1; batch <= BATCHES; batch++) {
        engine.runBatch(new Time(batch * INTERVAL_MS));
      }
    }
    return recording;
  }

  private static Recording actual(long seed, Path checkpoints) throws Exception {
    Recording recording = new Recording();
    try (StreamingContext context = new StreamingContext("local[2]", "streams", batches(1))) {
      context.checkpoint(checkpoints.toString());
      define(input(context, seed), recording);
      context.start();
      while (!recording.batches.await(1, TimeUnit.SECONDS)
          && !context.awaitTerminationOrTimeout(0)) {
        // A failed batch ends streaming, and waiting for the end throws what it failed with.
      }
    }
    return recording;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void givesWhatTheNaiveModelSays(long seed, @TempDir Path checkpoints) throws Exception {
    Recording expected = expected(seed);
    Recording actual = actual(seed, checkpoints);

    expected.datasets.forEach(
        (name, datasets) ->
            assertThat(actual.datasets.get(name).subList(0, datasets.size()))
                .as(name + " of seed " + seed)
                .isEqualTo(datasets));
  }
}
