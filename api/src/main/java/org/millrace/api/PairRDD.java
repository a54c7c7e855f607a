package org.millrace.api;

import static org.millrace.api.graph.SharedFunctions.shared;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.io.compress.CompressionCodec;
import org.apache.hadoop.mapred.JobConf;
import org.apache.hadoop.mapred.OutputFormat;
import org.millrace.api.error.MillraceException;
import org.millrace.api.function.FlatMapFunction;
import org.millrace.api.function.Function;
import org.millrace.api.function.Function2;
import org.millrace.api.graph.Combining;
import org.millrace.api.graph.Compositions;
import org.millrace.api.graph.HadoopOutput;
import org.millrace.api.graph.Joins;
import org.millrace.api.graph.NarrowNode;
import org.millrace.api.graph.Operator;
import org.millrace.api.graph.RddNode;
import org.millrace.api.graph.Rearrangements;
import org.millrace.api.graph.ShuffleNode;
import org.millrace.api.partial.BoundedDouble;
import org.millrace.api.partial.PartialResult;
import org.millrace.api.sketch.DistinctSketch;
import org.millrace.api.spi.JobAction;

/**
 * A dataset of pairs of key and value.
 *
 * <p>Operations by key that name neither partitioner nor number of partitions use the partitioner
 * of the dataset that has one and the most partitions, unless it has ten times fewer than another
 * one; else a {@link HashPartitioner} with {@code millrace.default.parallelism} partitions if that
 * is set, else with as many as the largest dataset has. A number of partitions stands for a {@link
 * HashPartitioner}. Results are placed by the partitioner; datasets that are placed by an equal one
 * already are not moved. Within each partition results are in the order in which keys were first
 * seen, and values in arrival order, which is that of partitions.
 *
 * @param <K> type of the keys
 * @param <V> type of the values
 */
public final class PairRDD<K, V> extends RDDLike<Tuple2<K, V>, PairRDD<K, V>> {
  private static final ExactSampling.Grouping<Tuple2<Object, Object>, Object> KEY = Tuple2::_1;

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

  private <W> PairRDD<K, W> pairs(RddNode newNode) {
    return new PairRDD<>(context(), newNode);
  }

