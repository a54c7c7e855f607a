package org.millrace.api.streaming;

import java.io.Serializable;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.millrace.api.HashPartitioner;
import org.millrace.api.PairRDD;
import org.millrace.api.RDD;
import org.millrace.api.RDDLike;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.function.FlatMapFunction;
import org.millrace.api.function.Function;
import org.millrace.api.function.Function2;
import org.millrace.api.function.PairFlatMapFunction;
import org.millrace.api.function.PairFunction;
import org.millrace.api.function.VoidFunction;
import org.millrace.api.function.VoidFunction2;
import org.millrace.api.graph.BatchFunction;
import org.millrace.api.graph.Compositions;
import org.millrace.api.graph.DerivedStreamNode;
import org.millrace.api.graph.NarrowNode;
import org.millrace.api.graph.NodeLabel;
import org.millrace.api.graph.Operator;
import org.millrace.api.graph.RddNode;
import org.millrace.api.graph.StreamNode;
import org.millrace.api.graph.UnionNode;

/**
 * What {@link DStream} and {@link PairDStream} have in common.
 *
 * <p>A stream is a sequence of datasets, one for each batch. A transformation describes a stream
 * each of whose datasets is the same operation on the dataset of that batch. Functions given to
 * {@code transform} and {@code foreachRDD} run in the driver and are never serialized; all others
 * run on executors, so they and what they capture must be serializable, which is checked when the
 * context starts. Functions must be deterministic in record and batch time, because a task can run
 * again.
 *
 * <p>Streams are defined by one thread before the context starts; later, each method that defines
 * something throws {@link MillraceException} with code CHANGE_AFTER_START.
 *
 * @param <T> type of the records
 * @param <S> the stream type itself
 * @param <R> type of the dataset of a batch
 */
public abstract class DStreamLike<T, S extends DStreamLike<T, S, R>, R extends RDDLike<T, R>> {
  private static final int PRINTED_BY_DEFAULT = 10;

  private final StreamingContext context;
  private final StreamNode node;

  DStreamLike(StreamingContext context, StreamNode node) {
    this.context = Objects.requireNonNull(context, "context");
    this.node = Objects.requireNonNull(node, "node");
  }

  /** A stream of the same type as this one. */
  abstract S wrap(StreamNode newNode);

  /** The typed dataset of a batch of this stream; for engines and test kits. */
  public abstract R wrapRDD(RddNode rdd);

  /** The context in which the stream is defined. */
  public final StreamingContext context() {
    return context;
  }

  /** The logical graph of this stream; for engines. */
  public final StreamNode node() {
    return node;
  }

  // ---- transformations

  /** One record for one. */
  public <U> DStream<U> map(Function<T, U> f) {
    return new DStream<>(context, narrow("map", Operator.MAP, f, false));
  }

  /** One pair for one record. */
  public <K, V> PairDStream<K, V> mapToPair(PairFunction<T, K, V> f) {
    return new PairDStream<>(context, narrow("mapToPair", Operator.MAP_TO_PAIR, f, false));
  }

  /** Zero or more records for one. */
  public <U> DStream<U> flatMap(FlatMapFunction<T, U> f) {
    return new DStream<>(context, narrow("flatMap", Operator.FLAT_MAP, f, false));
  }

  /** Zero or more pairs for one record. */
  public <K, V> PairDStream<K, V> flatMapToPair(PairFlatMapFunction<T, K, V> f) {
    return new PairDStream<>(context, narrow("flatMapToPair", Operator.FLAT_MAP_TO_PAIR, f, false));
  }

  /** Any records for the iterator over a partition; called once for each partition of a batch. */
  public <U> DStream<U> mapPartitions(FlatMapFunction<Iterator<T>, U> f) {
    return new DStream<>(context, narrow("mapPartitions", Operator.MAP_PARTITIONS, f, false));
  }

  /** Any pairs for the iterator over a partition; called once for each partition of a batch. */
  public <K, V> PairDStream<K, V> mapPartitionsToPair(PairFlatMapFunction<Iterator<T>, K, V> f) {
    return new PairDStream<>(
        context, narrow("mapPartitionsToPair", Operator.MAP_PARTITIONS_TO_PAIR, f, false));
  }

  /** The records for which the function is true. */
  public S filter(Function<T, Boolean> f) {
    return wrap(narrow("filter", Operator.FILTER, f, true));
  }

  /** In each batch the partitions of this stream, then those of the other one. */
  public S union(S that) {
    context.requireSame(that.context(), node.slide(), that.node().slide(), "union");
    NodeLabel label = context.label("union", node.slide());
    return wrap(
        new DerivedStreamNode(
            label,
            List.of(node, that.node()),
            (parents, batchTime) -> new UnionNode(parents, label.description()),
            List.of()));
  }

  /** In each batch the same records spread evenly over {@code numPartitions} partitions. */
  public S repartition(int numPartitions) {
    new HashPartitioner(numPartitions); // refuses a number below 1 here rather than in each batch
    return wrap(
        derived(
            "repartition",
            label ->
                (parents, batchTime) ->
                    Compositions.repartition(parents.get(0), numPartitions, label.description())));
  }

  /** One element in each batch: the number of records, also for an empty batch: 0. */
  public DStream<Long> count() {
    return new DStream<>(
        context,
        derived(
            "count",
            label ->
                (parents, batchTime) ->
                    Compositions.count(
                        parents.get(0), context.defaultParallelism(), label.description())));
  }

