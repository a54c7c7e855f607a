package org.millrace.am.local.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.api.Optional;
import org.millrace.api.RDD;
import org.millrace.api.StreamingConf;
import org.millrace.api.Tuple2;
import org.millrace.api.streaming.DStream;
import org.millrace.api.streaming.Duration;
import org.millrace.api.streaming.PairDStream;
import org.millrace.api.streaming.StreamingContext;
import org.millrace.api.streaming.Time;
import org.millrace.api.streaming.scheduler.StreamingListener;
import org.millrace.api.streaming.scheduler.StreamingListenerBatchCompleted;
import org.millrace.api.streaming.scheduler.StreamingListenerBatchSubmitted;

/** Windows and state of real batches on an engine of two slots, against their definitions. */
class LocalStreamsTest {
  private static final long INTERVAL_MS = 100;
  private static final int BATCHES = 12;
  private static final int WINDOW = 4;
  private static final int SLIDE = 2;

  @TempDir Path folder;

  private final List<String> told = Collections.synchronizedList(new ArrayList<>());
  private final Map<String, Map<Long, List<String>>> results = new ConcurrentHashMap<>();
  private final CountDownLatch done = new CountDownLatch(BATCHES);
  private final CountDownLatch toldCompleted = new CountDownLatch(BATCHES);

  @Test
  void windowsAndStateAreWhatTheirDefinitionsSay() throws Exception {
    StreamingContext context =
        new StreamingContext(
            new StreamingConf().setMaster("local[2]").setAppName("streams"),
            new Duration(INTERVAL_MS));
    context.checkpoint(folder.resolve("checkpoint").toString());
    context.remember(new Duration(3 * INTERVAL_MS));
    Queue<RDD<Integer>> queue = new ArrayDeque<>();
    for (int batch = 1; batch <= BATCHES; batch++) {
      queue.add(context.sparkContext().parallelize(List.of(batch, 100 + batch, batch), 2));
    }
    DStream<Integer> numbers = context.queueStream(queue);
    PairDStream<Integer, Integer> pairs =
        numbers.mapToPair(number -> new Tuple2<>(number % 3, number));
    Duration window = new Duration(WINDOW * INTERVAL_MS);
    Duration slide = new Duration(SLIDE * INTERVAL_MS);
    Duration interval = new Duration(INTERVAL_MS);
    collect("window", numbers.map(number -> number).window(window, interval));
    collect("sliding", pairs.reduceByKeyAndWindow(Integer::sum, window, slide).toDStream());
    collect(
        "inverse",
        pairs.reduceByKeyAndWindow(Integer::sum, (a, b) -> a - b, window, slide).toDStream());
    PairDStream<Integer, Integer> totals =
        pairs.updateStateByKey(
            (values, state) ->
                Optional.of(values.stream().mapToInt(Integer::intValue).sum() + state.orElse(0)));
    collect("pastTotals", totals.window(new Duration(2 * INTERVAL_MS), slide).toDStream());
    numbers.foreachRDD(
        (rdd, time) -> {
          List<Integer> slice = new ArrayList<>();
          for (RDD<Integer> past : numbers.slice(time.minus(new Duration(2 * INTERVAL_MS)), time)) {
            slice.addAll(past.collect());
          }
          note("slice", time, slice);
          done.countDown();
        });
    context.addStreamingListener(new Told());
    context.start();
    assertThat(done.await(2, TimeUnit.MINUTES)).isTrue();
    // In order: the last batch, which is still running, completes.
    context.stop(true, true);
    // A stop waits some seconds only for a listener.
    assertThat(toldCompleted.await(2, TimeUnit.MINUTES)).as("%s", told).isTrue();

    long first = results.get("slice").keySet().stream().min(Long::compare).orElseThrow();
    for (int batch = 1; batch <= BATCHES; batch++) {
      long time = first + (batch - 1) * INTERVAL_MS;
      assertThat(sorted("window", time)).isEqualTo(numbers(batch - WINDOW + 1, batch));
      assertThat(sorted("slice", time)).isEqualTo(numbers(batch - 2, batch));
      if (batch % SLIDE == 0) {
        assertThat(sorted("sliding", time)).isEqualTo(sums(batch - WINDOW + 1, batch));
        assertThat(sorted("inverse", time)).isEqualTo(sums(batch - WINDOW + 1, batch));
        List<String> both = new ArrayList<>(sums(1, batch - 1));
        both.addAll(sums(1, batch));
        Collections.sort(both);
        assertThat(sorted("pastTotals", time)).isEqualTo(both);
      } else {
        assertThat(results.get("sliding")).doesNotContainKey(time);
      }
    }
    assertThat(told).startsWith("submitted " + first);
    assertThat(told.stream().filter(event -> event.startsWith("completed")))
        .startsWith("completed " + first)
        .contains("completed " + (first + (BATCHES - 1) * INTERVAL_MS))
        .isSorted();
  }

  private <T> void collect(String name, DStream<T> stream) {
    stream.foreachRDD((rdd, time) -> note(name, time, rdd.collect()));
  }

  private void note(String name, Time time, List<?> records) {
    results
        .computeIfAbsent(name, any -> new ConcurrentHashMap<>())
        .put(time.milliseconds(), records.stream().map(String::valueOf).toList());
  }

  private List<String> sorted(String name, long time) {
    return results.get(name).get(time).stream().sorted().toList();
  }

  private static List<Integer> records(int from, int to) {
    List<Integer> records = new ArrayList<>();
    for (int batch = Math.max(1, from); batch <= to; batch++) {
      records.addAll(List.of(batch, 100 + batch, batch));
    }
    return records;
  }

  private static List<String> numbers(int from, int to) {
    return records(from, to).stream().map(String::valueOf).sorted().toList();
  }

  private static List<String> sums(int from, int to) {
    Map<Integer, Integer> sums = new TreeMap<>();
    records(from, to).forEach(number -> sums.merge(number % 3, number, Integer::sum));
    return sums.entrySet().stream()
        .map(sum -> new Tuple2<>(sum.getKey(), sum.getValue()).toString())
        .sorted()
        .toList();
  }

  /** Writes down batches. */
  private final class Told implements StreamingListener {
    @Override
    public void onBatchSubmitted(StreamingListenerBatchSubmitted event) {
      told.add("submitted " + event.batchInfo().batchTime().milliseconds());
    }

    @Override
    public void onBatchCompleted(StreamingListenerBatchCompleted event) {
      told.add("completed " + event.batchInfo().batchTime().milliseconds());
      toldCompleted.countDown();
    }
  }
}
