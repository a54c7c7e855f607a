package org.millrace.testkit.yarn;

import org.millrace.api.StreamingConf;
import org.millrace.api.Tuple2;
import org.millrace.api.storage.StorageLevel;
import org.millrace.api.streaming.Durations;
import org.millrace.api.streaming.StreamingContext;
import org.millrace.testkit.source.NumberedLinesReceiver;

/** Counts the lines of a reliable receiver, each second, and goes on from its checkpoint. */
public final class CheckpointedReceiver {
  private CheckpointedReceiver() {}

  /** Arguments: checkpoint directory, port of the source on this host, prefix of the outputs. */
  public static void main(String[] arguments) throws Exception {
    String checkpoint = arguments[0];
    StreamingContext context =
        StreamingContext.getOrCreate(
            checkpoint, () -> define(checkpoint, Integer.parseInt(arguments[1]), arguments[2]));
    context.start();
    context.awaitTermination();
  }

  private static StreamingContext define(String checkpoint, int port, String outputs) {
    StreamingContext context = new StreamingContext(new StreamingConf(), Durations.seconds(1));
    context.checkpoint(checkpoint);
    context
        .receiverStream(new NumberedLinesReceiver("127.0.0.1", port, StorageLevel.MEMORY_ONLY))
        .mapToPair(line -> new Tuple2<>(line.split(" ", 3)[1], 1))
        .reduceByKey(Integer::sum)
        .saveAsTextFiles(outputs, "");
    return context;
  }
}
