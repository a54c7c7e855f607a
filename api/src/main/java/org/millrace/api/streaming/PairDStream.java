package org.millrace.api.streaming;

import java.util.function.Supplier;
import org.millrace.api.HashPartitioner;
import org.millrace.api.PairRDD;
import org.millrace.api.Partitioner;
import org.millrace.api.Tuple2;
import org.millrace.api.function.FlatMapFunction;
import org.millrace.api.function.Function;
import org.millrace.api.function.Function2;
import org.millrace.api.graph.Combining;
import org.millrace.api.graph.Compositions;
import org.millrace.api.graph.Operator;
import org.millrace.api.graph.RddNode;
import org.millrace.api.graph.ShuffleNode;
import org.millrace.api.graph.StreamNode;

/**
 * A stream of pairs of key and value.
 *
 * <p>Operations by key that name neither partitioner nor number of partitions use a {@link
 * HashPartitioner} with default parallelism partitions. Their results are in the order in which
 * keys were first seen, within each partition of a batch.
 *
 * @param <K> type of the keys
 * @param <V> type of the values
 */
public class PairDStream<K, V> extends DStreamLike<Tuple2<K, V>, PairDStream<K, V>, PairRDD<K, V>> {
  PairDStream(StreamingContext context, StreamNode node) {
    super(context, node);
  }

  /** The stream of pairs as one whose records have a key and a value. */
  public static <K, V> PairDStream<K, V> fromDStream(DStream<Tuple2<K, V>> stream) {
    return new PairDStream<>(stream.context(), stream.node());
  }

  /** The same stream with pairs as plain records. */
  public DStream<Tuple2<K, V>> toDStream() {
    return new DStream<>(context(), node());
  }

  @Override
  PairDStream<K, V> wrap(StreamNode newNode) {
    return new PairDStream<>(context(), newNode);
  }

  @Override
  public PairRDD<K, V> wrapRDD(RddNode rdd) {
    return new PairRDD<>(context().sparkContext(), rdd);
  }

  /** The same keys with other values. */
  public <W> PairDStream<K, W> mapValues(Function<V, W> f) {
    return new PairDStream<>(context(), narrow("mapValues", Operator.MAP_VALUES, f, true));
  }

  /** The same keys with zero or more values for one. */
  public <W> PairDStream<K, W> flatMapValues(FlatMapFunction<V, W> f) {
    return new PairDStream<>(context(), narrow("flatMapValues", Operator.FLAT_MAP_VALUES, f, true));
  }

  /** In each batch one pair for each key: its values reduced by an associative function. */
  public PairDStream<K, V> reduceByKey(Function2<V, V, V> f) {
    return reduceByKey(f, defaultPartitioner());
  }

  /** {@link #reduceByKey(Function2)} into so many partitions. */
  public PairDStream<K, V> reduceByKey(Function2<V, V, V> f, int numPartitions) {
    return reduceByKey(f, new HashPartitioner(numPartitions));
  }

  /** {@link #reduceByKey(Function2)} with a partitioner. */
  public PairDStream<K, V> reduceByKey(Function2<V, V, V> f, Partitioner partitioner) {
    return reduceByKey(f, () -> partitioner);
  }

  private PairDStream<K, V> reduceByKey(Function2<V, V, V> f, Supplier<Partitioner> partitioner) {
    return wrap(
        derived(
            "reduceByKey",
            label ->
                (parents, batchTime) ->
                    new ShuffleNode(
                        parents.get(0),
                        partitioner.get(),
                        Combining.Combine.reduce(f),
                        label.description()),
            f));
  }

  /** In each batch one pair for each key with all its values in arrival order. */
  public PairDStream<K, Iterable<V>> groupByKey() {
    return groupByKey(defaultPartitioner());
  }

  /** {@link #groupByKey()} into so many partitions. */
  public PairDStream<K, Iterable<V>> groupByKey(int numPartitions) {
    return groupByKey(new HashPartitioner(numPartitions));
  }

  /** {@link #groupByKey()} with a partitioner. */
  public PairDStream<K, Iterable<V>> groupByKey(Partitioner partitioner) {
    return groupByKey(() -> partitioner);
  }

  private PairDStream<K, Iterable<V>> groupByKey(Supplier<Partitioner> partitioner) {
    return new PairDStream<>(
        context(),
        derived(
            "groupByKey",
            label ->
                (parents, batchTime) ->
                    new ShuffleNode(
                        parents.get(0),
                        partitioner.get(),
                        new Combining.Group(),
                        label.description())));
  }

  /** In each batch one pair for each key: its values combined into one of another type. */
  public <C> PairDStream<K, C> combineByKey(
      Function<V, C> createCombiner,
      Function2<C, V, C> mergeValue,
      Function2<C, C, C> mergeCombiners,
      Partitioner partitioner) {
    return combineByKey(createCombiner, mergeValue, mergeCombiners, partitioner, true);
  }

  /** {@code combineByKey} that may combine before values are moved, or may not. */
  public <C> PairDStream<K, C> combineByKey(
      Function<V, C> createCombiner,
      Function2<C, V, C> mergeValue,
      Function2<C, C, C> mergeCombiners,
      Partitioner partitioner,
      boolean mapSideCombine) {
    return new PairDStream<>(
        context(),
        derived(
            "combineByKey",
            label ->
                (parents, batchTime) ->
                    Compositions.combineByKey(
                        parents.get(0),
                        createCombiner,
                        mergeValue,
                        mergeCombiners,
                        partitioner,
                        mapSideCombine,
                        label.description()),
            createCombiner,
            mergeValue,
            mergeCombiners));
  }

  /** Asked in each batch, because executors may still be joining when the stream is defined. */
  private Supplier<Partitioner> defaultPartitioner() {
    return () -> new HashPartitioner(context().defaultParallelism());
  }
}
