package org.millrace.examples;

import java.util.Arrays;
import java.util.List;
import org.millrace.api.StreamingConf;
import org.millrace.api.Tuple2;
import org.millrace.api.streaming.DStream;
import org.millrace.api.streaming.Durations;
import org.millrace.api.streaming.PairDStream;
import org.millrace.api.streaming.StreamingContext;

/**
 * The three most used hashtags of the last minute, every two seconds.
 *
 * <p>Arguments: host and port of a TCP server that sends messages, or nothing for made-up ones.
 */
public final class TopHashtags {
  private static final int SHOWN = 3;

  private TopHashtags() {}

  /** Runs until it is stopped. */
  public static void main(String[] args) throws Exception {
    StreamingConf conf = new StreamingConf().setAppName("TopHashtags");
    StreamingContext ssc = new StreamingContext(conf, Durations.seconds(1));
    ssc.checkpoint(Arguments.workDirectory("top-hashtags"));

    DStream<String> messages =
        GeneratedLines.orSocket(ssc, args, "top-hashtags", GeneratedLines.Kind.MESSAGES);
    PairDStream<String, Long> counts =
        messages
            .flatMap(message -> Arrays.asList(message.split(" ")).iterator())
            .filter(word -> word.startsWith("#"))
            .countByValueAndWindow(Durations.minutes(1), Durations.seconds(2));

    counts
        .mapToPair(Tuple2::swap)
        .transformToPair(rdd -> rdd.sortByKey(false, 1))
        .foreachRDD(
            (rdd, time) -> {
              List<Tuple2<Long, String>> top = rdd.take(SHOWN);
              System.out.println(time + " " + top);
            });
    ssc.start();
    ssc.awaitTermination();
  }
}
