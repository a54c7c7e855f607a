package org.millrace.testkit.yarn;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.millrace.api.Optional;
import org.millrace.api.PairRDD;
import org.millrace.api.StreamingConf;
import org.millrace.api.Tuple2;
import org.millrace.api.function.Function3;
import org.millrace.api.storage.StorageLevel;
import org.millrace.api.streaming.Durations;
import org.millrace.api.streaming.State;
import org.millrace.api.streaming.StateSpec;
import org.millrace.api.streaming.StreamingContext;
import org.millrace.testkit.source.NumberedLinesReceiver;

/**
 * Keeps a million keys from the start on, each at a thousand, and adds one for each line with its
 * number; writes how far each key that it met is above the thousand.
 */
public final class StatefulMillion {
  private static final int KEYS = 1_000_000;
  private static final int BEGINNING = 1_000;

  private StatefulMillion() {}

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
    Function3<String, Optional<Integer>, State<Integer>, Tuple2<String, Integer>> count =
        (key, one, state) -> {
          int sum = one.orElse(0) + (state.exists() ? state.get() : 0);
          state.update(sum);
          return new Tuple2<>(key, sum - BEGINNING);
        };
    context
        .receiverStream(new NumberedLinesReceiver("127.0.0.1", port, StorageLevel.MEMORY_ONLY))
        .mapToPair(line -> new Tuple2<>(line.split(" ", 3)[1], 1))
        .mapWithState(StateSpec.function(count).initialState(keys(context)))
        .saveAsTextFiles(outputs, "");
    return context;
  }

  private static PairRDD<String, Integer> keys(StreamingContext context) {
    List<Integer> thousands = new ArrayList<>(IntStream.range(0, KEYS / 1_000).boxed().toList());
    return context
        .sparkContext()
        .parallelize(thousands, 8)
        .flatMapToPair(
            thousand ->
                IntStream.range(thousand * 1_000, (thousand + 1) * 1_000)
                    .mapToObj(key -> new Tuple2<>(Integer.toString(key), BEGINNING))
                    .iterator());
  }
}
