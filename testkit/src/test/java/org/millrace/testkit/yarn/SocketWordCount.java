package org.millrace.testkit.yarn;

import java.util.Arrays;
import org.millrace.api.StreamingConf;
import org.millrace.api.Tuple2;
import org.millrace.api.storage.StorageLevel;
import org.millrace.api.streaming.Durations;
import org.millrace.api.streaming.StreamingContext;

/** Counts the words of lines from a socket, each second. */
public final class SocketWordCount {
  private SocketWordCount() {}

  /** Arguments: checkpoint directory, port of the source on this host, prefix of the outputs. */
  public static void main(String[] arguments) throws Exception {
    StreamingContext context = new StreamingContext(new StreamingConf(), Durations.seconds(1));
    context.checkpoint(arguments[0]);
    context
        .socketTextStream("127.0.0.1", Integer.parseInt(arguments[1]), StorageLevel.MEMORY_ONLY)
        .flatMap(line -> Arrays.asList(line.split(" ", -1)).iterator())
        .mapToPair(word -> new Tuple2<>(word, 1))
        .reduceByKey(Integer::sum)
        .saveAsTextFiles(arguments[2], "");
    context.start();
    context.awaitTermination();
  }
}
