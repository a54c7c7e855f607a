package org.millrace.benchmarks.scale;

import java.util.List;
import org.millrace.api.BatchContext;
import org.millrace.api.Optional;
import org.millrace.api.Tuple2;
import org.millrace.api.storage.StorageLevel;
import org.millrace.api.streaming.DStream;
import org.millrace.api.streaming.Duration;
import org.millrace.api.streaming.PairDStream;
import org.millrace.api.streaming.StreamingContext;
import org.millrace.api.streaming.receiver.Receiver;

/** The program that the driver runs: words of receivers, counted. */
public enum ScaleProgram {
  /** In each batch. */
  COUNT {
    @Override
    PairDStream<String, Integer> counts(PairDStream<String, Integer> ones, int partitions) {
      return ones.reduceByKey(Integer::sum, partitions);
    }
  },
  /** Over all batches. */
  STATE {
    @Override
    PairDStream<String, Integer> counts(PairDStream<String, Integer> ones, int partitions) {
      return ones.updateStateByKey(ScaleProgram::added, partitions);
    }
  },
  /** Over 30 s, with an inverse function. */
  WINDOW {
    @Override
    PairDStream<String, Integer> counts(PairDStream<String, Integer> ones, int partitions) {
      return ones.reduceByKeyAndWindow(
          Integer::sum,
          (all, old) -> all - old,
          new Duration(30_000),
          new Duration(1_000),
          partitions,
          count -> count._2() > 0);
    }
  };

  abstract PairDStream<String, Integer> counts(PairDStream<String, Integer> ones, int partitions);

  /**
   * Defines the program; it has one shuffle and one output.
   *
   * @param checkpoint where state is kept that is kept
   */
  StreamingContext define(BatchContext context, int receivers, int partitions, String checkpoint) {
    StreamingContext streaming = new StreamingContext(context, new Duration(1_000));
    if (this != COUNT) {
      streaming.checkpoint(checkpoint);
    }
    DStream<String> words = streaming.receiverStream(new Words());
    if (receivers > 1) {
      @SuppressWarnings({"unchecked", "rawtypes"}) // an array of a generic type
      DStream<String>[] all = new DStream[receivers];
      all[0] = words;
      for (int i = 1; i < receivers; i++) {
        all[i] = streaming.receiverStream(new Words());
      }
      words = streaming.union(all);
    }
    counts(words.mapToPair(word -> new Tuple2<>(word, 1)), partitions)
        .foreachRDD(rdd -> rdd.foreachPartition(counts -> {}));
    return streaming;
  }

  private static Optional<Integer> added(List<Integer> values, Optional<Integer> total) {
    return Optional.of(total.orElse(0) + values.size());
  }

  /** Never runs: executors are simulated. */
  private static final class Words extends Receiver<String> {
    private static final long serialVersionUID = 1L;

    Words() {
      super(StorageLevel.MEMORY_ONLY);
    }

    @Override
    public void onStart() {
      throw new UnsupportedOperationException("it is simulated");
    }

    @Override
    public void onStop() {
      throw new UnsupportedOperationException("it is simulated");
    }
  }
}