  // ---- keys and values

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
    return pairs(narrow("mapValues", Operator.MAP_VALUES, f, true));
  }

  /** The same keys with zero or more values for one; the partitioner is kept. */
  public <W> PairRDD<K, W> flatMapValues(FlatMapFunction<V, W> f) {
    return pairs(narrow("flatMapValues", Operator.FLAT_MAP_VALUES, f, true));
  }

  /** The same pairs, each in the partition that the partitioner puts its key. */
  public PairRDD<K, V> partitionBy(Partitioner partitioner) {
    return partitioner.equals(node().partitioner().orElse(null))
        ? this
        : wrap(
            new ShuffleNode(node(), partitioner, new Combining.None(), described("partitionBy")));
  }

  // ---- one result for each key

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
    return pairs(
        new ShuffleNode(node(), partitioner, new Combining.Group(), described("groupByKey")));
  }

  /** One pair for each key: its values combined into one of another type. */
  public <C> PairRDD<K, C> combineByKey(
      Function<V, C> createCombiner,
      Function2<C, V, C> mergeValue,
      Function2<C, C, C> mergeCombiners) {
    return combineByKey(createCombiner, mergeValue, mergeCombiners, defaultPartitioner());
  }

  /** {@link #combineByKey(Function, Function2, Function2)} into so many partitions. */
  public <C> PairRDD<K, C> combineByKey(
      Function<V, C> createCombiner,
      Function2<C, V, C> mergeValue,
      Function2<C, C, C> mergeCombiners,
      int numPartitions) {
    return combineByKey(
        createCombiner, mergeValue, mergeCombiners, new HashPartitioner(numPartitions));
  }

  /** {@link #combineByKey(Function, Function2, Function2)} with a partitioner. */
  public <C> PairRDD<K, C> combineByKey(
      Function<V, C> createCombiner,
      Function2<C, V, C> mergeValue,
      Function2<C, C, C> mergeCombiners,
      Partitioner partitioner) {
    return combineByKey(createCombiner, mergeValue, mergeCombiners, partitioner, true);
  }

  /** {@code combineByKey} that may combine before values are moved, or may not. */
  public <C> PairRDD<K, C> combineByKey(
      Function<V, C> createCombiner,
      Function2<C, V, C> mergeValue,
      Function2<C, C, C> mergeCombiners,
      Partitioner partitioner,
      boolean mapSideCombine) {
    return combined(
        "combineByKey",
        given(createCombiner),
        mergeValue,
        mergeCombiners,
        partitioner,
        mapSideCombine);
  }

  private <C> PairRDD<K, C> combined(
      String name,
      Function<?, C> createCombiner,
      Function2<C, ?, C> mergeValue,
      Function2<C, C, C> mergeCombiners,
      Partitioner partitioner,
      boolean mapSideCombine) {
    return pairs(
        Compositions.combineByKey(
            node(),
            createCombiner,
            mergeValue,
            mergeCombiners,
            partitioner,
            mapSideCombine,
            described(name)));
  }

  /**
   * One pair for each key: its values folded into the zero value, once in each partition of this
   * dataset that has the key, and the results put together. Functions may change and give back
   * their first argument; the zero value is copied by serialization.
   *
   * @param seqFunc puts a value into a result
   * @param combFunc puts the results of two partitions together, the earlier first
   */
  public <U> PairRDD<K, U> aggregateByKey(
      U zeroValue, Function2<U, V, U> seqFunc, Function2<U, U, U> combFunc) {
    return aggregateByKey(zeroValue, defaultPartitioner(), seqFunc, combFunc);
  }

  /** {@link #aggregateByKey(Object, Function2, Function2)} into so many partitions. */
  public <U> PairRDD<K, U> aggregateByKey(
      U zeroValue, int numPartitions, Function2<U, V, U> seqFunc, Function2<U, U, U> combFunc) {
    return aggregateByKey(zeroValue, new HashPartitioner(numPartitions), seqFunc, combFunc);
  }

  /** {@link #aggregateByKey(Object, Function2, Function2)} with a partitioner. */
  public <U> PairRDD<K, U> aggregateByKey(
      U zeroValue,
      Partitioner partitioner,
      Function2<U, V, U> seqFunc,
      Function2<U, U, U> combFunc) {
    return folded("aggregateByKey", zeroValue, partitioner, seqFunc, combFunc);
  }

  /** {@link #aggregateByKey(Object, Function2, Function2)} into the type of the values. */
  public PairRDD<K, V> foldByKey(V zeroValue, Function2<V, V, V> func) {
    return foldByKey(zeroValue, defaultPartitioner(), func);
  }

  /** {@link #foldByKey(Object, Function2)} into so many partitions. */
  public PairRDD<K, V> foldByKey(V zeroValue, int numPartitions, Function2<V, V, V> func) {
    return foldByKey(zeroValue, new HashPartitioner(numPartitions), func);
  }

  /** {@link #foldByKey(Object, Function2)} with a partitioner. */
  public PairRDD<K, V> foldByKey(V zeroValue, Partitioner partitioner, Function2<V, V, V> func) {
    return folded("foldByKey", zeroValue, partitioner, func, func);
  }

  private <U> PairRDD<K, U> folded(
      String name,
      U zeroValue,
      Partitioner partitioner,
      Function2<U, V, U> seqFunc,
      Function2<U, U, U> combFunc) {
    return combined(
        name,
        shared(new Aggregation.FirstValue<>(new ZeroValue<>(zeroValue), given(seqFunc))),
        seqFunc,
        given(combFunc),
        partitioner,
        true);
  }

  /**
   * One pair for each key: about how many distinct values it has.
   *
   * @param relativeSD relative standard deviation, 0.0001 to less than 1; the memory that each key
   *     needs grows with its inverse square
   */
  public PairRDD<K, Long> countApproxDistinctByKey(double relativeSD) {
    return countApproxDistinctByKey(relativeSD, defaultPartitioner());
  }

  /** {@link #countApproxDistinctByKey(double)} into so many partitions. */
  public PairRDD<K, Long> countApproxDistinctByKey(double relativeSD, int numPartitions) {
    return countApproxDistinctByKey(relativeSD, new HashPartitioner(numPartitions));
  }

  /** {@link #countApproxDistinctByKey(double)} with a partitioner. */
  public PairRDD<K, Long> countApproxDistinctByKey(double relativeSD, Partitioner partitioner) {
    return combined(
            "countApproxDistinctByKey",
            shared(new DistinctCount.First(DistinctSketch.requireDeviation(relativeSD))),
            DistinctCount.ADD,
            DistinctCount.MERGE,
            partitioner,
            true)
        .mapValues(DistinctCount.ESTIMATE);
  }

  // ---- order

  /** {@link #sortByKey(boolean)} from the smallest key. */
  public PairRDD<K, V> sortByKey() {
    return sortByKey(true);
  }

  /** {@link #sortByKey(boolean, int)} into as many partitions as there are. */
  public PairRDD<K, V> sortByKey(boolean ascending) {
    return sortByKey(RangePartitioner.natural(), ascending);
  }

  /** {@link #sortByKey(Comparator, boolean, int)} by the natural order of keys. */
  public PairRDD<K, V> sortByKey(boolean ascending, int numPartitions) {
    return sortByKey(RangePartitioner.natural(), ascending, numPartitions);
  }

  /** {@link #sortByKey(Comparator, boolean)} from the smallest key. */
  public PairRDD<K, V> sortByKey(Comparator<K> comp) {
    return sortByKey(comp, true);
  }

  /** {@link #sortByKey(Comparator, boolean, int)} into as many partitions as there are. */
  public PairRDD<K, V> sortByKey(Comparator<K> comp, boolean ascending) {
    return sortByKey(comp, ascending, Math.max(1, getNumPartitions()));
  }

  /**
   * The same pairs in the order of keys over all partitions; pairs with equal keys stay in their
   * order. They are placed by a {@link RangePartitioner}, whose sample is a job that is run now
   * when there are to be several partitions. A partition is put in order in memory.
   *
   * @param comp must be serializable
   * @param ascending whether the smallest key is first
   * @param numPartitions how many partitions at most
   */
  public PairRDD<K, V> sortByKey(Comparator<K> comp, boolean ascending, int numPartitions) {
    RangePartitioner ranges = new RangePartitioner(numPartitions, this, ascending, comp);
    return wrap(
        Rearrangements.placedAndSorted(
            node(), ranges, ascending ? comp : comp.reversed(), described("sortByKey")));
  }

  /** {@link #repartitionAndSortWithinPartitions(Partitioner, Comparator)} in natural order. */
  public PairRDD<K, V> repartitionAndSortWithinPartitions(Partitioner partitioner) {
    return repartitionAndSortWithinPartitions(partitioner, RangePartitioner.natural());
  }

  /**
   * The same pairs placed by a partitioner, each partition in the order of keys; pairs with equal
   * keys stay in arrival order. A partition is put in order in memory.
   */
  public PairRDD<K, V> repartitionAndSortWithinPartitions(
      Partitioner partitioner, Comparator<K> comp) {
    return wrap(
        Rearrangements.placedAndSorted(
            node(), partitioner, given(comp), described("repartitionAndSortWithinPartitions")));
  }

  /** {@link #filterByRange(Comparator, Object, Object)} in natural order. */
  public PairRDD<K, V> filterByRange(K lower, K upper) {
    return filterByRange(RangePartitioner.natural(), lower, upper);
  }

  /**
   * The pairs with keys from {@code lower} to {@code upper}, both included. When the dataset is
   * placed by a {@link RangePartitioner} of the same order, only partitions that can have such keys
   * are left, and only these are computed.
   */
  public PairRDD<K, V> filterByRange(Comparator<K> comp, K lower, K upper) {
    String description = described("filterByRange");
    RddNode candidates = node();
    if (node().partitioner().orElse(null) instanceof RangePartitioner ranges
        && ranges.isOrderedBy(given(comp))) {
      int one = ranges.getPartition(lower);
      int other = ranges.getPartition(upper);
      candidates =
          Rearrangements.range(node(), Math.min(one, other), Math.max(one, other), description);
    }
    return wrap(
        new NarrowNode(
            candidates,
            Operator.FILTER,
            shared(new RecordFunctions.IsBetween<K, V>(comp, lower, upper)),
            true,
            description));
  }

  // ---- with other datasets

  /** A pair of each key that both sides have and each combination of their values, left first. */
  public <W> PairRDD<K, Tuple2<V, W>> join(PairRDD<K, W> other) {
    return join(other, defaultPartitioner(other));
  }

  /** {@link #join(PairRDD)} into so many partitions. */
  public <W> PairRDD<K, Tuple2<V, W>> join(PairRDD<K, W> other, int numPartitions) {
    return join(other, new HashPartitioner(numPartitions));
  }

  /** {@link #join(PairRDD)} with a partitioner. */
  public <W> PairRDD<K, Tuple2<V, W>> join(PairRDD<K, W> other, Partitioner partitioner) {
    return joined("join", other, Joins.Kind.INNER, partitioner);
  }

  /** {@link #join(PairRDD)} that keeps left values without a right one. */
  public <W> PairRDD<K, Tuple2<V, Optional<W>>> leftOuterJoin(PairRDD<K, W> other) {
    return leftOuterJoin(other, defaultPartitioner(other));
  }

  /** {@link #leftOuterJoin(PairRDD)} into so many partitions. */
  public <W> PairRDD<K, Tuple2<V, Optional<W>>> leftOuterJoin(
      PairRDD<K, W> other, int numPartitions) {
    return leftOuterJoin(other, new HashPartitioner(numPartitions));
  }

  /** {@link #leftOuterJoin(PairRDD)} with a partitioner. */
  public <W> PairRDD<K, Tuple2<V, Optional<W>>> leftOuterJoin(
      PairRDD<K, W> other, Partitioner partitioner) {
    return joined("leftOuterJoin", other, Joins.Kind.LEFT_OUTER, partitioner);
  }

  /** {@link #join(PairRDD)} that keeps right values without a left one. */
  public <W> PairRDD<K, Tuple2<Optional<V>, W>> rightOuterJoin(PairRDD<K, W> other) {
    return rightOuterJoin(other, defaultPartitioner(other));
  }

  /** {@link #rightOuterJoin(PairRDD)} into so many partitions. */
  public <W> PairRDD<K, Tuple2<Optional<V>, W>> rightOuterJoin(
      PairRDD<K, W> other, int numPartitions) {
    return rightOuterJoin(other, new HashPartitioner(numPartitions));
  }

  /** {@link #rightOuterJoin(PairRDD)} with a partitioner. */
  public <W> PairRDD<K, Tuple2<Optional<V>, W>> rightOuterJoin(
      PairRDD<K, W> other, Partitioner partitioner) {
    return joined("rightOuterJoin", other, Joins.Kind.RIGHT_OUTER, partitioner);
  }

  /** {@link #join(PairRDD)} that keeps values of either side without one of the other. */
  public <W> PairRDD<K, Tuple2<Optional<V>, Optional<W>>> fullOuterJoin(PairRDD<K, W> other) {
    return fullOuterJoin(other, defaultPartitioner(other));
  }

  /** {@link #fullOuterJoin(PairRDD)} into so many partitions. */
  public <W> PairRDD<K, Tuple2<Optional<V>, Optional<W>>> fullOuterJoin(
      PairRDD<K, W> other, int numPartitions) {
    return fullOuterJoin(other, new HashPartitioner(numPartitions));
  }

  /** {@link #fullOuterJoin(PairRDD)} with a partitioner. */
  public <W> PairRDD<K, Tuple2<Optional<V>, Optional<W>>> fullOuterJoin(
      PairRDD<K, W> other, Partitioner partitioner) {
    return joined("fullOuterJoin", other, Joins.Kind.FULL_OUTER, partitioner);
  }

  private <W> PairRDD<K, W> joined(
      String name, PairRDD<K, ?> other, Joins.Kind kind, Partitioner partitioner) {
    requireSame(other, name);
    return pairs(Joins.join(node(), other.node(), kind, partitioner, described(name)));
  }

  /** A pair of each key of either side and its values on both, in arrival order. */
  public <W> PairRDD<K, Tuple2<Iterable<V>, Iterable<W>>> cogroup(PairRDD<K, W> other) {
    return cogroup(other, defaultPartitioner(other));
  }

  /** {@link #cogroup(PairRDD)} into so many partitions. */
  public <W> PairRDD<K, Tuple2<Iterable<V>, Iterable<W>>> cogroup(
      PairRDD<K, W> other, int numPartitions) {
    return cogroup(other, new HashPartitioner(numPartitions));
  }

  /** {@link #cogroup(PairRDD)} with a partitioner. */
  public <W> PairRDD<K, Tuple2<Iterable<V>, Iterable<W>>> cogroup(
      PairRDD<K, W> other, Partitioner partitioner) {
    return cogrouped(partitioner, other);
  }

  /** {@link #cogroup(PairRDD)} of three. */
  public <W1, W2> PairRDD<K, Tuple3<Iterable<V>, Iterable<W1>, Iterable<W2>>> cogroup(
      PairRDD<K, W1> other1, PairRDD<K, W2> other2) {
    return cogroup(other1, other2, defaultPartitioner(other1, other2));
  }

  /** {@link #cogroup(PairRDD)} of three into so many partitions. */
  public <W1, W2> PairRDD<K, Tuple3<Iterable<V>, Iterable<W1>, Iterable<W2>>> cogroup(
      PairRDD<K, W1> other1, PairRDD<K, W2> other2, int numPartitions) {
    return cogroup(other1, other2, new HashPartitioner(numPartitions));
  }

  /** {@link #cogroup(PairRDD)} of three with a partitioner. */
  public <W1, W2> PairRDD<K, Tuple3<Iterable<V>, Iterable<W1>, Iterable<W2>>> cogroup(
      PairRDD<K, W1> other1, PairRDD<K, W2> other2, Partitioner partitioner) {
    return cogrouped(partitioner, other1, other2);
  }

  /** {@link #cogroup(PairRDD)} of four. */
  public <W1, W2, W3>
      PairRDD<K, Tuple4<Iterable<V>, Iterable<W1>, Iterable<W2>, Iterable<W3>>> cogroup(
          PairRDD<K, W1> other1, PairRDD<K, W2> other2, PairRDD<K, W3> other3) {
    return cogroup(other1, other2, other3, defaultPartitioner(other1, other2, other3));
  }

  /** {@link #cogroup(PairRDD)} of four into so many partitions. */
  public <W1, W2, W3>
      PairRDD<K, Tuple4<Iterable<V>, Iterable<W1>, Iterable<W2>, Iterable<W3>>> cogroup(
          PairRDD<K, W1> other1, PairRDD<K, W2> other2, PairRDD<K, W3> other3, int numPartitions) {
    return cogroup(other1, other2, other3, new HashPartitioner(numPartitions));
  }

  /** {@link #cogroup(PairRDD)} of four with a partitioner. */
  public <W1, W2, W3>
      PairRDD<K, Tuple4<Iterable<V>, Iterable<W1>, Iterable<W2>, Iterable<W3>>> cogroup(
          PairRDD<K, W1> other1,
          PairRDD<K, W2> other2,
          PairRDD<K, W3> other3,
          Partitioner partitioner) {
    return cogrouped(partitioner, other1, other2, other3);
  }

  /** Another name of {@link #cogroup(PairRDD)}. */
  public <W> PairRDD<K, Tuple2<Iterable<V>, Iterable<W>>> groupWith(PairRDD<K, W> other) {
    return cogroup(other);
  }

  /** Another name of {@link #cogroup(PairRDD, PairRDD)}. */
  public <W1, W2> PairRDD<K, Tuple3<Iterable<V>, Iterable<W1>, Iterable<W2>>> groupWith(
      PairRDD<K, W1> other1, PairRDD<K, W2> other2) {
    return cogroup(other1, other2);
  }

  /** Another name of {@link #cogroup(PairRDD, PairRDD, PairRDD)}. */
  public <W1, W2, W3>
      PairRDD<K, Tuple4<Iterable<V>, Iterable<W1>, Iterable<W2>, Iterable<W3>>> groupWith(
          PairRDD<K, W1> other1, PairRDD<K, W2> other2, PairRDD<K, W3> other3) {
    return cogroup(other1, other2, other3);
  }

  private <R> PairRDD<K, R> cogrouped(Partitioner partitioner, PairRDD<?, ?>... others) {
    List<RddNode> parents = new ArrayList<>();
    parents.add(node());
    for (PairRDD<?, ?> other : others) {
      requireSame(other, "cogroup");
      parents.add(other.node());
    }
    return pairs(Joins.cogroup(parents, partitioner, described("cogroup")));
  }

  /**
   * The pairs whose keys the other dataset lacks, in arrival order. By the partitioner that this
   * dataset has, else by a hash partitioner with as many partitions.
   */
  public <W> PairRDD<K, V> subtractByKey(PairRDD<K, W> other) {
    return subtractByKey(
        other,
        node().partitioner().orElseGet(() -> new HashPartitioner(Math.max(1, getNumPartitions()))));
  }

  /** {@link #subtractByKey(PairRDD)} into so many partitions. */
  public <W> PairRDD<K, V> subtractByKey(PairRDD<K, W> other, int numPartitions) {
    return subtractByKey(other, new HashPartitioner(numPartitions));
  }

  /** {@link #subtractByKey(PairRDD)} with a partitioner. */
  public <W> PairRDD<K, V> subtractByKey(PairRDD<K, W> other, Partitioner p) {
    requireSame(other, "subtractByKey");
    return wrap(Joins.subtractByKey(node(), other.node(), p, described("subtractByKey")));
  }

  // ---- samples

  /** {@link #sampleByKey(boolean, Map, long)} with another seed for each call. */
  public PairRDD<K, V> sampleByKey(boolean withReplacement, Map<K, Double> fractions) {
    return sampleByKey(withReplacement, fractions, Sampling.nextSeed());
  }

  /**
   * Some pairs by chance, in order, as {@link #sample} with the fraction of each key. The same seed
   * gives the same pairs. A task fails with ILLEGAL_USE at a key without a fraction.
   */
  public PairRDD<K, V> sampleByKey(boolean withReplacement, Map<K, Double> fractions, long seed) {
    return wrap(
        narrow(
            "sampleByKey",
            Operator.MAP_PARTITIONS_WITH_INDEX,
            new Sampling.ByKey<K, V>(seed, withReplacement, checked(withReplacement, fractions)),
            true));
  }

  /** {@link #sampleByKeyExact(boolean, Map, long)} with another seed for each call. */
  public PairRDD<K, V> sampleByKeyExact(boolean withReplacement, Map<K, Double> fractions) {
    return sampleByKeyExact(withReplacement, fractions, Sampling.nextSeed());
  }

  /**
   * {@link #sampleByKey} that gives exactly the fraction of each key's pairs, rounded up. Counts
   * the pairs of each key and partition in a job that is run now.
   *
   * @throws MillraceException ILLEGAL_USE when a key has no fraction
   */
  public PairRDD<K, V> sampleByKeyExact(
      boolean withReplacement, Map<K, Double> fractions, long seed) {
    Map<K, Double> given = checked(withReplacement, fractions);
    List<Map<K, Long>> counts = eachPartition(new ExactSampling.CountGroups<>(key()));
    Map<K, Long> sizes = new LinkedHashMap<>();
    counts.forEach(each -> each.forEach((key, count) -> sizes.merge(key, count, Long::sum)));
    sizes.replaceAll((key, count) -> (long) Math.ceil(count * Sampling.fractionOf(given, key)));
    Map<K, long[]> quotas =
        ExactSampling.quotas(counts, sizes, withReplacement, new SplittableRandom(seed));
    return wrap(
        narrow(
            "sampleByKeyExact",
            Operator.MAP_PARTITIONS_WITH_INDEX,
            new ExactSampling.Choose<Tuple2<K, V>, K>(seed, withReplacement, key(), quotas, counts),
            true));
  }

  private static <K> Map<K, Double> checked(boolean withReplacement, Map<K, Double> fractions) {
    fractions.forEach(
        (key, fraction) ->
            Sampling.requireFraction("a sample of the key " + key, withReplacement, fraction));
    return new LinkedHashMap<>(fractions);
  }

  @SuppressWarnings("unchecked") // takes pairs of any types
  private static <K, V> ExactSampling.Grouping<Tuple2<K, V>, K> key() {
    return (ExactSampling.Grouping<Tuple2<K, V>, K>) (ExactSampling.Grouping<?, ?>) KEY;
  }

  // ---- actions

  // ---- output through Hadoop: files appear as a whole in a new directory, or not at all

  /**
   * Writes the pairs by an output format.
   *
   * @throws org.millrace.api.error.MillraceException OUTPUT_EXISTS when the directory is there
   */
  public <F extends OutputFormat<?, ?>> void saveAsHadoopFile(
      String path, Class<?> keyClass, Class<?> valueClass, Class<F> outputFormatClass) {
    saveAsHadoopFile(
        path,
        keyClass,
        valueClass,
        outputFormatClass,
        new JobConf(context().hadoopConfiguration()));
  }

  /** Writes the pairs by an output format, compressed. */
  public <F extends OutputFormat<?, ?>> void saveAsHadoopFile(
      String path,
      Class<?> keyClass,
      Class<?> valueClass,
      Class<F> outputFormatClass,
      Class<? extends CompressionCodec> codec) {
    saveAsHadoopFile(
        path,
        keyClass,
        valueClass,
        outputFormatClass,
        HadoopOutput.compressed(context().hadoopConfiguration(), codec));
  }

  /** Writes the pairs by an output format with a configuration. */
  public <F extends OutputFormat<?, ?>> void saveAsHadoopFile(
      String path,
      Class<?> keyClass,
      Class<?> valueClass,
      Class<F> outputFormatClass,
      JobConf conf) {
    save(
        HadoopOutput.mapred(
            java.util.Optional.of(path),
            keyClass,
            valueClass,
            outputFormatClass,
            conf,
            "saveAsHadoopFile"));
  }

  /** Writes the pairs by an output format of the new interface. */
  public <F extends org.apache.hadoop.mapreduce.OutputFormat<?, ?>> void saveAsNewAPIHadoopFile(
      String path, Class<?> keyClass, Class<?> valueClass, Class<F> outputFormatClass) {
    saveAsNewAPIHadoopFile(
        path, keyClass, valueClass, outputFormatClass, context().hadoopConfiguration());
  }

  /** Writes the pairs by an output format of the new interface with a configuration. */
  public <F extends org.apache.hadoop.mapreduce.OutputFormat<?, ?>> void saveAsNewAPIHadoopFile(
      String path,
      Class<?> keyClass,
      Class<?> valueClass,
      Class<F> outputFormatClass,
      Configuration conf) {
    save(
        HadoopOutput.mapreduce(
            java.util.Optional.of(path),
            keyClass,
            valueClass,
            outputFormatClass,
            conf,
            "saveAsNewAPIHadoopFile"));
  }

  /**
   * Writes the pairs where and as a configuration says. A format that does not write files commits
   * by its own committer: an attempt of a task that was given up may then have written, too.
   */
  public void saveAsHadoopDataset(JobConf conf) {
    save(HadoopOutput.mapredDataset(conf));
  }

  /** {@link #saveAsHadoopDataset(JobConf)} with a format of the new interface. */
  public void saveAsNewAPIHadoopDataset(Configuration conf) {
    save(HadoopOutput.mapreduceDataset(conf));
  }

  private void save(HadoopOutput output) {
    context().engine().saveAsHadoop(node(), output);
  }

  /** All pairs as a map, in order; of several pairs with one key the last one counts. */
  public Map<K, V> collectAsMap() {
    Map<K, V> result = new LinkedHashMap<>();
    collect().forEach(pair -> result.put(pair._1(), pair._2()));
    return result;
  }

  /** How many pairs each key has, in the order of partitions. */
  public Map<K, Long> countByKey() {
    return this.<Long>pairs(narrow("countByKey", Operator.MAP_VALUES, RecordFunctions.ONE, true))
        .reduceByKey(RecordFunctions.SUM)
        .collectAsMap();
  }

  /** {@link #countByKeyApprox(long, double)} with a confidence of 0.95. */
  public PartialResult<Map<K, BoundedDouble>> countByKeyApprox(long timeoutMs) {
    return countByKeyApprox(timeoutMs, CONFIDENCE);
  }

  /** {@link #countByKey()} as {@link #countApprox(long, double)} counts records. */
  public PartialResult<Map<K, BoundedDouble>> countByKeyApprox(long timeoutMs, double confidence) {
    return countGroupsApprox(key(), timeoutMs, confidence);
  }

  /**
   * The values of each key reduced by an associative function in their order, as a map in the order
   * in which keys were first seen; on executors by partition, and those results in the driver.
   */
  public Map<K, V> reduceByKeyLocally(Function2<V, V, V> f) {
    List<Map<K, V>> partitions =
        eachPartition(shared(new RecordFunctions.ReducedByKey<K, V>(given(f))));
    return Aggregation.inDriver(
        "reduceByKeyLocally",
        () -> {
          Map<K, V> result = new LinkedHashMap<>();
          for (Map<K, V> partition : partitions) {
            for (Map.Entry<K, V> entry : partition.entrySet()) {
              RecordFunctions.reduceInto(result, entry.getKey(), entry.getValue(), f);
            }
          }
          return result;
        });
  }

  /**
   * The values of a key, in order. Computes only the partition of the key when pairs are placed by
   * a partitioner.
   */
  @SuppressWarnings("unchecked") // the engine gives what the graph of V describes
  public List<V> lookup(K key) {
    RddNode matching =
        new NarrowNode(
            filter(shared(new RecordFunctions.HasKey<>(key))).node(),
            Operator.VALUES,
            null,
            false,
            described("lookup"));
    Partitioner partitioner = node().partitioner().orElse(null);
    int from = partitioner == null ? 0 : partitioner.getPartition(key);
    int until = partitioner == null ? getNumPartitions() : from + 1;
    List<V> values = new ArrayList<>();
    for (List<Object> partition :
        context().engine().runJob(matching, new JobAction.Collect(), from, until)) {
      partition.forEach(value -> values.add((V) value));
    }
    return values;
  }

  private Partitioner defaultPartitioner(PairRDD<?, ?>... others) {
    RddNode[] all = new RddNode[others.length + 1];
    all[0] = node();
    for (int i = 0; i < others.length; i++) {
      all[i + 1] = others[i].node();
    }
    return DefaultPartitioner.of(context(), all);
  }
}
