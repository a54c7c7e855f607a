package org.millrace.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.millrace.program.ScriptedRun.batches;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.millrace.api.BatchContext;
import org.millrace.api.Optional;
import org.millrace.api.PairRDD;
import org.millrace.api.RDD;
import org.millrace.api.StorageLevels;
import org.millrace.api.Tuple2;
import org.millrace.api.function.FlatMapFunction;
import org.millrace.api.function.Function;
import org.millrace.api.function.Function2;
import org.millrace.api.function.Function3;
import org.millrace.api.function.PairFlatMapFunction;
import org.millrace.api.function.PairFunction;
import org.millrace.api.function.VoidFunction;
import org.millrace.api.function.VoidFunction2;
import org.millrace.api.streaming.DStream;
import org.millrace.api.streaming.Durations;
import org.millrace.api.streaming.MapWithStateDStream;
import org.millrace.api.streaming.PairDStream;
import org.millrace.api.streaming.State;
import org.millrace.api.streaming.StateSpec;
import org.millrace.api.streaming.Time;

/** The ways in which programs are written, by lambdas, by method references and by classes. */
class TypicalProgramsTest {
  private static final Pattern SPACE = Pattern.compile(" ");

  private static final PairFunction<String, String, Integer> ONE =
      new PairFunction<String, String, Integer>() {
        private static final long serialVersionUID = 1L;

        @Override
        public Tuple2<String, Integer> call(String s) {
          return new Tuple2<>(s, 1);
        }
      };

  private static final Function2<Integer, Integer, Integer> ADD =
      new Function2<Integer, Integer, Integer>() {
        private static final long serialVersionUID = 1L;

        @Override
        public Integer call(Integer a, Integer b) {
          return a + b;
        }
      };

  private static final PairFlatMapFunction<String, String, Integer> LENGTH =
      new PairFlatMapFunction<String, String, Integer>() {
        private static final long serialVersionUID = 1L;

        @Override
        public Iterator<Tuple2<String, Integer>> call(String line) {
          return Collections.singletonList(new Tuple2<>(line, line.length())).iterator();
        }
      };

  private final ScriptedRun run = new ScriptedRun();

  @AfterEach
  void stop() {
    run.close();
  }

  private DStream<String> lines() {
    return run.input(
        List.of(List.of("to be or not", "to be"), List.of("hello world"), List.of("be hello")));
  }

  @Test
  void countsWordsByLambdas() throws Exception {
    DStream<String> words = lines().flatMap(x -> Arrays.asList(SPACE.split(x)).iterator());
    PairDStream<String, Integer> wordCounts =
        words.mapToPair(s -> new Tuple2<>(s, 1)).reduceByKey((i1, i2) -> i1 + i2);
    wordCounts.print();
    Map<Integer, List<Tuple2<String, Integer>>> counts = run.recordsOf(wordCounts);
    run.runTo(3);

    assertThat(counts.get(1)).contains(new Tuple2<>("to", 2), new Tuple2<>("be", 2));
  }

  private static final class Split implements FlatMapFunction<String, String> {
    private static final long serialVersionUID = 1L;

    @Override
    public Iterator<String> call(String line) {
      return Arrays.asList(SPACE.split(line)).iterator();
    }
  }

  @Test
  void countsWordsByClasses() throws Exception {
    DStream<String> words = lines().flatMap(new Split());
    PairDStream<String, Integer> ones = words.mapToPair(ONE);
    PairDStream<String, Integer> counts =
        ones.reduceByKeyAndWindow(ADD, Durations.seconds(2), Durations.seconds(1));
    List<Object> collected = new ArrayList<>();
    counts.foreachRDD(
        new VoidFunction<PairRDD<String, Integer>>() {
          private static final long serialVersionUID = 1L;

          @Override
          public void call(PairRDD<String, Integer> rdd) {
            collected.addAll(rdd.collect());
          }
        });
    counts.foreachRDD(
        new VoidFunction2<PairRDD<String, Integer>, Time>() {
          private static final long serialVersionUID = 1L;

          @Override
          public void call(PairRDD<String, Integer> rdd, Time time) {
            collected.add(time.milliseconds() + rdd.count());
          }
        });
    PairDStream<String, Integer> lengths = lines().flatMapToPair(LENGTH);
    lengths.print(5);
    run.runTo(2);

    assertThat(collected).contains(new Tuple2<>("hello", 1), 2006L);
  }

  @Test
  void keepsCountsByMapWithState() throws Exception {
    List<Tuple2<String, Integer>> tuples =
        Arrays.asList(new Tuple2<>("hello", 1), new Tuple2<>("world", 1));
    PairRDD<String, Integer> initialRDD = run.context().sparkContext().parallelizePairs(tuples);
    PairDStream<String, Integer> wordsDstream =
        lines()
            .flatMap(x -> Arrays.asList(SPACE.split(x)).iterator())
            .mapToPair(s -> new Tuple2<>(s, 1));
    Function3<String, Optional<Integer>, State<Integer>, Tuple2<String, Integer>> mappingFunc =
        (word, one, state) -> {
          int sum = one.orElse(0) + (state.exists() ? state.get() : 0);
          Tuple2<String, Integer> output = new Tuple2<>(word, sum);
          state.update(sum);
          return output;
        };
    MapWithStateDStream<String, Integer, Integer, Tuple2<String, Integer>> stateDstream =
        wordsDstream.mapWithState(StateSpec.function(mappingFunc).initialState(initialRDD));
    stateDstream.print();
    Map<Integer, List<Tuple2<String, Integer>>> results = run.recordsOf(stateDstream);
    run.runTo(3);

    assertThat(results.get(2)).containsExactlyInAnyOrder(pair("hello", 2), pair("world", 2));
    assertThat(results.get(3)).containsExactlyInAnyOrder(pair("be", 3), pair("hello", 3));
  }

