package org.example.parity;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.HashPartitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.Optional;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.api.java.function.Function3;
import org.apache.spark.api.java.function.Function4;
import org.apache.spark.streaming.Duration;
import org.apache.spark.streaming.Durations;
import org.apache.spark.streaming.State;
import org.apache.spark.streaming.StateSpec;
import org.apache.spark.streaming.Time;
import org.apache.spark.streaming.api.java.JavaDStream;
import org.apache.spark.streaming.api.java.JavaMapWithStateDStream;
import org.apache.spark.streaming.api.java.JavaPairDStream;
import scala.Tuple2;

/** Programs over streams, by name. */
public final class Programs {
  private static final String[] WORDS = {
    "hello world", "a b a c", "", "hello a moon", "b", "c c c d", "world hello hello", "e"
  };
  private static final String[] OTHER = {
    "a x", "hello y hello", "moon", "", "b b", "c z", "q", "hello world"
  };
  private static final String[] KEYED = {
    "a:1 b:2 a:3", "c:4", "a:5 c:6 b:7", "", "d:8 a:9", "b:10 b:11", "", "a:12"
  };
  private static final String[] KEYED_OTHER = {
    "a:100 a:101", "b:102", "a:103 z:104", "c:105", "d:106", "", "x:107", "a:108 b:109"
  };
  private static final Duration BATCH = Durations.milliseconds(200);

  private Programs() {}

  private static Duration batches(int count) {
    return new Duration(BATCH.milliseconds() * count);
  }

  public static Map<String, Program> all() {
    Map<String, Program> all = new LinkedHashMap<>();
    elements(all);
    byKey(all);
    windows(all);
    windowsByKey(all);
    state(all);
    joins(all);
    transformations(all);
    return all;
  }

  private static void elements(Map<String, Program> all) {
    all.put("map", (in, out) -> out.ordered(in.words(WORDS).map(String::toUpperCase)));
    all.put("filter", (in, out) -> out.ordered(in.words(WORDS).filter(word -> word.length() > 1)));
    all.put(
        "flatMap",
        (in, out) ->
            out.ordered(in.words(WORDS).flatMap(word -> Arrays.asList(word, "+").iterator())));
    all.put(
        "mapPartitions",
        (in, out) ->
            out.ordered(
                in.words(WORDS)
                    .mapPartitions(
                        words -> {
                          int count = 0;
                          while (words.hasNext()) {
                            words.next();
                            count++;
                          }
                          return List.of(count).iterator();
                        })));
    all.put(
        "mapPartitionsToPair",
        (in, out) ->
            out.ordered(
                in.words(WORDS)
                    .mapPartitionsToPair(
                        words -> {
                          List<Tuple2<String, Integer>> pairs = new ArrayList<>();
                          words.forEachRemaining(
                              word -> pairs.add(new Tuple2<>(word, pairs.size())));
                          return pairs.iterator();
                        })));
    all.put(
        "flatMapToPair",
        (in, out) ->
            out.ordered(
                in.words(WORDS)
                    .flatMapToPair(
                        word -> List.of(new Tuple2<>(word, 1), new Tuple2<>("x", 2)).iterator())));
    all.put("glom", (in, out) -> out.ordered(in.words(WORDS).glom()));
    all.put("union", (in, out) -> out.ordered(in.words(WORDS).union(in.words(OTHER))));
    all.put("count", (in, out) -> out.placed(in.words(WORDS).count()));
    all.put("countByValue", (in, out) -> out.placed(in.words(WORDS).countByValue()));
    all.put("countByValueInThree", (in, out) -> out.placed(in.words(WORDS).countByValue(3)));
    all.put("reduce", (in, out) -> out.ordered(in.words(WORDS).reduce((a, b) -> a + "-" + b)));
    all.put(
        "repartition",
        (in, out) ->
            out.ordered(
                in.words(WORDS).repartition(1).map(word -> word.length()).reduce(Integer::sum)));
  }

