package org.example.examples;

import java.util.Arrays;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.StorageLevels;
import org.apache.spark.streaming.Durations;
import org.apache.spark.streaming.api.java.JavaDStream;
import org.apache.spark.streaming.api.java.JavaPairDStream;
import org.apache.spark.streaming.api.java.JavaReceiverInputDStream;
import org.apache.spark.streaming.api.java.JavaStreamingContext;
import scala.Tuple2;

/** Counts the words of each second. Arguments: host, port. */
public final class NetworkWordCount {
  private static final Pattern SPACE = Pattern.compile(" ");

  private NetworkWordCount() {}

  public static void main(String[] args) throws Exception {
    SparkConf conf = new SparkConf().setAppName("network word count");
    JavaStreamingContext context = new JavaStreamingContext(conf, Durations.seconds(1));
    JavaReceiverInputDStream<String> lines =
        context.socketTextStream(
            args[0], Integer.parseInt(args[1]), StorageLevels.MEMORY_AND_DISK_SER);
    JavaDStream<String> words = lines.flatMap(line -> Arrays.asList(SPACE.split(line)).iterator());
    JavaPairDStream<String, Integer> counts =
        words.mapToPair(word -> new Tuple2<>(word, 1)).reduceByKey((a, b) -> a + b);
    counts.print();
    context.start();
    context.awaitTermination();
  }
}
