package org.millrace.program;

import java.util.ArrayList;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import org.millrace.api.BatchContext;
import org.millrace.api.RDD;
import org.millrace.api.StreamingConf;
import org.millrace.api.Tuple2;
import org.millrace.api.fake.FakeEngine;
import org.millrace.api.streaming.DStream;
import org.millrace.api.streaming.Duration;
import org.millrace.api.streaming.PairDStream;
import org.millrace.api.streaming.StreamingContext;
import org.millrace.api.streaming.Time;

/**
 * A program over scripted batches of one second, the first at 1 s: each batch is a list of records
 * in two partitions.
 */
final class ScriptedRun implements AutoCloseable {
  private static final long INTERVAL_MS = 1000;

  private final FakeEngine engine = new FakeEngine(2);
  private final StreamingContext context =
      new StreamingContext(
          new BatchContext(new StreamingConf(false).setAppName("scripted"), engine),
          new Duration(INTERVAL_MS));
  private long lastMs;

  ScriptedRun() {
    context.checkpoint("checkpoints");
  }

  StreamingContext context() {
    return context;
  }

  FakeEngine engine() {
    return engine;
  }

  /** A number of batch intervals. */
  static Duration batches(int count) {
    return new Duration(count * INTERVAL_MS);
  }

  <T> DStream<T> input(List<List<T>> batches) {
    Queue<RDD<T>> queue = new LinkedList<>();
    for (List<T> batch : batches) {
      queue.add(context.sparkContext().parallelize(batch));
    }
    return context.queueStream(queue);
  }

  <K, V> PairDStream<K, V> pairs(List<List<Tuple2<K, V>>> batches) {
    return PairDStream.fromDStream(input(batches));
  }

  /** What a stream gives, by the number of the batch from 1, partition by partition. */
  <T> Map<Integer, List<List<T>>> partitionsOf(DStream<T> stream) {
    Map<Integer, List<List<T>>> result = new TreeMap<>();
    stream.foreachRDD(
        (rdd, time) -> {
          List<List<T>> partitions = new ArrayList<>();
          rdd.mapPartitions(
                  records -> {
                    List<T> all = new ArrayList<>();
                    records.forEachRemaining(all::add);
                    return List.of(all).iterator();
                  })
              .collect()
              .forEach(partitions::add);
          result.put((int) (time.milliseconds() / INTERVAL_MS), partitions);
        });
    return result;
  }

  /** What a stream gives, by the number of the batch from 1. */
  <T> Map<Integer, List<T>> recordsOf(DStream<T> stream) {
    Map<Integer, List<T>> result = new TreeMap<>();
    stream.foreachRDD(
        (rdd, time) ->
            result.put((int) (time.milliseconds() / INTERVAL_MS), new ArrayList<>(rdd.collect())));
    return result;
  }

  <K, V> Map<Integer, List<Tuple2<K, V>>> recordsOf(PairDStream<K, V> stream) {
    return recordsOf(stream.toDStream());
  }

  /** Runs batches up to this number; throws what one failed with. */
  void runTo(int lastBatch) throws InterruptedException {
    if (lastMs == 0) {
      context.start();
    }
    while (lastMs < lastBatch * INTERVAL_MS) {
      lastMs += INTERVAL_MS;
      engine.runBatch(new Time(lastMs));
      context.awaitTerminationOrTimeout(0);
    }
  }

  /** Batches of up to seven pairs of few keys, some of them empty. */
  static List<List<Tuple2<String, Integer>>> randomPairs(long seed, int batches) {
    Random random = new Random(seed);
    List<List<Tuple2<String, Integer>>> script = new ArrayList<>();
    for (int i = 0; i < batches; i++) {
      List<Tuple2<String, Integer>> batch = new ArrayList<>();
      int size = Math.max(0, random.nextInt(10) - 2);
      for (int n = 0; n < size; n++) {
        batch.add(new Tuple2<>("k" + random.nextInt(5), random.nextInt(9)));
      }
      script.add(batch);
    }
    return script;
  }

  /** The records of the batches later than {@code last - count}, up to {@code last}, in order. */
  static <T> List<T> window(List<List<T>> batches, int last, int count) {
    List<T> records = new ArrayList<>();
    for (int i = Math.max(0, last - count); i < Math.min(last, batches.size()); i++) {
      records.addAll(batches.get(i));
    }
    return records;
  }

  @Override
  public void close() {
    context.stop();
  }
}
