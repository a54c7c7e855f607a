package org.example.parity;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.streaming.api.java.JavaDStream;
import org.apache.spark.streaming.api.java.JavaPairDStream;
import org.apache.spark.streaming.api.java.JavaStreamingContext;
import scala.Tuple2;

/** Scripted inputs: a batch is a line of words, "" for none. */
public final class Inputs {
  private final JavaStreamingContext context;

  public Inputs(JavaStreamingContext context) {
    this.context = context;
  }

  public JavaStreamingContext context() {
    return context;
  }

  /** The words of each batch, in two partitions. */
  public JavaDStream<String> words(String... batches) {
    Queue<JavaRDD<String>> queue = new ArrayDeque<>();
    for (String batch : batches) {
      List<String> words = batch.isEmpty() ? new ArrayList<>() : Arrays.asList(batch.split(" "));
      queue.add(context.sparkContext().parallelize(words, 2));
    }
    return context.queueStream(queue, true);
  }

  /** Words with their lengths. */
  public JavaPairDStream<String, Integer> pairs(String... batches) {
    return words(batches).mapToPair(word -> new Tuple2<>(word, word.length()));
  }

  /** Words like a:1 as pairs of text and number. */
  public JavaPairDStream<String, Integer> keyed(String... batches) {
    return words(batches)
        .mapToPair(
            word -> {
              String[] parts = word.split(":");
              return new Tuple2<>(parts[0], Integer.parseInt(parts[1]));
            });
  }
}
