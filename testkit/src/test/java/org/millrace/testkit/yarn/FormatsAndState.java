package org.millrace.testkit.yarn;

import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.io.IntWritable;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.mapred.SequenceFileOutputFormat;
import org.apache.hadoop.mapreduce.lib.output.TextOutputFormat;
import org.millrace.api.Optional;
import org.millrace.api.PairRDD;
import org.millrace.api.StreamingConf;
import org.millrace.api.Tuple2;
import org.millrace.api.streaming.Duration;
import org.millrace.api.streaming.PairDStream;
import org.millrace.api.streaming.StreamingContext;

/**
 * A program that a test submits: counts words of new files against weights of a sequence file, by
 * batch, by window and for ever, and saves all of it in Hadoop's formats.
 *
 * <p>Arguments: a directory on HDFS with {@code in} and {@code weights.seq}.
 */
public final class FormatsAndState {
  static final long INTERVAL_MS = 2_000;
  static final int BATCHES_OF_A_WINDOW = 3;

  private FormatsAndState() {}

  /** Runs until it is stopped. */
  public static void main(String[] args) throws Exception {
    String root = args[0];
    StreamingContext context = new StreamingContext(new StreamingConf(), new Duration(INTERVAL_MS));
    context.checkpoint(root + "/checkpoint");
    PairRDD<String, Integer> weights =
        context
            .sparkContext()
            .sequenceFile(root + "/weights.seq", Text.class, IntWritable.class, 4)
            .mapToPair(pair -> new Tuple2<>(pair._1().toString(), pair._2().get()))
            .reduceByKey(Integer::sum)
            .cache();
    PairDStream<String, Integer> ones =
        context
            .textFileStream(root + "/in")
            .flatMap(line -> Arrays.asList(line.split(" ")).iterator())
            .mapToPair(word -> new Tuple2<>(word, 1));

    ones.reduceByKey(Integer::sum)
        .transformToPair(counts -> counts.join(weights))
        .mapToPair(
            pair ->
                new Tuple2<>(new Text(pair._1()), new IntWritable(pair._2()._1() * pair._2()._2())))
        .saveAsHadoopFiles(
            root + "/weighted/batch",
            "seq",
            Text.class,
            IntWritable.class,
            SequenceFileOutputFormat.class);
    save(
        ones.reduceByKeyAndWindow(
            Integer::sum,
            (sum, old) -> sum - old,
            new Duration(BATCHES_OF_A_WINDOW * INTERVAL_MS),
            new Duration(INTERVAL_MS),
            2,
            pair -> pair._2() > 0),
        root + "/inverse/batch");
    save(
        ones.reduceByKeyAndWindow(
            Integer::sum,
            new Duration(BATCHES_OF_A_WINDOW * INTERVAL_MS),
            new Duration(INTERVAL_MS)),
        root + "/windows/batch");
    save(ones.updateStateByKey(FormatsAndState::total), root + "/totals/batch");
    context.start();
    context.awaitTermination();
  }

  private static void save(PairDStream<String, Integer> counts, String prefix) {
    counts.saveAsNewAPIHadoopFiles(prefix, "", String.class, Integer.class, TextOutputFormat.class);
  }

  private static Optional<Integer> total(List<Integer> ones, Optional<Integer> before) {
    return Optional.of(before.orElse(0) + ones.size());
  }
}
