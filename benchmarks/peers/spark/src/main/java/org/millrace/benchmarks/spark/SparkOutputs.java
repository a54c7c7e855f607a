package org.millrace.benchmarks.spark;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.streaming.api.java.JavaDStream;
import org.apache.spark.streaming.api.java.JavaPairDStream;
import org.millrace.benchmarks.workload.ResultDigest;
import scala.Tuple2;

/** What becomes of the results: read through and summed in measured runs, kept in check runs. */
final class SparkOutputs {
  private SparkOutputs() {}

  /** How the results of batches make up those of the run. */
  enum Kept {
    /** Counts are added. */
    SUM {
      @Override
      void put(Map<String, Long> all, String key, long count) {
        all.merge(key, count, Long::sum);
      }
    },
    /** Sums only grow; records of a key may be read out of order. */
    GREATEST {
      @Override
      void put(Map<String, Long> all, String key, long count) {
        all.merge(key, count, Math::max);
      }
    },
    /** Of the last batch. */
    LAST {
      @Override
      void put(Map<String, Long> all, String key, long count) {
        all.put(key, count);
      }
    };

    abstract void put(Map<String, Long> all, String key, long count);
  }

  /** Sums the counts of each batch. */
  static <K, V extends Number> void sum(JavaPairDStream<K, V> counts) {
    sum(counts, 0);
  }

  /** Sums the counts of each batch but for some at the beginning, which are not computed. */
  static <K, V extends Number> void sum(JavaPairDStream<K, V> counts, int leftOut) {
    run(counts.toJavaDStream(), count -> count._2().longValue(), leftOut);
  }

  /** Counts the records of each batch. */
  static <T> void count(JavaDStream<T> records) {
    run(records, record -> 1L, 0);
  }

  /** Counts the pairs of each batch. */
  static <K, V> void count(JavaPairDStream<K, V> pairs) {
    run(pairs.toJavaDStream(), pair -> 1L, 0);
  }

  private static <T> void run(JavaDStream<T> records, Function<T, Long> weight, int leftOut) {
    records.foreachRDD(
        (rdd, time) -> {
          Batches.Started batch = SparkRun.started(time);
          batch.ended(Batches.current().endedBatches() < leftOut ? 0 : sum(rdd, weight));
        });
  }

  private static <T> long sum(JavaRDD<T> rdd, Function<T, Long> weight) {
    return rdd.mapPartitions(
            records -> {
              long sum = 0;
              while (records.hasNext()) {
                sum += weight.call(records.next());
              }
              return List.of(sum).iterator();
            })
        .fold(0L, Long::sum);
  }

  /** Keeps results. */
  static <V extends Number> Map<String, Long> keep(JavaPairDStream<String, V> counts, Kept how) {
    Map<String, Long> all = new ConcurrentHashMap<>();
    counts.foreachRDD(
        (rdd, time) -> {
          Batches.Started batch = SparkRun.started(time);
          if (how == Kept.LAST) {
            all.clear();
          }
          Iterator<Tuple2<String, V>> collected = rdd.collect().iterator();
          while (collected.hasNext()) {
            Tuple2<String, V> count = collected.next();
            how.put(all, count._1(), count._2().longValue());
          }
          batch.ended(0);
        });
    return all;
  }

  static ResultDigest digest(Map<String, Long> results) {
    ResultDigest digest = new ResultDigest();
    results.forEach(digest::add);
    return digest;
  }
}
