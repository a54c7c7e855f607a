package org.millrace.benchmarks.spark;

import java.util.Arrays;
import java.util.Map;
import org.apache.spark.HashPartitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.Optional;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.api.java.function.Function3;
import org.apache.spark.streaming.Duration;
import org.apache.spark.streaming.State;
import org.apache.spark.streaming.StateSpec;
import org.apache.spark.streaming.api.java.JavaDStream;
import org.apache.spark.streaming.api.java.JavaPairDStream;
import org.millrace.benchmarks.workload.Ads;
import org.millrace.benchmarks.workload.RecordPool;
import org.millrace.benchmarks.workload.Scenario;
import scala.Tuple2;

/** The programs of the scenarios, as a user would write them. */
final class SparkJobs {
  private static final Function2<Integer, Integer, Integer> PLUS = Integer::sum;
  private static final Function2<Integer, Integer, Integer> MINUS = (all, left) -> all - left;
  private static final int ADS_WINDOW_MS = 10_000;

  private SparkJobs() {}

  /** (word, count) of a batch. */
  static JavaPairDStream<String, Integer> wordCount(JavaDStream<String> lines, int partitions) {
    return words(lines).reduceByKey(PLUS, partitions);
  }

  private static JavaPairDStream<String, Integer> words(JavaDStream<String> lines) {
    return lines
        .flatMap(line -> Arrays.asList(line.split(" ")).iterator())
        .mapToPair(word -> new Tuple2<>(word, 1));
  }

  /** The lines with the needle. */
  static JavaDStream<String> grep(JavaDStream<String> lines) {
    return lines.filter(line -> line.contains(RecordPool.NEEDLE));
  }

  /** (word, count) of the last batches, slid by one batch. */
  static JavaPairDStream<String, Integer> windowCount(
      JavaDStream<String> lines, int partitions, int intervalMs) {
    return words(lines)
        .reduceByKeyAndWindow(
            PLUS,
            MINUS,
            new Duration((long) Scenario.WINDOW_PANES * intervalMs),
            new Duration(intervalMs),
            partitions,
            count -> count._2() > 0);
  }

  /** (key, sum so far) for each record. */
  static JavaPairDStream<String, Long> runningCount(
      JavaDStream<String> lines, int partitions, JavaPairRDD<String, Long> initial) {
    Function3<String, Optional<Long>, State<Long>, Tuple2<String, Long>> add =
        (key, value, state) -> {
          long sum = value.get() + (state.exists() ? state.get() : 0L);
          state.update(sum);
          return new Tuple2<>(key, sum);
        };
    StateSpec<String, Long, Long, Tuple2<String, Long>> spec =
        StateSpec.function(add).numPartitions(partitions);
    return keyValues(lines)
        .mapWithState(initial == null ? spec : spec.initialState(initial))
        .mapToPair(sum -> sum);
  }

  /** (key, sum so far) for each key. */
  static JavaPairDStream<String, Long> runningCountUpdate(
      JavaDStream<String> lines, int partitions, JavaPairRDD<String, Long> initial) {
    Function2<java.util.List<Long>, Optional<Long>, Optional<Long>> add =
        (values, state) -> {
          long sum = state.or(0L);
          for (long value : values) {
            sum += value;
          }
          return Optional.of(sum);
        };
    HashPartitioner partitioner = new HashPartitioner(partitions);
    return initial == null
        ? keyValues(lines).updateStateByKey(add, partitioner)
        : keyValues(lines).updateStateByKey(add, partitioner, initial);
  }

  private static JavaPairDStream<String, Long> keyValues(JavaDStream<String> lines) {
    return lines.mapToPair(
        line -> {
          int comma = line.indexOf(',');
          return new Tuple2<>(line.substring(0, comma), Long.parseLong(line.substring(comma + 1)));
        });
  }

  /** Views of a batch by campaign and start of the window of event time. */
  static JavaPairDStream<Tuple2<String, Long>, Integer> ads(
      JavaDStream<String> events, Map<String, String> campaigns, int partitions) {
    return events
        .filter(event -> Ads.field(event, "\"event_type\":\"").equals("view"))
        .mapToPair(
            event -> {
              long time = Long.parseLong(Ads.field(event, "\"event_time\":\""));
              return new Tuple2<>(
                  new Tuple2<>(
                      campaigns.get(Ads.field(event, "\"ad_id\":\"")),
                      time / Ads.WINDOW_MS * Ads.WINDOW_MS),
                  1);
            })
        .reduceByKey(PLUS, partitions);
  }

  /**
   * Views by campaign of the last ten seconds of processing time, slid by a second: without the
   * event time, what Spark's windows can do.
   */
  static JavaPairDStream<String, Integer> adsByProcessingTime(
      JavaDStream<String> events, Map<String, String> campaigns, int partitions, int intervalMs) {
    return events
        .filter(event -> Ads.field(event, "\"event_type\":\"").equals("view"))
        .mapToPair(event -> new Tuple2<>(campaigns.get(Ads.field(event, "\"ad_id\":\"")), 1))
        .reduceByKeyAndWindow(
            PLUS, new Duration(ADS_WINDOW_MS), new Duration(intervalMs), partitions);
  }
}