  /** In each batch a pair of each distinct record and how often it occurs. */
  public PairDStream<T, Long> countByValue() {
    return new PairDStream<>(
        context,
        derived(
            "countByValue",
            label ->
                (parents, batchTime) ->
                    Compositions.countByValue(
                        parents.get(0),
                        new HashPartitioner(context.defaultParallelism()),
                        label.description())));
  }

  /** {@link #countByValue()} into so many partitions. */
  public PairDStream<T, Long> countByValue(int numPartitions) {
    HashPartitioner partitioner = new HashPartitioner(numPartitions);
    return new PairDStream<>(
        context,
        derived(
            "countByValue",
            label ->
                (parents, batchTime) ->
                    Compositions.countByValue(parents.get(0), partitioner, label.description())));
  }

  /** One element in each batch that has records: they reduced by an associative function. */
  public DStream<T> reduce(Function2<T, T, T> f) {
    return new DStream<>(
        context,
        derived(
            "reduce",
            label ->
                (parents, batchTime) -> Compositions.reduce(parents.get(0), f, label.description()),
            f));
  }

  /** In each batch the dataset that a function makes of this stream's; runs in the driver. */
  public <U> DStream<U> transform(Function<R, RDD<U>> f) {
    return new DStream<>(context, transformed("transform", (rdd, batchTime) -> f.call(rdd)));
  }

  /** {@link #transform(Function)} with the time of the batch. */
  public <U> DStream<U> transform(Function2<R, Time, RDD<U>> f) {
    return new DStream<>(context, transformed("transform", f::call));
  }

  /** In each batch the dataset of pairs that a function makes of this stream's. */
  public <K, V> PairDStream<K, V> transformToPair(Function<R, PairRDD<K, V>> f) {
    return new PairDStream<>(
        context, transformed("transformToPair", (rdd, batchTime) -> f.call(rdd)));
  }

  /** {@link #transformToPair(Function)} with the time of the batch. */
  public <K, V> PairDStream<K, V> transformToPair(Function2<R, Time, PairRDD<K, V>> f) {
    return new PairDStream<>(context, transformed("transformToPair", f::call));
  }

  // ---- outputs

  /** Calls a function in the driver with the dataset of each batch. */
  public void foreachRDD(VoidFunction<R> f) {
    context.addForEach("foreachRDD", node, (rdd, batchTime) -> f.call(wrapRDD(rdd)));
  }

  /** Calls a function in the driver with the dataset and the time of each batch. */
  public void foreachRDD(VoidFunction2<R, Time> f) {
    context.addForEach("foreachRDD", node, (rdd, batchTime) -> f.call(wrapRDD(rdd), batchTime));
  }

  /** Prints the first ten records of each batch in the driver. */
  public void print() {
    print(PRINTED_BY_DEFAULT);
  }

  /**
   * Prints the first {@code num} records of each batch on the driver's standard output, below the
   * batch time between two lines of 43 dashes, then {@code ...} if there are more, and a blank
   * line.
   */
  public void print(int num) {
    context.addForEach(
        "print",
        node,
        (rdd, batchTime) -> BatchPrinter.print(wrapRDD(rdd).take(num + 1), num, batchTime));
  }

  /** Writes each batch as text files into a directory {@code prefix-TIME}, time in milliseconds. */
  public void saveAsTextFiles(String prefix) {
    saveAsTextFiles(prefix, "");
  }

  /**
   * Writes each batch as text files into a directory {@code prefix-TIME.suffix}, time in
   * milliseconds; null or empty prefix and suffix are left out with their dash and dot. The
   * directory appears as a whole when the batch is committed.
   */
  public void saveAsTextFiles(String prefix, String suffix) {
    context.addTextFiles(node, prefix == null ? "" : prefix, suffix == null ? "" : suffix);
  }

  // ---- what the transformations of subclasses share

  /** Gives the function of a stream its label, so that datasets know their place. */
  @FunctionalInterface
  interface LabelledFunction {
    BatchFunction with(NodeLabel label);
  }

  /** An operation on this stream; {@code shipped} are the functions that go to executors. */
  final StreamNode derived(String name, LabelledFunction function, Object... shipped) {
    for (Object f : shipped) {
      Objects.requireNonNull(f, "the function is null");
    }
    NodeLabel label = context.label(name, node.slide());
    return new DerivedStreamNode(label, List.of(node), function.with(label), List.of(shipped));
  }

  final StreamNode narrow(
      String name, Operator operator, Serializable f, boolean keepsPartitioning) {
    return derived(
        name,
        label ->
            (parents, batchTime) ->
                new NarrowNode(parents.get(0), operator, f, keepsPartitioning, label.description()),
        f);
  }

  /** What a program's function makes of a typed dataset. */
  @FunctionalInterface
  private interface Transformation<R> {
    RDDLike<?, ?> apply(R rdd, Time batchTime) throws Exception;
  }

  private StreamNode transformed(String name, Transformation<R> f) {
    return derived(
        name,
        label ->
            (parents, batchTime) -> {
              RDDLike<?, ?> result = f.apply(wrapRDD(parents.get(0)), batchTime);
              if (result == null) {
                throw new MillraceException(
                    ErrorCode.NULL_RDD,
                    "the function of "
                        + label.description()
                        + " gave null for the batch of "
                        + batchTime
                        + "; to give no records, return context().sparkContext().emptyRDD()");
              }
              return result.node();
            });
  }
}
