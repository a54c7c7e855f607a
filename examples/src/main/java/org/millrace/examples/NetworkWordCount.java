package org.millrace.examples;

import java.util.Arrays;
import java.util.regex.Pattern;
import org.millrace.api.StorageLevels;
import org.millrace.api.StreamingConf;
import org.millrace.api.Tuple2;
import org.millrace.api.streaming.DStream;
import org.millrace.api.streaming.Durations;
import org.millrace.api.streaming.PairDStream;
import org.millrace.api.streaming.ReceiverInputDStream;
import org.millrace.api.streaming.StreamingContext;

/**
 * Counts the words of the lines that a TCP server sends, each second.
 *
 * <p>Arguments: host and port. To try it, run {@code nc -lk 9999} and give {@code localhost 9999}.
 */
public final class NetworkWordCount {
  private static final Pattern SPACE = Pattern.compile(" ");

  private NetworkWordCount() {}

  /** Runs until it is stopped. */
  public static void main(String[] args) throws Exception {
    Arguments.require(args, "network-word-count", "<hostname>", "<port>");
    String host = args[0];
    int port = Arguments.port(args[1]);

    // Create the context with a 1 second batch size
    StreamingConf conf = new StreamingConf().setAppName("NetworkWordCount");
    StreamingContext ssc = new StreamingContext(conf, Durations.seconds(1));

    // Create a DStream of the lines that hostname:port sends
    ReceiverInputDStream<String> lines =
        ssc.socketTextStream(host, port, StorageLevels.MEMORY_AND_DISK_SER_2);
    DStream<String> words = lines.flatMap(x -> Arrays.asList(SPACE.split(x)).iterator());
    PairDStream<String, Integer> wordCounts =
        words.mapToPair(s -> new Tuple2<>(s, 1)).reduceByKey((i1, i2) -> i1 + i2);

    wordCounts.print();
    ssc.start();
    ssc.awaitTermination();
  }
}
