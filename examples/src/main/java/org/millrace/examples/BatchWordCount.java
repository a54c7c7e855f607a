package org.millrace.examples;

import java.util.Arrays;
import java.util.List;
import org.millrace.api.BatchContext;
import org.millrace.api.RDD;
import org.millrace.api.StreamingConf;
import org.millrace.api.Tuple2;

/**
 * Counts the words of files once, and prints the ten most frequent ones.
 *
 * <p>Argument: a file, directory or glob, or nothing for a few lines of the program's own.
 */
public final class BatchWordCount {
  private static final int SHOWN = 10;
  private static final List<String> LINES =
      List.of("to be or not to be", "that is the question", "to be is to do");

  private BatchWordCount() {}

  /** Runs once. */
  public static void main(String[] args) {
    try (BatchContext context =
        new BatchContext(new StreamingConf().setAppName("BatchWordCount"))) {
      RDD<String> lines;
      if (args.length == 0) {
        lines = context.parallelize(LINES);
      } else {
        Arguments.require(args, "batch-word-count", "<path>");
        lines = context.textFile(args[0]);
      }
      List<Tuple2<Integer, String>> most =
          lines
              .flatMap(line -> Arrays.asList(line.split("\\s+")).iterator())
              .filter(word -> !word.isEmpty())
              .mapToPair(word -> new Tuple2<>(word, 1))
              .reduceByKey((a, b) -> a + b)
              .mapToPair(Tuple2::swap)
              .sortByKey(false)
              .take(SHOWN);
      most.forEach(entry -> System.out.println(entry._2() + " " + entry._1()));
    }
  }
}