  private static void byKey(Map<String, Program> all) {
    all.put("mapValues", (in, out) -> out.ordered(in.keyed(KEYED).mapValues(value -> value * 2)));
    all.put(
        "flatMapValues",
        (in, out) ->
            out.ordered(in.keyed(KEYED).flatMapValues(value -> List.of(value, -value).iterator())));
    all.put("reduceByKey", (in, out) -> out.placed(in.keyed(KEYED).reduceByKey(Integer::sum)));
    all.put(
        "reduceByKeyInThree",
        (in, out) -> out.placed(in.keyed(KEYED).reduceByKey(Integer::sum, 3)));
    all.put(
        "reduceByKeyPartitioned",
        (in, out) -> out.placed(in.keyed(KEYED).reduceByKey(Integer::sum, new HashPartitioner(4))));
    all.put(
        "groupByKey",
        (in, out) -> out.placed(in.keyed(KEYED).groupByKey().mapValues(Programs::list)));
    all.put(
        "groupByKeyInThree",
        (in, out) -> out.placed(in.keyed(KEYED).groupByKey(3).mapValues(Programs::list)));
    all.put(
        "combineByKey",
        (in, out) ->
            out.placed(
                in.keyed(KEYED)
                    .combineByKey(
                        value -> "[" + value,
                        (combined, value) -> combined + "," + value,
                        (a, b) -> a + ";" + b,
                        new HashPartitioner(2))));
  }

  private static void windows(Map<String, Program> all) {
    all.put("window", (in, out) -> out.ordered(in.words(WORDS).window(batches(3))));
    all.put(
        "windowOfFourByTwo",
        (in, out) -> out.ordered(firstHalf(in.words(WORDS).window(batches(4), batches(2)))));
    all.put(
        "windowOfWindow",
        (in, out) -> out.ordered(in.words(WORDS).window(batches(2)).window(batches(2))));
    all.put(
        "reduceByWindow",
        (in, out) ->
            out.ordered(
                in.words(WORDS).reduceByWindow((a, b) -> a + "-" + b, batches(3), batches(1))));
    all.put(
        "reduceByWindowInverse",
        (in, out) ->
            out.ordered(
                in.words(WORDS)
                    .map(String::length)
                    .reduceByWindow(Integer::sum, (a, b) -> a - b, batches(3), batches(1))));
    all.put(
        "countByWindow",
        (in, out) -> out.ordered(in.words(WORDS).countByWindow(batches(3), batches(1))));
    all.put(
        "countByValueAndWindow",
        (in, out) -> out.placed(in.words(WORDS).countByValueAndWindow(batches(3), batches(1))));
    all.put(
        "countByValueAndWindowInThree",
        (in, out) -> out.placed(in.words(WORDS).countByValueAndWindow(batches(2), batches(1), 3)));
  }

  /** A stream of every second batch, given in every batch of the program. */
  private static JavaDStream<String> firstHalf(JavaDStream<String> slow) {
    return slow;
  }

