package org.millrace.api.streaming;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.mapred.JobConf;
import org.apache.hadoop.mapred.OutputFormat;
import org.millrace.api.HashPartitioner;
import org.millrace.api.Optional;
import org.millrace.api.PairRDD;
import org.millrace.api.Partitioner;
import org.millrace.api.Tuple2;
import org.millrace.api.Tuple3;
import org.millrace.api.function.FlatMapFunction;
import org.millrace.api.function.Function;
import org.millrace.api.function.Function2;
import org.millrace.api.function.Function4;
import org.millrace.api.graph.Combining;
import org.millrace.api.graph.Compositions;
import org.millrace.api.graph.DerivedStreamNode;
import org.millrace.api.graph.HadoopOutput;
import org.millrace.api.graph.Joins;
import org.millrace.api.graph.NodeLabel;
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

  // ---- by key, in each batch

  /** In each batch one pair for each key: its values reduced by an associative function. */
  public PairDStream<K, V> reduceByKey(Function2<V, V, V> f) {
    return reduceByKey(f, Placement.byDefault(context()));
  }

  /** {@link #reduceByKey(Function2)} into so many partitions. */
  public PairDStream<K, V> reduceByKey(Function2<V, V, V> f, int numPartitions) {
    return reduceByKey(f, Placement.into(numPartitions));
  }

  /** {@link #reduceByKey(Function2)} with a partitioner. */
  public PairDStream<K, V> reduceByKey(Function2<V, V, V> f, Partitioner partitioner) {
    return reduceByKey(f, Placement.by(partitioner));
  }

  private PairDStream<K, V> reduceByKey(Function2<V, V, V> f, Placement placement) {
    Objects.requireNonNull(f, "the function is null");
    return wrap(shuffled("reduceByKey", Combining.Combine.reduce(f), placement, f));
  }

  /** In each batch one pair for each key with all its values in arrival order. */
  public PairDStream<K, Iterable<V>> groupByKey() {
    return groupByKey(Placement.byDefault(context()));
  }

  /** {@link #groupByKey()} into so many partitions. */
  public PairDStream<K, Iterable<V>> groupByKey(int numPartitions) {
    return groupByKey(Placement.into(numPartitions));
  }

  /** {@link #groupByKey()} with a partitioner. */
  public PairDStream<K, Iterable<V>> groupByKey(Partitioner partitioner) {
    return groupByKey(Placement.by(partitioner));
  }

  private PairDStream<K, Iterable<V>> groupByKey(Placement placement) {
    return new PairDStream<>(context(), shuffled("groupByKey", new Combining.Group(), placement));
  }

  /** In each batch one pair for each key: its values combined into one of another type. */
  public <C> PairDStream<K, C> combineByKey(
      Function<V, C> createCombiner,
      Function2<C, V, C> mergeValue,
      Function2<C, C, C> mergeCombiners,
      Partitioner partitioner) {
    return combineByKey(createCombiner, mergeValue, mergeCombiners, partitioner, true);
  }

  /**
   * {@link #combineByKey(Function, Function2, Function2, Partitioner)} that may combine before
   * values are moved, or may not.
   */
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
            mergeCombiners,
            partitioner));
  }

  private StreamNode shuffled(
      String name, Combining combining, Placement placement, Object... functions) {
    List<Object> shipped = new ArrayList<>(List.of(functions));
    shipped.addAll(placement.shipped());
    return derived(
        name,
        label ->
            (parents, batchTime) ->
                new ShuffleNode(parents.get(0), placement.get(), combining, label.description()),
        shipped.toArray());
  }

  // ---- joins, in each batch: both streams have one slide, else ILLEGAL_USE. A side that is placed
  // by the partitioner stays where it is. Keys come as first seen on this side, then on the other.

  /** One pair for each key of either stream: its values here and there, in arrival order. */
  public <W> PairDStream<K, Tuple2<Iterable<V>, Iterable<W>>> cogroup(PairDStream<K, W> other) {
    return cogroup(other, Placement.byDefault(context()));
  }

  /** {@link #cogroup(PairDStream)} into so many partitions. */
  public <W> PairDStream<K, Tuple2<Iterable<V>, Iterable<W>>> cogroup(
      PairDStream<K, W> other, int numPartitions) {
    return cogroup(other, Placement.into(numPartitions));
  }

  /** {@link #cogroup(PairDStream)} with a partitioner. */
  public <W> PairDStream<K, Tuple2<Iterable<V>, Iterable<W>>> cogroup(
      PairDStream<K, W> other, Partitioner partitioner) {
    return cogroup(other, Placement.by(partitioner));
  }

  private <W> PairDStream<K, Tuple2<Iterable<V>, Iterable<W>>> cogroup(
      PairDStream<K, W> other, Placement placement) {
    return cogrouped(other, placement);
  }

  /**
   * A pair for each key and each two of its values, one of this stream and one of the other: all of
   * the first value here, then of the next.
   */
  public <W> PairDStream<K, Tuple2<V, W>> join(PairDStream<K, W> other) {
    return join(other, Placement.byDefault(context()));
  }

  /** {@link #join(PairDStream)} into so many partitions. */
  public <W> PairDStream<K, Tuple2<V, W>> join(PairDStream<K, W> other, int numPartitions) {
    return join(other, Placement.into(numPartitions));
  }

  /** {@link #join(PairDStream)} with a partitioner. */
  public <W> PairDStream<K, Tuple2<V, W>> join(PairDStream<K, W> other, Partitioner partitioner) {
    return join(other, Placement.by(partitioner));
  }

  private <W> PairDStream<K, Tuple2<V, W>> join(PairDStream<K, W> other, Placement placement) {
    return joined("join", other, Joins.Kind.INNER, placement);
  }

  /** {@link #join(PairDStream)} that has the keys the other stream lacks, too. */
  public <W> PairDStream<K, Tuple2<V, Optional<W>>> leftOuterJoin(PairDStream<K, W> other) {
    return leftOuterJoin(other, Placement.byDefault(context()));
  }

  /** {@link #leftOuterJoin(PairDStream)} into so many partitions. */
  public <W> PairDStream<K, Tuple2<V, Optional<W>>> leftOuterJoin(
      PairDStream<K, W> other, int numPartitions) {
    return leftOuterJoin(other, Placement.into(numPartitions));
  }

  /** {@link #leftOuterJoin(PairDStream)} with a partitioner. */
  public <W> PairDStream<K, Tuple2<V, Optional<W>>> leftOuterJoin(
      PairDStream<K, W> other, Partitioner partitioner) {
    return leftOuterJoin(other, Placement.by(partitioner));
  }

  private <W> PairDStream<K, Tuple2<V, Optional<W>>> leftOuterJoin(
      PairDStream<K, W> other, Placement placement) {
    return joined("leftOuterJoin", other, Joins.Kind.LEFT_OUTER, placement);
  }

  /** {@link #join(PairDStream)} that has the keys this stream lacks, too. */
  public <W> PairDStream<K, Tuple2<Optional<V>, W>> rightOuterJoin(PairDStream<K, W> other) {
    return rightOuterJoin(other, Placement.byDefault(context()));
  }

  /** {@link #rightOuterJoin(PairDStream)} into so many partitions. */
  public <W> PairDStream<K, Tuple2<Optional<V>, W>> rightOuterJoin(
      PairDStream<K, W> other, int numPartitions) {
    return rightOuterJoin(other, Placement.into(numPartitions));
  }

  /** {@link #rightOuterJoin(PairDStream)} with a partitioner. */
  public <W> PairDStream<K, Tuple2<Optional<V>, W>> rightOuterJoin(
      PairDStream<K, W> other, Partitioner partitioner) {
    return rightOuterJoin(other, Placement.by(partitioner));
  }

  private <W> PairDStream<K, Tuple2<Optional<V>, W>> rightOuterJoin(
      PairDStream<K, W> other, Placement placement) {
    return joined("rightOuterJoin", other, Joins.Kind.RIGHT_OUTER, placement);
  }

  /** {@link #join(PairDStream)} that has the keys either stream lacks, too. */
  public <W> PairDStream<K, Tuple2<Optional<V>, Optional<W>>> fullOuterJoin(
      PairDStream<K, W> other) {
    return fullOuterJoin(other, Placement.byDefault(context()));
  }

  /** {@link #fullOuterJoin(PairDStream)} into so many partitions. */
  public <W> PairDStream<K, Tuple2<Optional<V>, Optional<W>>> fullOuterJoin(
      PairDStream<K, W> other, int numPartitions) {
    return fullOuterJoin(other, Placement.into(numPartitions));
  }

  /** {@link #fullOuterJoin(PairDStream)} with a partitioner. */
  public <W> PairDStream<K, Tuple2<Optional<V>, Optional<W>>> fullOuterJoin(
      PairDStream<K, W> other, Partitioner partitioner) {
    return fullOuterJoin(other, Placement.by(partitioner));
  }

  private <W> PairDStream<K, Tuple2<Optional<V>, Optional<W>>> fullOuterJoin(
      PairDStream<K, W> other, Placement placement) {
    return joined("fullOuterJoin", other, Joins.Kind.FULL_OUTER, placement);
  }

  private <W, R> PairDStream<K, R> joined(
      String name, PairDStream<K, W> other, Joins.Kind kind, Placement placement) {
    return together(
        name,
        other,
        placement,
        (left, right, partitioner, description) ->
            Joins.join(left, right, kind, partitioner, description));
  }

  private <W, R> PairDStream<K, R> cogrouped(PairDStream<K, W> other, Placement placement) {
    return together(
        "cogroup",
        other,
        placement,
        (left, right, partitioner, description) ->
            Joins.cogroup(List.of(left, right), partitioner, description));
  }

  /** Makes one dataset of two. */
  @FunctionalInterface
  private interface Joining {
    RddNode of(RddNode left, RddNode right, Partitioner partitioner, String description);
  }

  private <W, R> PairDStream<K, R> together(
      String name, PairDStream<K, W> other, Placement placement, Joining joining) {
    StartCheck.requireSame(
        context() == other.context(), node().slide(), other.node().slide(), name);
    NodeLabel label = context().label(name, node().slide());
    return new PairDStream<>(
        context(),
        new DerivedStreamNode(
            label,
            List.of(node(), other.node()),
            (parents, batchTime) ->
                joining.of(parents.get(0), parents.get(1), placement.get(), label.description()),
            placement.shipped()));
  }

  // ---- windows by key: durations are positive multiples of this stream's slide, else ILLEGAL_USE

  /** {@link #groupByKeyAndWindow(Duration, Duration)} that moves with this stream. */
  public PairDStream<K, Iterable<V>> groupByKeyAndWindow(Duration windowDuration) {
    return groupByKeyAndWindow(windowDuration, node().slide());
  }

  /**
   * Every {@code slideDuration} one pair for each key of the last {@code windowDuration} with all
   * its values, the earliest first. Keys are in the order in which they entered the window.
   */
  public PairDStream<K, Iterable<V>> groupByKeyAndWindow(
      Duration windowDuration, Duration slideDuration) {
    return groupByKeyAndWindow(windowDuration, slideDuration, Placement.byDefault(context()));
  }

  /** {@link #groupByKeyAndWindow(Duration, Duration)} into so many partitions. */
  public PairDStream<K, Iterable<V>> groupByKeyAndWindow(
      Duration windowDuration, Duration slideDuration, int numPartitions) {
    return groupByKeyAndWindow(windowDuration, slideDuration, Placement.into(numPartitions));
  }

  /** {@link #groupByKeyAndWindow(Duration, Duration)} with a partitioner. */
  public PairDStream<K, Iterable<V>> groupByKeyAndWindow(
      Duration windowDuration, Duration slideDuration, Partitioner partitioner) {
    return groupByKeyAndWindow(windowDuration, slideDuration, Placement.by(partitioner));
  }

  private PairDStream<K, Iterable<V>> groupByKeyAndWindow(
      Duration windowDuration, Duration slideDuration, Placement placement) {
    return new PairDStream<>(
        context(),
        keyedWindow("groupByKeyAndWindow", windowDuration, slideDuration).group(placement));
  }

  /** {@link #reduceByKeyAndWindow(Function2, Duration, Duration)} that moves with this stream. */
  public PairDStream<K, V> reduceByKeyAndWindow(
      Function2<V, V, V> reduceFunc, Duration windowDuration) {
    return reduceByKeyAndWindow(reduceFunc, windowDuration, node().slide());
  }

  /**
   * Every {@code slideDuration} one pair for each key of the last {@code windowDuration}: its
   * values reduced by an associative function, earlier ones on its left. Keys are in the order in
   * which they entered the window. A batch costs what it brings, not what is in the window. Values
   * are kept and reduced again: the function must not modify its arguments.
   */
  public PairDStream<K, V> reduceByKeyAndWindow(
      Function2<V, V, V> reduceFunc, Duration windowDuration, Duration slideDuration) {
    return reduceByKeyAndWindow(
        reduceFunc, windowDuration, slideDuration, Placement.byDefault(context()));
  }

  /** {@link #reduceByKeyAndWindow(Function2, Duration, Duration)} into so many partitions. */
  public PairDStream<K, V> reduceByKeyAndWindow(
      Function2<V, V, V> reduceFunc,
      Duration windowDuration,
      Duration slideDuration,
      int numPartitions) {
    return reduceByKeyAndWindow(
        reduceFunc, windowDuration, slideDuration, Placement.into(numPartitions));
  }

  /** {@link #reduceByKeyAndWindow(Function2, Duration, Duration)} with a partitioner. */
  public PairDStream<K, V> reduceByKeyAndWindow(
      Function2<V, V, V> reduceFunc,
      Duration windowDuration,
      Duration slideDuration,
      Partitioner partitioner) {
    return reduceByKeyAndWindow(
        reduceFunc, windowDuration, slideDuration, Placement.by(partitioner));
  }

  private PairDStream<K, V> reduceByKeyAndWindow(
      Function2<V, V, V> reduceFunc,
      Duration windowDuration,
      Duration slideDuration,
      Placement placement) {
    return wrap(
        keyedWindow("reduceByKeyAndWindow", windowDuration, slideDuration)
            .reduce(reduceFunc, placement));
  }

  /**
   * {@link #reduceByKeyAndWindow(Function2, Duration, Duration)} that takes back what leaves the
   * window: it reduces what entered, and nothing else. A key stays, with whatever {@code
   * invReduceFunc} makes of its last value, unless a filter removes it. Needs a checkpoint
   * directory.
   *
   * @param reduceFunc associative; must not modify its arguments
   * @param invReduceFunc takes a key's reduced value and that of what left, in one call or, the
   *     earliest first, in several; must not modify its arguments
   */
  public PairDStream<K, V> reduceByKeyAndWindow(
      Function2<V, V, V> reduceFunc,
      Function2<V, V, V> invReduceFunc,
      Duration windowDuration,
      Duration slideDuration) {
    return reduceByKeyAndWindow(
        reduceFunc,
        invReduceFunc,
        windowDuration,
        slideDuration,
        Placement.byDefault(context()),
        null);
  }

  /**
   * {@link #reduceByKeyAndWindow(Function2, Function2, Duration, Duration)} into so many
   * partitions.
   *
   * @param filterFunc asked when the window moves, for keys that changed: false removes the key,
   *     which is for values that stand for nothing; null keeps all keys. A key with values in the
   *     window that it refuses must have new ones when those leave, or the batch fails
   */
  public PairDStream<K, V> reduceByKeyAndWindow(
      Function2<V, V, V> reduceFunc,
      Function2<V, V, V> invReduceFunc,
      Duration windowDuration,
      Duration slideDuration,
      int numPartitions,
      Function<Tuple2<K, V>, Boolean> filterFunc) {
    return reduceByKeyAndWindow(
        reduceFunc,
        invReduceFunc,
        windowDuration,
        slideDuration,
        Placement.into(numPartitions),
        filterFunc);
  }

  /**
   * {@link #reduceByKeyAndWindow(Function2, Function2, Duration, Duration)} with a partitioner.
   *
   * @param filterFunc asked when the window moves, for keys that changed: false removes the key,
   *     which is for values that stand for nothing; null keeps all keys. A key with values in the
   *     window that it refuses must have new ones when those leave, or the batch fails
   */
  public PairDStream<K, V> reduceByKeyAndWindow(
      Function2<V, V, V> reduceFunc,
      Function2<V, V, V> invReduceFunc,
      Duration windowDuration,
      Duration slideDuration,
      Partitioner partitioner,
      Function<Tuple2<K, V>, Boolean> filterFunc) {
    return reduceByKeyAndWindow(
        reduceFunc,
        invReduceFunc,
        windowDuration,
        slideDuration,
        Placement.by(partitioner),
        filterFunc);
  }

  private PairDStream<K, V> reduceByKeyAndWindow(
      Function2<V, V, V> reduceFunc,
      Function2<V, V, V> invReduceFunc,
      Duration windowDuration,
      Duration slideDuration,
      Placement placement,
      Function<Tuple2<K, V>, Boolean> filterFunc) {
    return wrap(
        keyedWindow("reduceByKeyAndWindow", windowDuration, slideDuration)
            .reduce(reduceFunc, invReduceFunc, filterFunc, placement));
  }

  private KeyedWindow keyedWindow(String name, Duration windowDuration, Duration slideDuration) {
    return new KeyedWindow(context(), name, node(), windowDuration, slideDuration);
  }

  // ---- state from batch to batch; needs a checkpoint directory

  /**
   * In each batch all keys that have state, with their state, in the order in which they entered
   * it. The function is called in each batch for every key that has state or values: first for
   * those with state, in that order, then for new ones as they arrived.
   *
   * @param updateFunc takes the key's values in the batch, in arrival order and perhaps none, and
   *     its state, absent for a new key; gives the new state, absent to remove the key
   */
  public <S> PairDStream<K, S> updateStateByKey(
      Function2<List<V>, Optional<S>, Optional<S>> updateFunc) {
    return updated(updateFunc, Placement.byDefault(context()), null);
  }

  /** {@link #updateStateByKey(Function2)} into so many partitions. */
  public <S> PairDStream<K, S> updateStateByKey(
      Function2<List<V>, Optional<S>, Optional<S>> updateFunc, int numPartitions) {
    return updated(updateFunc, Placement.into(numPartitions), null);
  }

  /** {@link #updateStateByKey(Function2)} with a partitioner. */
  public <S> PairDStream<K, S> updateStateByKey(
      Function2<List<V>, Optional<S>, Optional<S>> updateFunc, Partitioner partitioner) {
    return updated(updateFunc, Placement.by(partitioner), null);
  }

  /**
   * {@link #updateStateByKey(Function2)} with a partitioner.
   *
   * @param initialRDD state to begin with; of several pairs with one key the last one counts
   */
  public <S> PairDStream<K, S> updateStateByKey(
      Function2<List<V>, Optional<S>, Optional<S>> updateFunc,
      Partitioner partitioner,
      PairRDD<K, S> initialRDD) {
    return updated(
        updateFunc, Placement.by(partitioner), Objects.requireNonNull(initialRDD, "initialRDD"));
  }

  private <S> PairDStream<K, S> updated(
      Function2<List<V>, Optional<S>, Optional<S>> updateFunc,
      Placement placement,
      PairRDD<K, S> initialRDD) {
    return new PairDStream<>(
        context(), new KeyedState(context(), node(), placement, initialRDD).byValues(updateFunc));
  }

  /**
   * {@link #updateStateByKey(Function2)} by a function of the batch time and the key, too.
   *
   * @param rememberPartitioner whether the result is known to be placed by the partitioner
   */
  public <S> PairDStream<K, S> updateStateByKey(
      Function4<Time, K, List<V>, Optional<S>, Optional<S>> updateFunc,
      Partitioner partitioner,
      boolean rememberPartitioner) {
    return updated(updateFunc, partitioner, rememberPartitioner, null);
  }

  /**
   * {@link #updateStateByKey(Function4, Partitioner, boolean)} with state to begin with.
   *
   * @param initialRDD of several pairs with one key the last one counts
   */
  public <S> PairDStream<K, S> updateStateByKey(
      Function4<Time, K, List<V>, Optional<S>, Optional<S>> updateFunc,
      Partitioner partitioner,
      boolean rememberPartitioner,
      PairRDD<K, S> initialRDD) {
    return updated(
        updateFunc,
        partitioner,
        rememberPartitioner,
        Objects.requireNonNull(initialRDD, "initialRDD"));
  }

  private <S> PairDStream<K, S> updated(
      Function4<Time, K, List<V>, Optional<S>, Optional<S>> updateFunc,
      Partitioner partitioner,
      boolean rememberPartitioner,
      PairRDD<K, S> initialRDD) {
    KeyedState state = new KeyedState(context(), node(), Placement.by(partitioner), initialRDD);
    return new PairDStream<>(context(), state.placed(state.byKey(updateFunc), rememberPartitioner));
  }

  /**
   * In each batch the new state of all keys, which a function gives once for each partition.
   *
   * @param updateFunc takes key, values of the batch and state of each key that has values or
   *     state, in the order of {@link #updateStateByKey(Function2)}; what it gives is the new
   *     state, in that order, each key at most once; a key must be one that the partitioner puts
   *     into this partition
   * @param rememberPartitioner whether the result is known to be placed by the partitioner
   */
  public <S> PairDStream<K, S> updateStateByKey(
      Function<Iterator<Tuple3<K, List<V>, Optional<S>>>, Iterator<Tuple2<K, S>>> updateFunc,
      Partitioner partitioner,
      boolean rememberPartitioner) {
    return updated(updateFunc, partitioner, rememberPartitioner, null);
  }

  /**
   * {@link #updateStateByKey(Function, Partitioner, boolean)} with state to begin with.
   *
   * @param initialRDD of several pairs with one key the last one counts
   */
  public <S> PairDStream<K, S> updateStateByKey(
      Function<Iterator<Tuple3<K, List<V>, Optional<S>>>, Iterator<Tuple2<K, S>>> updateFunc,
      Partitioner partitioner,
      boolean rememberPartitioner,
      PairRDD<K, S> initialRDD) {
    return updated(
        updateFunc,
        partitioner,
        rememberPartitioner,
        Objects.requireNonNull(initialRDD, "initialRDD"));
  }

  private <S> PairDStream<K, S> updated(
      Function<Iterator<Tuple3<K, List<V>, Optional<S>>>, Iterator<Tuple2<K, S>>> updateFunc,
      Partitioner partitioner,
      boolean rememberPartitioner,
      PairRDD<K, S> initialRDD) {
    KeyedState state = new KeyedState(context(), node(), Placement.by(partitioner), initialRDD);
    return new PairDStream<>(
        context(), state.placed(state.byPartition(updateFunc), rememberPartitioner));
  }

  /**
   * In each batch what a function gives for its pairs and for the keys that time out. Costs what
   * the batch touches, however many keys have state. Partitioner, timeout and state to begin with
   * are those of {@code spec}; see {@link StateSpec} for when the function is called.
   */
  public <S, M> MapWithStateDStream<K, V, S, M> mapWithState(StateSpec<K, V, S, M> spec) {
    KeyedState state =
        new KeyedState(context(), node(), spec.placement(context()), spec.initialState().orNull());
    return new MapWithStateDStream<>(context(), state.stateful("mapWithState", spec.operation()));
  }

  // ---- output through Hadoop: directories as saveAsTextFiles names and publishes them

  /** Writes each batch as text: key, tab, value. */
  public OutputOperation saveAsHadoopFiles(String prefix, String suffix) {
    Configuration conf = context().sparkContext().hadoopConfiguration();
    String name = "saveAsHadoopFiles";
    return hadoopFiles(name, prefix, suffix, HadoopOutput.textPairs(conf, name));
  }

  /** Writes each batch by an output format, which must be one that writes files. */
  public <F extends OutputFormat<?, ?>> OutputOperation saveAsHadoopFiles(
      String prefix,
      String suffix,
      Class<?> keyClass,
      Class<?> valueClass,
      Class<F> outputFormatClass) {
    return saveAsHadoopFiles(
        prefix,
        suffix,
        keyClass,
        valueClass,
        outputFormatClass,
        new JobConf(context().sparkContext().hadoopConfiguration()));
  }

  /** Writes each batch by an output format with a configuration. */
  public <F extends OutputFormat<?, ?>> OutputOperation saveAsHadoopFiles(
      String prefix,
      String suffix,
      Class<?> keyClass,
      Class<?> valueClass,
      Class<F> outputFormatClass,
      JobConf conf) {
    String name = "saveAsHadoopFiles";
    return hadoopFiles(
        name,
        prefix,
        suffix,
        HadoopOutput.mapred(
            java.util.Optional.empty(), keyClass, valueClass, outputFormatClass, conf, name));
  }

  /** Writes each batch as text by the new interface: key, tab, value. */
  public OutputOperation saveAsNewAPIHadoopFiles(String prefix, String suffix) {
    Configuration conf = context().sparkContext().hadoopConfiguration();
    String name = "saveAsNewAPIHadoopFiles";
    return hadoopFiles(name, prefix, suffix, HadoopOutput.newTextPairs(conf, name));
  }

  /** Writes each batch by an output format of the new interface, one that writes files. */
  public <F extends org.apache.hadoop.mapreduce.OutputFormat<?, ?>>
      OutputOperation saveAsNewAPIHadoopFiles(
          String prefix,
          String suffix,
          Class<?> keyClass,
          Class<?> valueClass,
          Class<F> outputFormatClass) {
    return saveAsNewAPIHadoopFiles(
        prefix,
        suffix,
        keyClass,
        valueClass,
        outputFormatClass,
        context().sparkContext().hadoopConfiguration());
  }

  /** Writes each batch by an output format of the new interface with a configuration. */
  public <F extends org.apache.hadoop.mapreduce.OutputFormat<?, ?>>
      OutputOperation saveAsNewAPIHadoopFiles(
          String prefix,
          String suffix,
          Class<?> keyClass,
          Class<?> valueClass,
          Class<F> outputFormatClass,
          Configuration conf) {
    String name = "saveAsNewAPIHadoopFiles";
    return hadoopFiles(
        name,
        prefix,
        suffix,
        HadoopOutput.mapreduce(
            java.util.Optional.empty(), keyClass, valueClass, outputFormatClass, conf, name));
  }
}
