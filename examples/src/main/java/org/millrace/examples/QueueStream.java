package org.millrace.examples;

import java.util.ArrayList;
import java.util.LinkedList;
import java.util.List;
import java.util.Queue;
import org.millrace.api.RDD;
import org.millrace.api.StreamingConf;
import org.millrace.api.Tuple2;
import org.millrace.api.streaming.DStream;
import org.millrace.api.streaming.Durations;
import org.millrace.api.streaming.PairDStream;
import org.millrace.api.streaming.StreamingContext;

/** Counts the numbers of thirty prepared datasets by their last digit, one dataset each second. */
public final class QueueStream {
  private static final int NUMBERS = 1000;
  private static final int DATASETS = 30;

  private QueueStream() {}

  /** Runs until it is stopped. */
  public static void main(String[] args) throws Exception {
    Arguments.require(args, "queue-stream");

    StreamingConf conf = new StreamingConf().setAppName("QueueStream");
    StreamingContext ssc = new StreamingContext(conf, Durations.seconds(1));

    // Create and push some RDDs into the queue
    List<Integer> list = new ArrayList<>();
    for (int i = 0; i < NUMBERS; i++) {
      list.add(i);
    }
    Queue<RDD<Integer>> rddQueue = new LinkedList<>();
    for (int i = 0; i < DATASETS; i++) {
      rddQueue.add(ssc.sparkContext().parallelize(list));
    }

    // Create the queue stream and use it to do some processing
    DStream<Integer> inputStream = ssc.queueStream(rddQueue);
    PairDStream<Integer, Integer> mappedStream =
        inputStream.mapToPair(i -> new Tuple2<>(i % 10, 1));
    PairDStream<Integer, Integer> reducedStream = mappedStream.reduceByKey((i1, i2) -> i1 + i2);

    reducedStream.print();
    ssc.start();
    ssc.awaitTermination();
  }
}
