package org.millrace.examples;

import java.util.Arrays;
import java.util.regex.Pattern;
import org.millrace.api.StreamingConf;
import org.millrace.api.Tuple2;
import org.millrace.api.streaming.DStream;
import org.millrace.api.streaming.Durations;
import org.millrace.api.streaming.PairDStream;
import org.millrace.api.streaming.StreamingContext;

/**
 * Counts the words of the last thirty seconds, every two seconds. A word that left the window is
 * forgotten.
 *
 * <p>Arguments: host and port of a TCP server, or nothing for made-up lines.
 */
public final class WindowedWordCount {
  private static final Pattern SPACE = Pattern.compile(" ");

  private WindowedWordCount() {}

  /** Runs until it is stopped. */
  public static void main(String[] args) throws Exception {
    StreamingConf conf = new StreamingConf().setAppName("WindowedWordCount");
    StreamingContext ssc = new StreamingContext(conf, Durations.seconds(1));
    ssc.checkpoint(Arguments.workDirectory("windowed-word-count"));

    DStream<String> lines =
        GeneratedLines.orSocket(ssc, args, "windowed-word-count", GeneratedLines.Kind.WORDS);
    PairDStream<String, Integer> ones =
        lines
            .flatMap(line -> Arrays.asList(SPACE.split(line)).iterator())
            .mapToPair(word -> new Tuple2<>(word, 1));

    // What enters is added, what leaves is taken off
    PairDStream<String, Integer> counts =
        ones.reduceByKeyAndWindow(
            (a, b) -> a + b,
            (a, b) -> a - b,
            Durations.seconds(30),
            Durations.seconds(2),
            ssc.sparkContext().defaultParallelism(),
            wordAndCount -> wordAndCount._2() > 0);

    counts.print();
    ssc.start();
    ssc.awaitTermination();
  }
}
