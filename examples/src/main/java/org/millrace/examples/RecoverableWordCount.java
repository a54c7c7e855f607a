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
 * Counts the words of new files in a directory and saves the counts of each second, each file in
 * exactly one of them: kill it at any time and start it again with the same arguments.
 *
 * <p>Arguments: the directory with the files, the checkpoint directory, and the beginning of the
 * paths of the output directories, {@code PREFIX-TIME}.
 */
public final class RecoverableWordCount {
  private static final Pattern SPACE = Pattern.compile(" ");

  private RecoverableWordCount() {}

  /** Runs until it is stopped. */
  public static void main(String[] args) throws Exception {
    Arguments.require(
        args, "recoverable-word-count", "<directory>", "<checkpoint-directory>", "<output-prefix>");

    // Goes on with what the checkpoint directory holds; starts for the first time when it is empty
    StreamingContext ssc = StreamingContext.getOrCreate(args[1], () -> create(args[0], args[2]));
    ssc.start();
    ssc.awaitTermination();
  }

  /** Called at every start: the checkpoint holds no code. */
  private static StreamingContext create(String directory, String outputPrefix) {
    StreamingConf conf = new StreamingConf().setAppName("RecoverableWordCount");
    StreamingContext ssc = new StreamingContext(conf, Durations.seconds(1));

    DStream<String> lines = ssc.textFileStream(directory).uid("lines");
    PairDStream<String, Integer> counts =
        lines
            .flatMap(line -> Arrays.asList(SPACE.split(line)).iterator())
            .mapToPair(word -> new Tuple2<>(word, 1))
            .reduceByKey((a, b) -> a + b);

    counts.print();
    counts.saveAsTextFiles(outputPrefix, "");
    return ssc;
  }
}
