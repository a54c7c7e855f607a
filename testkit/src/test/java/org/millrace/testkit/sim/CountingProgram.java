package org.millrace.testkit.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.millrace.api.BatchContext;
import org.millrace.api.Optional;
import org.millrace.api.Tuple2;
import org.millrace.api.streaming.DStream;
import org.millrace.api.streaming.Duration;
import org.millrace.api.streaming.PairDStream;
import org.millrace.api.streaming.StreamingContext;

/**
 * The program that is simulated: it keeps the records of each batch, and counts them by their last
 * digit in a shuffle; it does the same over windows, whose parts are kept. Static, because its
 * functions are copied; one simulation runs at a time.
 */
final class CountingProgram {
  static final long INTERVAL_MS = 1_000;
  static final long WINDOW_MS = 3 * INTERVAL_MS;

  /** What each batch saw, by the last run of the batch. */
  static final Map<Long, List<String>> RECORDS = new TreeMap<>();

  static final Map<Long, Map<String, Integer>> COUNTS = new TreeMap<>();

  /** Every second batch: the records of its window. */
  static final Map<Long, List<String>> WINDOWS = new TreeMap<>();

  static final Map<Long, Map<String, Integer>> WINDOW_COUNTS = new TreeMap<>();

  /** Counts of all batches up to this one, and of its window, where they are kept as state. */
  static final Map<Long, Map<String, Integer>> TOTALS = new TreeMap<>();

  static final Map<Long, Map<String, Integer>> WINDOW_STATES = new TreeMap<>();

  /** Sums of the totals of all batches of a window. */
  static final Map<Long, Map<String, Integer>> WINDOW_TOTALS = new TreeMap<>();

  /** So many of the next records make their tasks fail. */
  static int failuresToCome;

  private CountingProgram() {}

  /**
   * Defines the program.
   *
   * @param withState whether it keeps state, which no loss of an executor may end
   */
  static StreamingContext define(BatchContext batchContext, long seed, boolean withState) {
    RECORDS.clear();
    COUNTS.clear();
    WINDOWS.clear();
    WINDOW_COUNTS.clear();
    TOTALS.clear();
    WINDOW_STATES.clear();
    WINDOW_TOTALS.clear();
    NumberedSource.STORED.clear();
    failuresToCome = 0;
    StreamingContext context = new StreamingContext(batchContext, new Duration(INTERVAL_MS));
    DStream<String> first = context.receiverStream(new NumberedSource(seed));
    DStream<String> second = context.receiverStream(new NumberedSource(~seed));
    DStream<String> records = context.union(first, second).map(CountingProgram::failSometimes);
    // Both outputs read it: the second one where the first one kept it, if that is still there.
    records.cache();
    records.foreachRDD(
        (rdd, time) -> RECORDS.put(time.milliseconds(), new ArrayList<>(rdd.collect())));
    records
        .mapToPair(record -> new Tuple2<>(lastDigit(record), 1))
        .reduceByKey(Integer::sum, 3)
        .foreachRDD((rdd, time) -> COUNTS.put(time.milliseconds(), toMap(rdd.collect())));
    Duration window = new Duration(WINDOW_MS);
    records
        .window(window, new Duration(2 * INTERVAL_MS))
        .foreachRDD(
            (rdd, time) -> WINDOWS.put(time.milliseconds(), new ArrayList<>(rdd.collect())));
    records
        .mapToPair(record -> new Tuple2<>(lastDigit(record), 1))
        .reduceByKey(Integer::sum, 3)
        .window(window)
        .reduceByKey(Integer::sum, 3)
        .foreachRDD((rdd, time) -> WINDOW_COUNTS.put(time.milliseconds(), toMap(rdd.collect())));
    if (withState) {
      context.checkpoint(Simulation.LOG);
      keepState(records);
    }
    return context;
  }

  private static void keepState(DStream<String> records) {
    PairDStream<String, Integer> ones =
        records.mapToPair(record -> new Tuple2<>(lastDigit(failSometimes(record)), 1));
    PairDStream<String, Integer> totals = ones.updateStateByKey(CountingProgram::added);
    totals.foreachRDD((rdd, time) -> TOTALS.put(time.milliseconds(), toMap(rdd.collect())));
    totals
        .window(new Duration(WINDOW_MS))
        .reduceByKey(Integer::sum, 3)
        .foreachRDD((rdd, time) -> WINDOW_TOTALS.put(time.milliseconds(), toMap(rdd.collect())));
    ones.reduceByKeyAndWindow(Integer::sum, new Duration(WINDOW_MS), new Duration(INTERVAL_MS))
        .foreachRDD((rdd, time) -> WINDOW_STATES.put(time.milliseconds(), toMap(rdd.collect())));
  }

  private static Optional<Integer> added(List<Integer> values, Optional<Integer> total) {
    return Optional.of(total.orElse(0) + values.size());
  }

  private static String failSometimes(String record) {
    if (failuresToCome > 0) {
      failuresToCome--;
      throw new IllegalStateException("a fault of the simulation");
    }
    return record;
  }

  static String lastDigit(String record) {
    return record.substring(record.length() - 1);
  }

  private static Map<String, Integer> toMap(List<Tuple2<String, Integer>> pairs) {
    Map<String, Integer> counts = new TreeMap<>();
    for (Tuple2<String, Integer> pair : pairs) {
      Integer before = counts.put(pair._1(), pair._2());
      if (before != null) {
        throw new AssertionError("two counts of " + pair._1());
      }
    }
    return counts;
  }
}
