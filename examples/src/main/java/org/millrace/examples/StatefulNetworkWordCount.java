package org.millrace.examples;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.millrace.api.Optional;
import org.millrace.api.PairRDD;
import org.millrace.api.StreamingConf;
import org.millrace.api.Tuple2;
import org.millrace.api.function.Function3;
import org.millrace.api.streaming.DStream;
import org.millrace.api.streaming.Durations;
import org.millrace.api.streaming.MapWithStateDStream;
import org.millrace.api.streaming.PairDStream;
import org.millrace.api.streaming.State;
import org.millrace.api.streaming.StateSpec;
import org.millrace.api.streaming.StreamingContext;

/**
 * Counts words over the whole run: each batch prints the new counts of its words.
 *
 * <p>Arguments: host and port of a TCP server, or nothing for made-up lines.
 */
public final class StatefulNetworkWordCount {
  private static final Pattern SPACE = Pattern.compile(" ");

  private StatefulNetworkWordCount() {}

  /** Runs until it is stopped. */
  public static void main(String[] args) throws Exception {
    StreamingConf conf = new StreamingConf().setAppName("StatefulNetworkWordCount");
    StreamingContext ssc = new StreamingContext(conf, Durations.seconds(1));
    ssc.checkpoint(Arguments.workDirectory("stateful-network-word-count"));

    // The counts to begin with
    List<Tuple2<String, Integer>> known =
        List.of(new Tuple2<>("hello", 1), new Tuple2<>("world", 1));
    PairRDD<String, Integer> initial = ssc.sparkContext().parallelizePairs(known);

    DStream<String> lines =
        GeneratedLines.orSocket(
            ssc, args, "stateful-network-word-count", GeneratedLines.Kind.WORDS);
    PairDStream<String, Integer> ones =
        lines
            .flatMap(line -> Arrays.asList(SPACE.split(line)).iterator())
            .mapToPair(word -> new Tuple2<>(word, 1));

    // Called for each word of a batch, with the count so far
    Function3<String, Optional<Integer>, State<Integer>, Tuple2<String, Integer>> count =
        (word, one, state) -> {
          int sum = one.orElse(0) + (state.exists() ? state.get() : 0);
          state.update(sum);
          return new Tuple2<>(word, sum);
        };
    MapWithStateDStream<String, Integer, Integer, Tuple2<String, Integer>> counts =
        ones.mapWithState(StateSpec.function(count).initialState(initial));

    counts.print();
    ssc.start();
    ssc.awaitTermination();
  }
}
