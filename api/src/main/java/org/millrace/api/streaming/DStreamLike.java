package org.millrace.api.streaming;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.millrace.api.HashPartitioner;
import org.millrace.api.PairRDD;
import org.millrace.api.RDD;
import org.millrace.api.RDDLike;
import org.millrace.api.Tuple2;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.function.FlatMapFunction;
import org.millrace.api.function.Function;
import org.millrace.api.function.Function2;
import org.millrace.api.function.Function3;
import org.millrace.api.function.PairFlatMapFunction;
import org.millrace.api.function.PairFunction;
import org.millrace.api.function.VoidFunction;
import org.millrace.api.function.VoidFunction2;
import org.millrace.api.function.VoidFunction3;
import org.millrace.api.graph.BatchAction;
import org.millrace.api.graph.BatchFunction;
import org.millrace.api.graph.Compositions;
import org.millrace.api.graph.DerivedStreamNode;
import org.millrace.api.graph.HadoopOutput;
import org.millrace.api.graph.NarrowNode;
import org.millrace.api.graph.NodeLabel;
import org.millrace.api.graph.Operator;
import org.millrace.api.graph.RddNode;
import org.millrace.api.graph.Rearrangements;
import org.millrace.api.graph.StreamNode;
import org.millrace.api.graph.WindowStreamNode;
import org.millrace.api.sink.Sink;
import org.millrace.api.storage.StorageLevel;

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
  private static final Pattern OUTPUT_ID = Pattern.compile("[A-Za-z0-9._-]{1,100}");
  private static final PairFunction<Object, Object, Object> WITHOUT_KEY =
      record -> new Tuple2<>(null, record);
  private static final Function<Tuple2<Object, Long>, Boolean> COUNTED = pair -> pair._2() != 0;

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

  /** One list for each partition of a batch: its records in order. */
  public DStream<List<T>> glom() {
    return new DStream<>(
        context,
        derived(
            "glom",
            label ->
                (parents, batchTime) -> Rearrangements.glom(parents.get(0), label.description())));
  }

  /**
   * In each batch the partitions of this stream, then those of the other one. When both are placed
   * by equal partitioners, partition i is that of this stream, then that of the other one, and the
   * partitioner is kept.
   */
  public S union(S that) {
    return wrap(context.united(List.of(this, that)));
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

  // ---- windows: durations are positive multiples of this stream's slide, else ILLEGAL_USE

  /** {@link #window(Duration, Duration)} that moves with this stream. */
  public S window(Duration windowDuration) {
    return window(windowDuration, node.slide());
  }

  /**
   * Every {@code slideDuration} the datasets of the last {@code windowDuration}, the earliest
   * first, put together as {@link #union} does. At the beginning the window has what there is. The
   * datasets of this stream are kept while windows need them; {@code persist} of the window says
   * how.
   */
  public S window(Duration windowDuration, Duration slideDuration) {
    WindowShape.over(node, windowDuration, slideDuration, "window");
    return wrap(new WindowStreamNode(context.label("window", slideDuration), node, windowDuration));
  }

  /**
   * Every {@code slideDuration} one element in one partition: the records of the last {@code
   * windowDuration} reduced by an associative function, earlier ones on its left; none when there
   * are no records. A batch costs what it brings, not what is in the window.
   */
  public DStream<T> reduceByWindow(
      Function2<T, T, T> reduceFunc, Duration windowDuration, Duration slideDuration) {
    return values(
        "reduceByWindow",
        keyedWindow("reduceByWindow", WITHOUT_KEY, windowDuration, slideDuration)
            .reduce(reduceFunc, Placement.into(1)));
  }

  /**
   * {@link #reduceByWindow(Function2, Duration, Duration)} that takes back what leaves the window.
   * Once there was a record there is an element, whatever {@code invReduceFunc} makes of the last.
   * Needs a checkpoint directory.
   *
   * @param reduceFunc associative
   * @param invReduceFunc takes a reduced value and the reduced value of what left
   */
  public DStream<T> reduceByWindow(
      Function2<T, T, T> reduceFunc,
      Function2<T, T, T> invReduceFunc,
      Duration windowDuration,
      Duration slideDuration) {
    return values(
        "reduceByWindow",
        keyedWindow("reduceByWindow", WITHOUT_KEY, windowDuration, slideDuration)
            .reduce(reduceFunc, invReduceFunc, null, Placement.into(1)));
  }

  /**
   * Every {@code slideDuration} one element in one partition: the number of records of the last
   * {@code windowDuration}; none before the first record, 0 when all have left. Needs a checkpoint
   * directory.
   */
  public DStream<Long> countByWindow(Duration windowDuration, Duration slideDuration) {
    return values(
        "countByWindow",
        keyedWindow("countByWindow", Compositions.ONE_WITHOUT_KEY, windowDuration, slideDuration)
            .reduce(KeyedWindow.SUM, KeyedWindow.DIFFERENCE, null, Placement.into(1)));
  }

  /**
   * Every {@code slideDuration} a pair of each distinct record of the last {@code windowDuration}
   * and how often it occurs, in default parallelism partitions, in the order in which they entered
   * the window. Needs a checkpoint directory.
   */
  public PairDStream<T, Long> countByValueAndWindow(
      Duration windowDuration, Duration slideDuration) {
    return countByValueAndWindow(windowDuration, slideDuration, Placement.byDefault(context));
  }

  /** {@link #countByValueAndWindow(Duration, Duration)} into so many partitions. */
  public PairDStream<T, Long> countByValueAndWindow(
      Duration windowDuration, Duration slideDuration, int numPartitions) {
    return countByValueAndWindow(windowDuration, slideDuration, Placement.into(numPartitions));
  }

  private PairDStream<T, Long> countByValueAndWindow(
      Duration windowDuration, Duration slideDuration, Placement placement) {
    return new PairDStream<>(
        context,
        keyedWindow("countByValueAndWindow", Compositions.ONE, windowDuration, slideDuration)
            .reduce(KeyedWindow.SUM, KeyedWindow.DIFFERENCE, COUNTED, placement));
  }

  /** A window over pairs that a function makes of the records of this stream. */
  private KeyedWindow keyedWindow(
      String name, PairFunction<?, ?, ?> pair, Duration windowDuration, Duration slideDuration) {
    WindowShape.over(node, windowDuration, slideDuration, name);
    return new KeyedWindow(
        context,
        name,
        narrow(name, Operator.MAP_TO_PAIR, pair, false),
        windowDuration,
        slideDuration);
  }

  private <U> DStream<U> values(String name, StreamNode pairs) {
    NodeLabel label = context.label(name, pairs.slide());
    context.addView(label.id(), pairs.id());
    return new DStream<>(
        context,
        new DerivedStreamNode(
            label,
            List.of(pairs),
            (parents, batchTime) ->
                new NarrowNode(parents.get(0), Operator.VALUES, null, false, label.description()),
            List.of()));
  }

  // ---- datasets in the driver

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

  /**
   * In each batch the dataset that a function makes of this stream's and that of another one with
   * the same slide; runs in the driver.
   */
  public <U, W> DStream<W> transformWith(
      DStream<U> other, Function3<R, RDD<U>, Time, RDD<W>> transformFunc) {
    return new DStream<>(context, transformedWith("transformWith", other, transformFunc));
  }

  /** {@link #transformWith(DStream, Function3)} with a stream of pairs. */
  public <K2, V2, W> DStream<W> transformWith(
      PairDStream<K2, V2> other, Function3<R, PairRDD<K2, V2>, Time, RDD<W>> transformFunc) {
    return new DStream<>(context, transformedWith("transformWith", other, transformFunc));
  }

  /** {@link #transformWith(DStream, Function3)} that gives pairs. */
  public <U, K2, V2> PairDStream<K2, V2> transformWithToPair(
      DStream<U> other, Function3<R, RDD<U>, Time, PairRDD<K2, V2>> transformFunc) {
    return new PairDStream<>(context, transformedWith("transformWithToPair", other, transformFunc));
  }

  /** {@link #transformWith(DStream, Function3)} with a stream of pairs that gives pairs. */
  public <K2, V2, K3, V3> PairDStream<K3, V3> transformWithToPair(
      PairDStream<K2, V2> other,
      Function3<R, PairRDD<K2, V2>, Time, PairRDD<K3, V3>> transformFunc) {
    return new PairDStream<>(context, transformedWith("transformWithToPair", other, transformFunc));
  }

  /**
   * The datasets of this stream from one time to another, both included; each time is brought down
   * to the slide before it. Called while the context runs, by a function that the engine calls.
   * Earlier batches are there for as long as {@link StreamingContext#remember} or a window asks.
   *
   * @throws MillraceException ILLEGAL_USE when nothing has run yet, no output needs the stream, or
   *     a dataset is not there yet or not any more
   */
  public List<R> slice(Time fromTime, Time toTime) {
    Time zero = zeroTime("slice");
    List<R> datasets = new ArrayList<>();
    Time last = toTime.floor(node.slide(), zero);
    for (Time time : fromTime.floor(node.slide(), zero).to(last, node.slide())) {
      R dataset = compute(time);
      if (dataset != null) {
        datasets.add(dataset);
      }
    }
    return datasets;
  }

  /**
   * The dataset of this stream at a time, as {@link #slice} has it; null when the stream has none
   * then.
   */
  public R compute(Time validTime) {
    zeroTime("compute");
    return context.engine().dataset(node, validTime).map(this::wrapRDD).orElse(null);
  }

  private Time zeroTime(String operation) {
    return context
        .engine()
        .zeroTime()
        .orElseThrow(
            () ->
                new MillraceException(
                    ErrorCode.ILLEGAL_USE,
                    operation
                        + " of "
                        + node.description()
                        + " before the first batch; call it in a function of foreachRDD or"
                        + " transform"));
  }

  // ---- how the stream is kept

  /** {@link #persist(StorageLevel)} in memory as serialized records. */
  public S cache() {
    return persist();
  }

  /** {@link #persist(StorageLevel)} in memory as serialized records. */
  public S persist() {
    return persist(StorageLevel.MEMORY_ONLY_SER);
  }

  /**
   * Keeps the dataset of each batch from when it is first computed, so that other outputs of the
   * batch and windows do not compute it again. For a window it says how its parent's are kept.
   */
  public S persist(StorageLevel level) {
    Objects.requireNonNull(level, "level");
    context.change("persist", to -> to.change(node, before -> before.kept(level)));
    return self();
  }

  /**
   * Asks that the state of this stream becomes durable at least so often.
   *
   * @param interval a positive multiple of the stream's slide, else ILLEGAL_USE
   */
  public S checkpoint(Duration interval) {
    if (interval.milliseconds() <= 0 || !interval.isMultipleOf(node.slide())) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          "the checkpoint interval of "
              + node.description()
              + " is "
              + interval
              + ", but the stream slides by "
              + node.slide()
              + "; give a positive multiple of that");
    }
    context.change(
        "checkpoint", to -> to.changeState(node, before -> before.checkpointed(interval)));
    return self();
  }

  /**
   * Names this stream. State finds its stream by this name when a program starts again after it was
   * changed; without one, by operation and position.
   *
   * @throws MillraceException ILLEGAL_USE when the name is blank or another stream has it
   */
  public S uid(String name) {
    if (name == null || name.isBlank()) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE, "the uid of " + node.description() + " is blank; give it a name");
    }
    context.change("uid", to -> to.name(node, name));
    return self();
  }

  /** This stream; there is no other one behind it. */
  public S dstream() {
    return self();
  }

  @SuppressWarnings("unchecked") // S is the type of this
  private S self() {
    return (S) this;
  }

  // ---- outputs

  /**
   * Calls a function in the driver with the dataset of each batch. It is called again when the
   * batch is run again: what it does to the outside happens at least once.
   */
  public OutputOperation foreachRDD(VoidFunction<R> f) {
    return forEach("foreachRDD", (rdd, batchTime) -> f.call(wrapRDD(rdd)));
  }

  /** {@link #foreachRDD(VoidFunction)} with the time of the batch. */
  public OutputOperation foreachRDD(VoidFunction2<R, Time> f) {
    return forEach("foreachRDD", (rdd, batchTime) -> f.call(wrapRDD(rdd), batchTime));
  }

  /**
   * {@link #foreachRDD(VoidFunction)} with what makes effects on the outside idempotent: the time
   * of the batch and the epoch of the driver. A batch that is run again has the same time and the
   * same records; its epoch is the same, or larger when another driver runs it. So write under the
   * time as key, and refuse whoever comes with a lower epoch than has been there before: it is a
   * driver that was replaced and does not know it. {@link #writeTo} needs neither.
   */
  public OutputOperation foreachRDD(VoidFunction3<R, Time, Long> f) {
    return forEach(
        "foreachRDD",
        (rdd, batchTime) -> f.call(wrapRDD(rdd), batchTime, context.engine().epoch()));
  }

  /**
   * Writes each batch to a sink, as a whole and exactly once: it becomes visible after the batch is
   * committed, whichever tasks, executors or drivers fail meanwhile. Batches become visible in the
   * order of their times. Batches follow those that are committed with bounded lag: when the sink
   * is away longer than {@code millrace.output.publishTimeout}, the application stops.
   *
   * @param outputId a name of this output's own, which stays the same as long as what it writes: by
   *     it a restarted application finds the sink of a batch that its predecessor decided. Of
   *     letters, digits, {@code . _ -}, at most 100
   * @throws MillraceException ILLEGAL_USE when the name has another form, or another output has it
   */
  public void writeTo(String outputId, Sink<? super T> sink) {
    Objects.requireNonNull(sink, "the sink is null");
    if (outputId == null || !OUTPUT_ID.matcher(outputId).matches()) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          "'"
              + outputId
              + "' cannot be the name of an output; use 1 to 100 letters, digits and the characters"
              + " . _ -");
    }
    context.change("writeTo", to -> to.addSink(node, outputId, sink));
  }

  /** Prints the first ten records of each batch in the driver. */
  public OutputOperation print() {
    return print(PRINTED_BY_DEFAULT);
  }

  /**
   * Prints the first {@code num} records of each batch on the driver's standard output, below the
   * batch time between two lines of 43 dashes, then {@code ...} if there are more, and a blank
   * line.
   */
  public OutputOperation print(int num) {
    return forEach(
        "print",
        (rdd, batchTime) -> BatchPrinter.print(wrapRDD(rdd).take(num + 1), num, batchTime));
  }

  /** Writes each batch as text files into a directory {@code prefix-TIME}, time in milliseconds. */
  public OutputOperation saveAsTextFiles(String prefix) {
    return saveAsTextFiles(prefix, "");
  }

  /**
   * Writes each batch as text files into a directory {@code prefix-TIME.suffix}, time in
   * milliseconds; null or empty prefix and suffix are left out with their dash and dot. The
   * directory appears as a whole when the batch is committed.
   */
  public OutputOperation saveAsTextFiles(String prefix, String suffix) {
    String given = prefix == null ? "" : prefix;
    String end = suffix == null ? "" : suffix;
    return context.output("saveAsTextFiles", to -> to.addTextFiles(node, given, end));
  }

  /** {@link #saveAsObjectFiles(String, String)} without a suffix. */
  public OutputOperation saveAsObjectFiles(String prefix) {
    return saveAsObjectFiles(prefix, "");
  }

  /**
   * Writes each batch as Avro container files that {@link org.millrace.api.BatchContext#objectFile}
   * reads, into a directory named and published as {@link #saveAsTextFiles(String, String)} does.
   */
  public OutputOperation saveAsObjectFiles(String prefix, String suffix) {
    return hadoopFiles(
        "saveAsObjectFiles",
        prefix,
        suffix,
        HadoopOutput.objects(
            Optional.empty(), context.sparkContext().hadoopConfiguration(), "saveAsObjectFiles"));
  }

  private OutputOperation forEach(String name, BatchAction action) {
    return context.output(name, to -> to.addForEach(name, node, action));
  }

  /** Null for prefix or suffix is the same as empty. */
  final OutputOperation hadoopFiles(
      String name, String prefix, String suffix, HadoopOutput output) {
    String given = prefix == null ? "" : prefix;
    String end = suffix == null ? "" : suffix;
    return context.output(name, to -> to.addHadoopFiles(node, given, end, output));
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
    Objects.requireNonNull(f, "the function is null");
    return derived(
        name,
        label ->
            (parents, batchTime) ->
                StreamingContext.given(
                    f.apply(wrapRDD(parents.get(0)), batchTime), label, batchTime));
  }

  private <U, P extends DStreamLike<U, P, Q>, Q extends RDDLike<U, Q>> StreamNode transformedWith(
      String name, DStreamLike<U, P, Q> other, Function3<R, Q, Time, ? extends RDDLike<?, ?>> f) {
    Objects.requireNonNull(f, "the function is null");
    StartCheck.requireSame(context == other.context(), node.slide(), other.node().slide(), name);
    NodeLabel label = context.label(name, node.slide());
    return new DerivedStreamNode(
        label,
        List.of(node, other.node()),
        (parents, batchTime) ->
            StreamingContext.given(
                f.call(wrapRDD(parents.get(0)), other.wrapRDD(parents.get(1)), batchTime),
                label,
                batchTime),
        List.of());
  }
}
