package org.millrace.benchmarks.spark;

import org.apache.spark.Partition;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;
import org.apache.spark.rdd.RDD;
import scala.collection.AbstractIterator;
import scala.collection.Iterator;
import scala.collection.immutable.Nil$;
import scala.collection.immutable.Seq;
import scala.reflect.ClassTag;

/** Records of the pool, a contiguous share for each partition; each is a fresh String. */
final class GeneratedRdd extends RDD<String> {
  private static final long serialVersionUID = 1L;

  /** Not part of a task: a JVM has one input. */
  private static volatile Input input;

  private final long from;
  private final long to;
  private final int partitions;

  /** All records there are. */
  interface Input {
    /** From (inclusive) to (exclusive). */
    java.util.Iterator<String> reader(long from, long to);
  }

  GeneratedRdd(SparkContext context, long from, long to, int partitions) {
    super(context, none(), ClassTag.apply(String.class));
    this.from = from;
    this.to = to;
    this.partitions = partitions;
  }

  @SuppressWarnings("unchecked") // Of what it is a list, an empty one does not say.
  private static <T> Seq<T> none() {
    return (Seq<T>) Nil$.MODULE$;
  }

  /** The input of this JVM. */
  static void readFrom(Input records) {
    input = records;
  }

  @Override
  public Partition[] getPartitions() {
    Partition[] all = new Partition[partitions];
    for (int i = 0; i < partitions; i++) {
      all[i] = new Share(i, start(i), start(i + 1));
    }
    return all;
  }

  private long start(int partition) {
    return from + (to - from) * partition / partitions;
  }

  @Override
  public Iterator<String> compute(Partition split, TaskContext context) {
    Share share = (Share) split;
    return share.from == share.to
        ? scala.collection.Iterator$.MODULE$.empty()
        : new Records(input.reader(share.from, share.to));
  }

  /** A partition. */
  private static final class Share implements Partition {
    private static final long serialVersionUID = 1L;
    private final int index;
    private final long from;
    private final long to;

    Share(int index, long from, long to) {
      this.index = index;
      this.from = from;
      this.to = to;
    }

    @Override
    public int index() {
      return index;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Share share
          && index == share.index
          && from == share.from
          && to == share.to;
    }

    @Override
    public int hashCode() {
      return index;
    }
  }

  private static final class Records extends AbstractIterator<String> {
    private final java.util.Iterator<String> reader;

    Records(java.util.Iterator<String> reader) {
      this.reader = reader;
    }

    @Override
    public boolean hasNext() {
      return reader.hasNext();
    }

    @Override
    public String next() {
      return reader.next();
    }
  }
}
