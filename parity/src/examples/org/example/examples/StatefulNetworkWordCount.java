package org.example.examples;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.Optional;
import org.apache.spark.api.java.StorageLevels;
import org.apache.spark.api.java.function.Function3;
import org.apache.spark.streaming.Durations;
import org.apache.spark.streaming.State;
import org.apache.spark.streaming.StateSpec;
import org.apache.spark.streaming.api.java.JavaDStream;
import org.apache.spark.streaming.api.java.JavaMapWithStateDStream;
import org.apache.spark.streaming.api.java.JavaPairDStream;
import org.apache.spark.streaming.api.java.JavaReceiverInputDStream;
import org.apache.spark.streaming.api.java.JavaStreamingContext;
import scala.Tuple2;

/** Counts words since the start, two of which were there. Arguments: host, port, directory. */
public final class StatefulNetworkWordCount {
  private static final Pattern SPACE = Pattern.compile(" ");

  private StatefulNetworkWordCount() {}

  public static void main(String[] args) throws Exception {
    SparkConf conf = new SparkConf().setAppName("stateful word count");
    JavaStreamingContext context = new JavaStreamingContext(conf, Durations.seconds(1));
    context.checkpoint(args[2]);
    List<Tuple2<String, Integer>> known =
        Arrays.asList(new Tuple2<>("mill", 10), new Tuple2<>("race", 20));
    JavaPairRDD<String, Integer> initial = context.sparkContext().parallelizePairs(known);
    JavaReceiverInputDStream<String> lines =
        context.socketTextStream(
            args[0], Integer.parseInt(args[1]), StorageLevels.MEMORY_AND_DISK_SER_2);
    JavaDStream<String> words = lines.flatMap(line -> Arrays.asList(SPACE.split(line)).iterator());
    JavaPairDStream<String, Integer> ones = words.mapToPair(word -> new Tuple2<>(word, 1));
    Function3<String, Optional<Integer>, State<Integer>, Tuple2<String, Integer>> count =
        (word, one, state) -> {
          int sum = one.orElse(0) + (state.exists() ? state.get() : 0);
          state.update(sum);
          return new Tuple2<>(word, sum);
        };
    JavaMapWithStateDStream<String, Integer, Integer, Tuple2<String, Integer>> counts =
        ones.mapWithState(StateSpec.function(count).initialState(initial));
    counts.print();
    context.start();
    context.awaitTermination();
  }
}
