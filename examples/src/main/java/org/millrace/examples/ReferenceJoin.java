package org.millrace.examples;

import java.util.Arrays;
import java.util.List;
import org.millrace.api.PairRDD;
import org.millrace.api.StreamingConf;
import org.millrace.api.Tuple2;
import org.millrace.api.accumulator.LongAccumulator;
import org.millrace.api.broadcast.Broadcast;
import org.millrace.api.streaming.DStream;
import org.millrace.api.streaming.Durations;
import org.millrace.api.streaming.PairDStream;
import org.millrace.api.streaming.StreamingContext;

/**
 * Joins the words of each batch with a dataset that says what they are, and counts those that are
 * on a list of words to leave out.
 *
 * <p>Arguments: host and port of a TCP server, or nothing for made-up lines.
 */
public final class ReferenceJoin {
  private ReferenceJoin() {}

  /** Runs until it is stopped. */
  public static void main(String[] args) throws Exception {
    StreamingConf conf = new StreamingConf().setAppName("ReferenceJoin");
    StreamingContext ssc = new StreamingContext(conf, Durations.seconds(1));

    PairRDD<String, String> kinds =
        ssc.sparkContext()
            .parallelizePairs(
                List.of(
                    new Tuple2<>("stream", "model"),
                    new Tuple2<>("batch", "model"),
                    new Tuple2<>("driver", "process"),
                    new Tuple2<>("executor", "process")))
            .cache();
    Broadcast<List<String>> leftOut = ssc.sparkContext().broadcast(List.of("block", "state"));
    LongAccumulator dropped = ssc.sparkContext().longAccumulator("words left out");

    DStream<String> lines =
        GeneratedLines.orSocket(ssc, args, "reference-join", GeneratedLines.Kind.WORDS);
    PairDStream<String, Integer> counts =
        lines
            .flatMap(line -> Arrays.asList(line.split(" ")).iterator())
            .filter(
                word -> {
                  boolean drop = leftOut.value().contains(word);
                  if (drop) {
                    dropped.add(1);
                  }
                  return !drop;
                })
            .mapToPair(word -> new Tuple2<>(word, 1))
            .reduceByKey((a, b) -> a + b);
    PairDStream<String, Tuple2<Integer, String>> known =
        counts.transformToPair(rdd -> rdd.join(kinds));

    known.foreachRDD(
        (rdd, time) ->
            System.out.println(
                time + " " + rdd.collect() + ", left out so far " + dropped.value()));
    ssc.start();
    ssc.awaitTermination();
  }
}
