package org.millrace.benchmarks.spark;

import org.apache.spark.rdd.RDD;
import org.apache.spark.streaming.StreamingContext;
import org.apache.spark.streaming.Time;
import org.apache.spark.streaming.dstream.InputDStream;
import scala.Option;
import scala.reflect.ClassTag;

/** A direct input: each batch has as many records as {@link Batches} says. */
final class GeneratedStream extends InputDStream<String> {
  private static final long serialVersionUID = 1L;
  private final int partitions;

  GeneratedStream(StreamingContext context, int partitions) {
    super(context, ClassTag.apply(String.class));
    this.partitions = partitions;
  }

  @Override
  public void start() {}

  @Override
  public void stop() {}

  @Override
  public Option<RDD<String>> compute(Time validTime) {
    Batches.Share share = Batches.current().cut(validTime.milliseconds());
    return Option.apply(
        new GeneratedRdd(context().sparkContext(), share.from(), share.to(), partitions));
  }
}
