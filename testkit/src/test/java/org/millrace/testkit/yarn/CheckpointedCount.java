package org.millrace.testkit.yarn;

import org.millrace.api.StreamingConf;
import org.millrace.api.Tuple2;
import org.millrace.api.streaming.Durations;
import org.millrace.api.streaming.StreamingContext;

/** Counts the lines of files, each second, and goes on from its checkpoint. */
public final class CheckpointedCount {
  private CheckpointedCount() {}

  /** Arguments: checkpoint directory, input directory, prefix of the outputs. */
  public static void main(String[] arguments) throws Exception {
    String checkpoint = arguments[0];
    StreamingContext context =
        StreamingContext.getOrCreate(
            checkpoint, () -> define(checkpoint, arguments[1], arguments[2]));
    context.start();
    context.awaitTermination();
  }

  private static StreamingContext define(String checkpoint, String input, String outputs) {
    StreamingContext context = new StreamingContext(new StreamingConf(), Durations.seconds(1));
    context.checkpoint(checkpoint);
    context
        .textFileStream(input)
        .mapToPair(line -> new Tuple2<>(line, 1))
        .reduceByKey(Integer::sum)
        .saveAsTextFiles(outputs, "");
    return context;
  }
}
