package org.millrace.api;

import java.util.LinkedHashMap;
import java.util.Map;
import org.millrace.api.function.FlatMapFunction;
import org.millrace.api.function.Function;
import org.millrace.api.function.Function2;
import org.millrace.api.graph.Combining;
import org.millrace.api.graph.Compositions;
import org.millrace.api.graph.NarrowNode;
import org.millrace.api.graph.Operator;
import org.millrace.api.graph.RddNode;
import org.millrace.api.graph.ShuffleNode;

/**
 * A dataset of pairs of key and value.
 *
 * <p>Operations by key that name neither partitioner nor number of partitions use the partitioner
 * that the dataset has, else a {@link HashPartitioner} with {@code millrace.default.parallelism}
 * partitions if that is set, else with as many as the dataset has. Their results are in the order
 * in which keys were first seen, within each partition.
 *
 * @param <K> type of the keys
 * @param <V> type of the values
 */
public final class PairRDD<K, V> extends RDDLike<Tuple2<K, V>, PairRDD<K, V>> {
  /** The dataset that a node of the logical graph describes; for engines. */
  public PairRDD(BatchContext context, RddNode node) {
    super(context, node);
  }

  /** The dataset of pairs as one whose records have a key and a value. */
  public static <K, V> PairRDD<K, V> fromRDD(RDD<Tuple2<K, V>> rdd) {
    return new PairRDD<>(rdd.context(), rdd.node());
  }

  /** The same dataset with pairs as plain records. */
  public RDD<Tuple2<K, V>> toRDD() {
    return new RDD<>(context(), node());
  }

  @Override
  PairRDD<K, V> wrap(RddNode newNode) {
    return new PairRDD<>(context(), newNode);
  }

  /** The keys, in order, with repetitions. */
  public RDD<K> keys() {
    return new RDD<>(context(), narrow("keys", Operator.KEYS, null));
  }

  /** The values, in order. */
  public RDD<V> values() {
    return new RDD<>(context(), narrow("values", Operator.VALUES, null));
  }

  /** The same keys with other values; the partitioner is kept. */
  public <W> PairRDD<K, W> mapValues(Function<V, W> f) {
    return new PairRDD<>(
        context(),
        new NarrowNode(node(), Operator.MAP_VALUES, given(f), true, described("mapValues")));
  }

  /** The same keys with zero or more values for one; the partitioner is kept. */
  public <W> PairRDD<K, W> flatMapValues(FlatMapFunction<V, W> f) {
    return new PairRDD<>(
        context(),
        new NarrowNode(
            node(), Operator.FLAT_MAP_VALUES, given(f), true, described("flatMapValues")));
  }

  /** The same pairs, each in the partition that the partitioner puts its key. */
  public PairRDD<K, V> partitionBy(Partitioner partitioner) {
    return partitioner.equals(node().partitioner().orElse(null))
        ? this
        : wrap(
            new ShuffleNode(node(), partitioner, new Combining.None(), described("partitionBy")));
  }

  /** One pair for each key: its values reduced by an associative function, in order. */
  public PairRDD<K, V> reduceByKey(Function2<V, V, V> f) {
    return reduceByKey(defaultPartitioner(), f);
  }

  /** {@link #reduceByKey(Function2)} into so many partitions. */
  public PairRDD<K, V> reduceByKey(Function2<V, V, V> f, int numPartitions) {
    return reduceByKey(new HashPartitioner(numPartitions), f);
  }

  /** {@link #reduceByKey(Function2)} with a partitioner. */
  public PairRDD<K, V> reduceByKey(Partitioner partitioner, Function2<V, V, V> f) {
    return wrap(
        new ShuffleNode(
            node(), partitioner, Combining.Combine.reduce(given(f)), described("reduceByKey")));
  }

  /** One pair for each key with all its values in arrival order. */
  public PairRDD<K, Iterable<V>> groupByKey() {
    return groupByKey(defaultPartitioner());
  }

  /** {@link #groupByKey()} into so many partitions. */
  public PairRDD<K, Iterable<V>> groupByKey(int numPartitions) {
    return groupByKey(new HashPartitioner(numPartitions));
  }

  /** {@link #groupByKey()} with a partitioner. */
  public PairRDD<K, Iterable<V>> groupByKey(Partitioner partitioner) {
    return new PairRDD<>(
        context(),
        new ShuffleNode(node(), partitioner, new Combining.Group(), described("groupByKey")));
  }

  /** One pair for each key: its values combined into one of another type. */
  public <C> PairRDD<K, C> combineByKey(
      Function<V, C> createCombiner,
      Function2<C, V, C> mergeValue,
      Function2<C, C, C> mergeCombiners,
      Partitioner partitioner) {
    return new PairRDD<>(
        context(),
        Compositions.combineByKey(
            node(),
            given(createCombiner),
            mergeValue,
            mergeCombiners,
            partitioner,
            true,
            described("combineByKey")));
  }

  /** All pairs as a map, in order; of several pairs with one key the last one counts. */
  public Map<K, V> collectAsMap() {
    Map<K, V> result = new LinkedHashMap<>();
    collect().forEach(pair -> result.put(pair._1(), pair._2()));
    return result;
  }

  private Partitioner defaultPartitioner() {
    return node().partitioner().orElseGet(() -> new HashPartitioner(defaultPartitionCount()));
  }

  private int defaultPartitionCount() {
    return context().hasConfiguredParallelism()
        ? context().defaultParallelism()
        : Math.max(1, node().partitionCount());
  }
}