  @Test
  void keepsCountsByUpdateStateByKey() throws Exception {
    Function2<List<Integer>, Optional<Integer>, Optional<Integer>> updateFunction =
        (values, state) -> {
          Integer newSum = state.orElse(0);
          for (Integer value : values) {
            newSum += value;
          }
          return Optional.of(newSum);
        };
    PairDStream<String, Integer> counts =
        lines()
            .flatMap(x -> Arrays.asList(x.split(" ", -1)).iterator())
            .mapToPair(s -> new Tuple2<>(s, 1))
            .updateStateByKey(updateFunction);
    PairDStream<String, Long> inPlace =
        lines()
            .mapToPair(s -> new Tuple2<>(s.substring(0, 1), 1L))
            .updateStateByKey(
                (values, state) ->
                    Optional.of(state.or(0L) + values.stream().mapToLong(v -> v).sum()));
    Map<Integer, List<Tuple2<String, Integer>>> results = run.recordsOf(counts);
    Map<Integer, List<Tuple2<String, Long>>> letters = run.recordsOf(inPlace);
    run.runTo(3);

    assertThat(results.get(3)).contains(pair("be", 3), pair("hello", 2), pair("to", 2));
    assertThat(letters.get(3)).contains(pair("t", 2L), pair("h", 1L), pair("b", 1L));
  }

  @Test
  void showsTheTopOfAWindow() throws Exception {
    AtomicReference<List<Tuple2<Integer, String>>> top = new AtomicReference<>();
    lines()
        .flatMap(line -> Arrays.asList(line.split(" ", -1)).iterator())
        .countByValueAndWindow(Durations.seconds(3), Durations.seconds(1))
        .mapToPair(Tuple2::swap)
        .transformToPair(rdd -> rdd.sortByKey(false))
        .foreachRDD(
            rdd -> top.set(rdd.map(each -> new Tuple2<>(each._1().intValue(), each._2())).take(1)));
    run.runTo(3);

    assertThat(top.get()).containsExactly(new Tuple2<>(3, "be"));
  }

  @Test
  void joinsStreamsWithReferenceDataAndWithEachOther() throws Exception {
    BatchContext jsc = run.context().sparkContext();
    PairRDD<String, Boolean> spam =
        jsc.parallelizePairs(List.of(new Tuple2<>("world", true), new Tuple2<>("not", true)));
    PairDStream<String, Integer> counts =
        lines()
            .flatMap(x -> Arrays.asList(SPACE.split(x)).iterator())
            .mapToPair(s -> new Tuple2<>(s, 1))
            .reduceByKey(Integer::sum);
    PairDStream<String, Integer> cleaned =
        counts.transformToPair(
            rdd ->
                rdd.leftOuterJoin(spam)
                    .filter(each -> !each._2()._2().orElse(false))
                    .mapValues(Tuple2::_1));
    PairDStream<String, Tuple2<Integer, Optional<Integer>>> withWindow =
        cleaned.leftOuterJoin(counts.window(batches(2)).mapValues(count -> -count));
    Map<Integer, List<Tuple2<String, Integer>>> clean = run.recordsOf(cleaned);
    Map<Integer, List<Tuple2<String, Tuple2<Integer, Optional<Integer>>>>> joined =
        run.recordsOf(withWindow);
    run.runTo(3);

    assertThat(clean.get(2)).containsExactly(pair("hello", 1));
    assertThat(joined.get(3)).contains(pair("hello", pair(1, Optional.of(-1))));
  }

  @Test
  void takesStatisticsOfALogOverWindows() throws Exception {
    DStream<Long> sizes = lines().map(line -> (long) line.length());
    DStream<Long> window = sizes.window(Durations.seconds(2), Durations.seconds(1));
    List<String> report = new ArrayList<>();
    window
        .persist(StorageLevels.MEMORY_AND_DISK)
        .foreachRDD(
            rdd -> {
              if (rdd.count() == 0) {
                report.add("none");
              } else {
                long sum = rdd.reduce((a, b) -> a + b);
                report.add(sum + " in " + rdd.count() + ", most " + rdd.max(order()));
              }
            });
    sizes.reduceByWindow((a, b) -> a + b, (a, b) -> a - b, batches(2), batches(1)).print();
    run.runTo(5);

    assertThat(report)
        .containsExactly(
            "17 in 2, most 12", "28 in 3, most 12", "19 in 2, most 11", "8 in 1, most 8", "none");
  }

  private static <T extends Comparable<T>> SerializableOrder<T> order() {
    return Comparable::compareTo;
  }

  private interface SerializableOrder<T> extends java.util.Comparator<T>, java.io.Serializable {}

  @Test
  void writesToConnectionsByPartition() throws Exception {
    SENT.clear();
    lines()
        .foreachRDD(
            rdd ->
                rdd.foreachPartition(
                    partition -> {
                      while (partition.hasNext()) {
                        SENT.add(partition.next());
                      }
                    }));
    Function<RDD<String>, Long> count = RDD::count;
    lines().foreachRDD(rdd -> SENT.add("count " + count.call(rdd)));
    run.runTo(1);

    assertThat(SENT).containsExactly("to be or not", "to be", "count 2");
  }

  private static final List<String> SENT = new ArrayList<>();

  private static <K, V> Tuple2<K, V> pair(K key, V value) {
    return new Tuple2<>(key, value);
  }
}
