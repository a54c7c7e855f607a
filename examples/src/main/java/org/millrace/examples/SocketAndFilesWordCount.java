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
 * Counts the words that come through a socket and in new files of a directory, each second; shows
 * some of them and saves all.
 *
 * <p>Arguments: host and port of a server of text lines, the directory, and the prefix of the
 * directories that the counts go to, such as {@code hdfs:///counts/batch}.
 */
public final class SocketAndFilesWordCount {
  private static final Pattern SPACE = Pattern.compile("\\s+");

  private SocketAndFilesWordCount() {}

  /** Runs until it is stopped. */
  public static void main(String[] args) throws Exception {
    Arguments.require(
        args,
        "socket-and-files-word-count",
        "<hostname>",
        "<port>",
        "<directory>",
        "<output-prefix>");

    StreamingContext ssc =
        define(new StreamingConf(), args[0], Arguments.port(args[1]), args[2], args[3]);
    ssc.start();
    ssc.awaitTermination();
  }

  /** The program, ready to be started. */
  public static StreamingContext define(
      StreamingConf conf, String host, int port, String directory, String outputPrefix) {
    StreamingContext ssc =
        new StreamingContext(
            conf.setIfMissing("millrace.app.name", "word count"), Durations.seconds(1));

    DStream<String> lines = ssc.socketTextStream(host, port).union(ssc.textFileStream(directory));
    PairDStream<String, Integer> counts =
        lines
            .flatMap(line -> Arrays.asList(SPACE.split(line)).iterator())
            .filter(word -> !word.isEmpty())
            .mapToPair(word -> new Tuple2<>(word, 1))
            .reduceByKey(Integer::sum);

    counts.print();
    counts.saveAsTextFiles(outputPrefix, "");
    return ssc;
  }
}
