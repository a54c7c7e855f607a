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
 * Counts the words of the text files that are moved into a directory, each second.
 *
 * <p>Argument: the directory, on HDFS or local. Only files that appear after the start count; write
 * them under another name first, then rename them into the directory.
 */
public final class HdfsWordCount {
  private static final Pattern SPACE = Pattern.compile(" ");

  private HdfsWordCount() {}

  /** Runs until it is stopped. */
  public static void main(String[] args) throws Exception {
    Arguments.require(args, "hdfs-word-count", "<directory>");

    StreamingConf conf = new StreamingConf().setAppName("HdfsWordCount");
    StreamingContext ssc = new StreamingContext(conf, Durations.seconds(1));

    // Create a DStream of the lines of new files
    DStream<String> lines = ssc.textFileStream(args[0]);
    DStream<String> words = lines.flatMap(x -> Arrays.asList(SPACE.split(x)).iterator());
    PairDStream<String, Integer> wordCounts =
        words.mapToPair(s -> new Tuple2<>(s, 1)).reduceByKey((i1, i2) -> i1 + i2);

    wordCounts.print();
    ssc.start();
    ssc.awaitTermination();
  }
}
