package org.example.recoverable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.Optional;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.streaming.Durations;
import org.apache.spark.streaming.Time;
import org.apache.spark.streaming.api.java.JavaDStream;
import org.apache.spark.streaming.api.java.JavaPairDStream;
import org.apache.spark.streaming.api.java.JavaReceiverInputDStream;
import org.apache.spark.streaming.api.java.JavaStreamingContext;
import org.apache.spark.util.LongAccumulator;
import scala.Tuple2;

/** Words that are left out; made where it is first used, because a restart makes it anew. */
class LeftOutWords {
  private static volatile Broadcast<List<String>> instance;

  static Broadcast<List<String>> in(JavaSparkContext context) {
    if (instance == null) {
      synchronized (LeftOutWords.class) {
        if (instance == null) {
          instance = context.broadcast(Arrays.asList("a", "the"));
        }
      }
    }
    return instance;
  }
}

/** How many words were left out. */
class LeftOutCounter {
  private static volatile LongAccumulator instance;

  static LongAccumulator in(JavaSparkContext context) {
    if (instance == null) {
      synchronized (LeftOutCounter.class) {
        if (instance == null) {
          instance = context.sc().longAccumulator("words left out");
        }
      }
    }
    return instance;
  }
}

/**
 * Counts the words of lines from a socket each second, for ever, and goes on after a restart.
 *
 * <p>Arguments: host, port, checkpoint directory, file that each batch appends its line to.
 */
public final class RecoverableNetworkWordCount {
  private static final Pattern SPACE = Pattern.compile(" ");

  private RecoverableNetworkWordCount() {}

  private static JavaStreamingContext createContext(
      String host, int port, String checkpointDirectory, String output) {
    System.out.println("Creating new context");
    SparkConf conf = new SparkConf().setAppName("recoverable word count");
    JavaStreamingContext context = new JavaStreamingContext(conf, Durations.seconds(1));
    context.checkpoint(checkpointDirectory);
    JavaReceiverInputDStream<String> lines = context.socketTextStream(host, port);
    JavaDStream<String> words = lines.flatMap(line -> Arrays.asList(SPACE.split(line)).iterator());
    JavaPairDStream<String, Integer> counts =
        words
            .mapToPair(word -> new Tuple2<>(word, 1))
            .updateStateByKey((values, before) -> Optional.of(before.orElse(0) + values.size()));
    counts.foreachRDD((rdd, time) -> append(rdd, time, Path.of(output)));
    return context;
  }

  private static void append(JavaPairRDD<String, Integer> rdd, Time time, Path output)
      throws IOException {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(rdd.context());
    Broadcast<List<String>> leftOut = LeftOutWords.in(context);
    LongAccumulator counter = LeftOutCounter.in(context);
    String counts =
        rdd.filter(
                count -> {
                  if (leftOut.value().contains(count._1())) {
                    counter.add(count._2());
                    return false;
                  }
                  return true;
                })
            .collect()
            .toString();
    Files.writeString(
        output,
        time + " " + counts + " without " + counter.value() + "\n",
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  public static void main(String[] args) throws Exception {
    String host = args[0];
    int port = Integer.parseInt(args[1]);
    String checkpointDirectory = args[2];
    String output = args[3];
    JavaStreamingContext context =
        JavaStreamingContext.getOrCreate(
            checkpointDirectory, () -> createContext(host, port, checkpointDirectory, output));
    context.start();
    context.awaitTermination();
  }
}