  private static void windowsByKey(Map<String, Program> all) {
    all.put(
        "reduceByKeyAndWindow",
        (in, out) -> out.placed(in.keyed(KEYED).reduceByKeyAndWindow(Integer::sum, batches(3))));
    all.put(
        "reduceByKeyAndWindowSliding",
        (in, out) ->
            out.placed(in.keyed(KEYED).reduceByKeyAndWindow(Integer::sum, batches(3), batches(1))));
    all.put(
        "reduceByKeyAndWindowOfTexts",
        (in, out) ->
            out.placed(
                in.keyed(KEYED)
                    .mapValues(String::valueOf)
                    .reduceByKeyAndWindow((a, b) -> a + "-" + b, batches(3), batches(1), 3)));
    all.put(
        "reduceByKeyAndWindowPartitioned",
        (in, out) ->
            out.placed(
                in.keyed(KEYED)
                    .reduceByKeyAndWindow(
                        Integer::sum, batches(4), batches(1), new HashPartitioner(3))));
    all.put(
        "reduceByKeyAndWindowInverse",
        (in, out) ->
            out.placed(
                in.keyed(KEYED)
                    .reduceByKeyAndWindow(Integer::sum, (a, b) -> a - b, batches(3), batches(1))));
    all.put(
        "reduceByKeyAndWindowInverseFiltered",
        (in, out) ->
            out.placed(
                in.keyed(KEYED)
                    .reduceByKeyAndWindow(
                        Integer::sum,
                        (a, b) -> a - b,
                        batches(3),
                        batches(1),
                        2,
                        pair -> pair._2() != 0)));
    all.put(
        "groupByKeyAndWindow",
        (in, out) ->
            out.placed(in.keyed(KEYED).groupByKeyAndWindow(batches(3)).mapValues(Programs::list)));
    all.put(
        "groupByKeyAndWindowSliding",
        (in, out) ->
            out.placed(
                in.keyed(KEYED)
                    .groupByKeyAndWindow(batches(2), batches(1), 3)
                    .mapValues(Programs::list)));
  }

  private static void state(Map<String, Program> all) {
    Function2<List<Integer>, Optional<Integer>, Optional<Integer>> sum =
        (values, state) -> {
          int total = state.orElse(0);
          for (int value : values) {
            total += value;
          }
          return total > 20 ? Optional.empty() : Optional.of(total);
        };
    all.put("updateStateByKey", (in, out) -> out.placed(in.keyed(KEYED).updateStateByKey(sum)));
    all.put(
        "updateStateByKeyInThree",
        (in, out) -> out.placed(in.keyed(KEYED).updateStateByKey(sum, 3)));
    all.put(
        "updateStateByKeyWithInitial",
        (in, out) ->
            out.placed(in.keyed(KEYED).updateStateByKey(sum, new HashPartitioner(2), initial(in))));
    Function3<String, Optional<Integer>, State<Integer>, String> running =
        (key, value, state) -> {
          int total = (state.exists() ? state.get() : 0) + value.orElse(0);
          if (state.isTimingOut()) {
            return key + " timed out at " + total;
          }
          if (total > 20) {
            state.remove();
          } else {
            state.update(total);
          }
          return key + "=" + total;
        };
    all.put(
        "mapWithState",
        (in, out) -> out.ordered(in.keyed(KEYED).mapWithState(StateSpec.function(running))));
    all.put(
        "mapWithStateWithInitial",
        (in, out) ->
            out.ordered(
                in.keyed(KEYED)
                    .mapWithState(
                        StateSpec.function(running).initialState(initial(in)).numPartitions(3))));
    Function4<Time, String, Optional<Integer>, State<Integer>, Optional<String>> even =
        (time, key, value, state) -> {
          int total = (state.exists() ? state.get() : 0) + value.orElse(0);
          state.update(total);
          return total % 2 == 0 ? Optional.of(key + "=" + total) : Optional.empty();
        };
    all.put(
        "mapWithStateSometimes",
        (in, out) -> out.ordered(in.keyed(KEYED).mapWithState(StateSpec.function(even))));
    all.put(
        "stateSnapshots",
        (in, out) -> {
          JavaMapWithStateDStream<String, Integer, Integer, String> mapped =
              in.keyed(KEYED).mapWithState(StateSpec.function(running));
          out.ordered(mapped);
          out.placed(mapped.stateSnapshots());
        });
  }

  private static JavaPairRDD<String, Integer> initial(Inputs in) {
    return in.context()
        .sparkContext()
        .parallelizePairs(List.of(new Tuple2<>("a", 10), new Tuple2<>("k", 3)));
  }

  private static void joins(Map<String, Program> all) {
    all.put("join", (in, out) -> out.placed(in.keyed(KEYED).join(in.keyed(KEYED_OTHER))));
    all.put("joinInThree", (in, out) -> out.placed(in.keyed(KEYED).join(in.keyed(KEYED_OTHER), 3)));
    all.put(
        "leftOuterJoin",
        (in, out) ->
            out.placed(
                in.keyed(KEYED)
                    .leftOuterJoin(in.keyed(KEYED_OTHER))
                    .mapValues(both -> both._1() + "/" + both._2().orElse(-1))));
    all.put(
        "rightOuterJoin",
        (in, out) ->
            out.placed(
                in.keyed(KEYED)
                    .rightOuterJoin(in.keyed(KEYED_OTHER))
                    .mapValues(both -> both._1().orElse(-1) + "/" + both._2())));
    all.put(
        "fullOuterJoin",
        (in, out) ->
            out.placed(
                in.keyed(KEYED)
                    .fullOuterJoin(in.keyed(KEYED_OTHER))
                    .mapValues(both -> both._1().orElse(-1) + "/" + both._2().orElse(-1))));
    all.put(
        "cogroup",
        (in, out) ->
            out.placed(
                in.keyed(KEYED)
                    .cogroup(in.keyed(KEYED_OTHER))
                    .mapValues(both -> list(both._1()) + "/" + list(both._2()))));
    all.put(
        "joinOfWindows",
        (in, out) ->
            out.placed(
                in.keyed(KEYED)
                    .reduceByKeyAndWindow(Integer::sum, batches(2))
                    .join(in.keyed(KEYED_OTHER).window(batches(2)))));
  }

  private static void transformations(Map<String, Program> all) {
    all.put(
        "transform",
        (in, out) ->
            out.ordered(
                in.words(WORDS)
                    .transform(
                        (Function<JavaRDD<String>, JavaRDD<String>>)
                            rdd -> rdd.filter(word -> word.compareTo("c") < 0))));
    all.put(
        "transformWithReference",
        (in, out) -> {
          JavaPairRDD<String, Integer> reference = initial(in);
          out.placed(
              in.keyed(KEYED)
                  .transformToPair(
                      (Function<
                              JavaPairRDD<String, Integer>,
                              JavaPairRDD<String, Tuple2<Integer, Integer>>>)
                          rdd -> rdd.join(reference)));
        });
    all.put(
        "transformWith",
        (in, out) -> {
          JavaDStream<String> one = in.words(WORDS);
          JavaDStream<String> other = in.words(OTHER);
          out.ordered(
              one.transformWith(
                  other,
                  (Function3<JavaRDD<String>, JavaRDD<String>, Time, JavaRDD<String>>)
                      (a, b, time) -> a.union(b).map(word -> word + "!")));
        });
    all.put(
        "slidingTopWords",
        (in, out) -> {
          JavaPairDStream<Integer, String> counted =
              in.words(WORDS)
                  .mapToPair(word -> new Tuple2<>(word, 1))
                  .reduceByKeyAndWindow(Integer::sum, (a, b) -> a - b, batches(4), batches(1))
                  .mapToPair(
                      pair ->
                          new Tuple2<>(pair._2() * 1000 + pair._1().hashCode() % 1000, pair._1()));
          out.ordered(
              counted.transformToPair(
                  (Function<JavaPairRDD<Integer, String>, JavaPairRDD<Integer, String>>)
                      rdd -> rdd.sortByKey(false, 1)));
        });
    all.put(
        "foreachRDD",
        (in, out) -> {
          Results.TextOutput text = out.text();
          in.words(WORDS)
              .foreachRDD(
                  (rdd, time) ->
                      text.add(
                          time.milliseconds(),
                          rdd.count() + " " + rdd.isEmpty() + " " + rdd.take(2)));
        });
  }

  private static <T> String list(Iterable<T> values) {
    List<T> list = new ArrayList<>();
    Iterator<T> each = values.iterator();
    while (each.hasNext()) {
      list.add(each.next());
    }
    return list.toString();
  }
}
