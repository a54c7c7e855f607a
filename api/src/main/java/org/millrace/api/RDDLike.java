package org.millrace.api;

import static org.millrace.api.graph.SharedFunctions.shared;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.millrace.api.error.MillraceException;
import org.millrace.api.function.DoubleFlatMapFunction;
import org.millrace.api.function.DoubleFunction;
import org.millrace.api.function.FlatMapFunction;
import org.millrace.api.function.FlatMapFunction2;
import org.millrace.api.function.Function;
import org.millrace.api.function.Function2;
import org.millrace.api.function.PairFlatMapFunction;
import org.millrace.api.function.PairFunction;
import org.millrace.api.graph.Compositions;
import org.millrace.api.graph.Joins;
import org.millrace.api.graph.NarrowNode;
import org.millrace.api.graph.Operator;
import org.millrace.api.graph.RddNode;
import org.millrace.api.graph.Rearrangements;
import org.millrace.api.graph.UnionNode;
import org.millrace.api.spi.JobAction;
import org.millrace.api.storage.StorageLevel;

/**
 * What {@link RDD}, {@link PairRDD} and {@link DoubleRDD} have in common.
 *
 * <p>A dataset is immutable, partitioned and ordered; transformations only describe new datasets,
 * and {@linkplain RDDActions actions} compute. Functions run on executors, so they must be
 * serializable; they must be deterministic, because a task can run again. Transformations keep the
 * order of records and partitions unless they say otherwise, and forget the partitioner unless they
 * say that it is kept.
 *
 * @param <T> type of the records
 * @param <S> the dataset type itself
 */
public abstract class RDDLike<T, S extends RDDLike<T, S>> extends RDDActions<T> {
  private static final int PIPE_BUFFER_BYTES = 8192;
  private static final String PIPE_ENCODING = "UTF-8";

  RDDLike(BatchContext context, RddNode node) {
    super(context, node);
  }

  /** A dataset of the same type as this one. */
  abstract S wrap(RddNode newNode);

  // ---- what it is

  /** A number that no other dataset of this process has. */
  public final long id() {
    return node().id();
  }

  /** How many partitions there are. */
  public final int getNumPartitions() {
    return node().partitionCount();
  }

  /** The partitions, in order. */
  public final List<Partition> partitions() {
    return IntStream.range(0, getNumPartitions()).mapToObj(Partition::new).toList();
  }

  /** By what pairs are placed in partitions; absent when they are not placed by key. */
  public final Optional<Partitioner> partitioner() {
    return Optional.ofNullable(node().partitioner().orElse(null));
  }

  /** The name that {@link #setName} gave; null when there is none. */
  public final String name() {
    return node().name();
  }

  /**
   * Names the dataset for people: in {@link #toDebugString()} and, while it is persisted, on the
   * page of the application. Null takes its name away.
   *
   * @return this dataset
   */
  public final S setName(String name) {
    node().name(name);
    return self();
  }

  /**
   * What the dataset is computed from, a line for each dataset: partitions, operation, place in the
   * program, id, name and storage level. {@code +-} marks where records are moved between
   * partitions.
   */
  public final String toDebugString() {
    return context().datasets().lineage(node(), context().engine());
  }

  @Override
  public final String toString() {
    String name = name();
    return (name == null ? "" : name + " ")
        + getClass().getSimpleName()
        + "["
        + id()
        + "] "
        + node().description();
  }

  // ---- keeping it

  /** {@link #persist} at {@link StorageLevel#MEMORY_ONLY}. */
  public final S cache() {
    return persist(StorageLevel.MEMORY_ONLY);
  }

  /**
   * Keeps the partitions from when they are first computed, until {@link #unpersist()} or until
   * nothing refers to the dataset any more; gives this dataset. What is lost is computed again.
   *
   * @throws MillraceException ILLEGAL_USE when it is kept at another level
   */
  public final S persist(StorageLevel newLevel) {
    context().engine().persist(node(), newLevel);
    context().datasets().persisted(node());
    return self();
  }

  /** Drops what is kept, without waiting for it; gives this dataset. */
  public final S unpersist() {
    return unpersist(false);
  }

  /** Drops what is kept, and waits until it is dropped when {@code blocking}. */
  public final S unpersist(boolean blocking) {
    context().engine().unpersist(node(), blocking);
    context().datasets().unpersisted(node());
    return self();
  }

  /** How it is kept; {@link StorageLevel#NONE} when it is not. */
  public final StorageLevel getStorageLevel() {
    return context().engine().storageLevel(node());
  }

  // ---- a record at a time

  /** One record for one. */
  public <U> RDD<U> map(Function<T, U> f) {
    return new RDD<>(context(), narrow("map", Operator.MAP, f));
  }

  /** One pair for one record. */
  public <K, V> PairRDD<K, V> mapToPair(PairFunction<T, K, V> f) {
    return new PairRDD<>(context(), narrow("mapToPair", Operator.MAP_TO_PAIR, f));
  }

  /** One number for one record. */
  public DoubleRDD mapToDouble(DoubleFunction<T> f) {
    return new DoubleRDD(
        context(),
        narrow("mapToDouble", Operator.MAP, shared(new RecordFunctions.Boxed<>(given(f)))));
  }

  /** Zero or more records for one. */
  public <U> RDD<U> flatMap(FlatMapFunction<T, U> f) {
    return new RDD<>(context(), narrow("flatMap", Operator.FLAT_MAP, f));
  }

  /** Zero or more pairs for one record. */
  public <K, V> PairRDD<K, V> flatMapToPair(PairFlatMapFunction<T, K, V> f) {
    return new PairRDD<>(context(), narrow("flatMapToPair", Operator.FLAT_MAP_TO_PAIR, f));
  }

  /** Zero or more numbers for one record. */
  public DoubleRDD flatMapToDouble(DoubleFlatMapFunction<T> f) {
    return new DoubleRDD(
        context(),
        narrow(
            "flatMapToDouble",
            Operator.FLAT_MAP,
            shared(new RecordFunctions.AllBoxed<>(given(f)))));
  }

  /** The records for which the function is true; the partitioner is kept. */
  public S filter(Function<T, Boolean> f) {
    return wrap(new NarrowNode(node(), Operator.FILTER, given(f), true, described("filter")));
  }

  /** Pairs of what a function gives for a record, and the record. */
  public <U> PairRDD<U, T> keyBy(Function<T, U> f) {
    return new PairRDD<>(
        context(),
        narrow("keyBy", Operator.MAP_TO_PAIR, shared(new RecordFunctions.KeyBy<>(given(f)))));
  }

  // ---- a partition at a time

  /** Any records for the iterator over a partition; called once for each partition. */
  public <U> RDD<U> mapPartitions(FlatMapFunction<Iterator<T>, U> f) {
    return mapPartitions(f, false);
  }

  /**
   * {@code mapPartitions} that keeps the partitioner, when the function leaves keys as they are.
   */
  public <U> RDD<U> mapPartitions(
      FlatMapFunction<Iterator<T>, U> f, boolean preservesPartitioning) {
    return new RDD<>(
        context(), narrow("mapPartitions", Operator.MAP_PARTITIONS, f, preservesPartitioning));
  }

  /** Any pairs for the iterator over a partition; called once for each partition. */
  public <K, V> PairRDD<K, V> mapPartitionsToPair(PairFlatMapFunction<Iterator<T>, K, V> f) {
    return mapPartitionsToPair(f, false);
  }

  /** {@code mapPartitionsToPair} that keeps the partitioner, when keys stay as they are. */
  public <K, V> PairRDD<K, V> mapPartitionsToPair(
      PairFlatMapFunction<Iterator<T>, K, V> f, boolean preservesPartitioning) {
    return new PairRDD<>(
        context(),
        narrow("mapPartitionsToPair", Operator.MAP_PARTITIONS_TO_PAIR, f, preservesPartitioning));
  }

  /** Any numbers for the iterator over a partition; called once for each partition. */
  public DoubleRDD mapPartitionsToDouble(DoubleFlatMapFunction<Iterator<T>> f) {
    return mapPartitionsToDouble(f, false);
  }

  /** {@code mapPartitionsToDouble} that keeps the partitioner. */
  public DoubleRDD mapPartitionsToDouble(
      DoubleFlatMapFunction<Iterator<T>> f, boolean preservesPartitioning) {
    return new DoubleRDD(
        context(),
        narrow(
            "mapPartitionsToDouble",
            Operator.MAP_PARTITIONS,
            shared(new RecordFunctions.AllBoxed<>(given(f))),
            preservesPartitioning));
  }

  /** Any records for the index of a partition, from 0, and the iterator over it. */
  public <R> RDD<R> mapPartitionsWithIndex(
      Function2<Integer, Iterator<T>, Iterator<R>> f, boolean preservesPartitioning) {
    return indexed("mapPartitionsWithIndex", f, preservesPartitioning);
  }

  /** One list for each partition: its records, in order. */
  public RDD<List<T>> glom() {
    return new RDD<>(context(), Rearrangements.glom(node(), described("glom")));
  }

  /** {@link #pipe(List)} of a command whose words blanks separate. */
  public RDD<String> pipe(String command) {
    return pipe(PipedPartition.words(command));
  }

  /** {@link #pipe(List, Map)} with the environment of the executor. */
  public RDD<String> pipe(List<String> command) {
    return pipe(command, Map.of());
  }

  /** {@link #pipe(List, Map, boolean, int)} in the working directory of the executor. */
  public RDD<String> pipe(List<String> command, Map<String, String> env) {
    return pipe(command, env, false, PIPE_BUFFER_BYTES);
  }

  /** {@link #pipe(List, Map, boolean, int, String)} in UTF-8. */
  public RDD<String> pipe(
      List<String> command, Map<String, String> env, boolean separateWorkingDir, int bufferSize) {
    return pipe(command, env, separateWorkingDir, bufferSize, PIPE_ENCODING);
  }

  /**
   * The lines that a command writes to its output. It is started on executors once for each
   * partition and gets {@code toString()} of each record as a line. It may stop reading before the
   * end. When it cannot be started or exits with a status other than 0, the task fails with
   * COMMAND_FAILED, which names the command and the end of its error output.
   *
   * @param env added to its environment
   * @param separateWorkingDir whether it runs in a new directory with links to the files of the
   *     executor's, which is deleted afterwards
   * @param bufferSize bytes that are gathered before they are written to it
   * @param encoding of the lines it reads and writes
   */
  public RDD<String> pipe(
      List<String> command,
      Map<String, String> env,
      boolean separateWorkingDir,
      int bufferSize,
      String encoding) {
    return new RDD<>(
        context(),
        narrow(
            "pipe",
            Operator.MAP_PARTITIONS,
            shared(new PipedPartition<>(command, env, separateWorkingDir, bufferSize, encoding))));
  }

  // ---- numbers

  /**
   * Pairs of each record and its place in the dataset, from 0. Counts the partitions but the last
   * in a job first, when there are several.
   */
  public PairRDD<T, Long> zipWithIndex() {
    int count = getNumPartitions();
    List<Long> firsts = new ArrayList<>();
    firsts.add(0L);
    if (count > 1) {
      for (long records : context().engine().runJob(node(), new JobAction.Count(), 0, count - 1)) {
        firsts.add(firsts.get(firsts.size() - 1) + records);
      }
    }
    return numbered("zipWithIndex", new RecordFunctions.Consecutive(firsts));
  }

  /**
   * Pairs of each record and a number that no other has: of n partitions, partition k gives k, n +
   * k, 2n + k and so on. Runs no job.
   */
  public PairRDD<T, Long> zipWithUniqueId() {
    return numbered("zipWithUniqueId", new RecordFunctions.TakingTurns(getNumPartitions()));
  }

  private PairRDD<T, Long> numbered(String name, RecordFunctions.Numbering numbering) {
    return PairRDD.fromRDD(indexed(name, shared(new RecordFunctions.Numbered<>(numbering)), false));
  }

  // ---- with another dataset

  /** The partitions of this dataset, then those of the other one. */
  public S union(S other) {
    requireSame(other, "union");
    return wrap(new UnionNode(List.of(node(), other.node()), described("union")));
  }

  /**
   * Pairs of the n-th record of this dataset and the n-th of the other one, which has as many
   * partitions, with as many records each.
   *
   * @throws MillraceException ILLEGAL_USE when the numbers of partitions differ; a task fails with
   *     it when those of records do
   */
  public <U> PairRDD<T, U> zip(RDDLike<U, ?> other) {
    requireSame(other, "zip");
    return new PairRDD<>(context(), Rearrangements.zip(node(), other.node(), described("zip")));
  }

  /**
   * What a function makes of the iterators over partition i of this dataset and of the other one,
   * which has as many partitions. The function need not read either to its end.
   */
  public <U, V> RDD<V> zipPartitions(
      RDDLike<U, ?> other, FlatMapFunction2<Iterator<T>, Iterator<U>, V> f) {
    requireSame(other, "zipPartitions");
    return new RDD<>(
        context(),
        Rearrangements.zipPartitions(node(), other.node(), given(f), described("zipPartitions")));
  }

  /**
   * Pairs of each record of this dataset and each of the other one. Of m partitions there, number
   * {@code i * m + j} has those of partition i here with partition j there, which is held in
   * memory: all of the first record here, then of the next.
   */
  public <U> PairRDD<T, U> cartesian(RDDLike<U, ?> other) {
    requireSame(other, "cartesian");
    return new PairRDD<>(
        context(), Rearrangements.cartesian(node(), other.node(), described("cartesian")));
  }

  /**
   * The distinct records that both datasets have, as first seen here. In as many partitions as the
   * larger dataset has, or {@code millrace.default.parallelism}.
   */
  public S intersection(S other) {
    requireSame(other, "intersection");
    String description = described("intersection");
    RddNode mine = Compositions.withoutValues(node(), description);
    RddNode others = Compositions.withoutValues(other.node(), description);
    return wrap(
        Joins.intersection(
            mine, others, DefaultPartitioner.of(context(), mine, others), description));
  }

  /**
   * The records that the other dataset lacks, as often as they are here, in arrival order; in as
   * many partitions as here.
   */
  public S subtract(S other) {
    return subtract(other, Math.max(1, getNumPartitions()));
  }

  /** {@link #subtract(RDDLike)} into so many partitions. */
  public S subtract(S other, int numPartitions) {
    return subtract(other, new HashPartitioner(numPartitions));
  }

  /** {@link #subtract(RDDLike)}, with records placed by a partitioner. */
  public S subtract(S other, Partitioner p) {
    requireSame(other, "subtract");
    String description = described("subtract");
    RddNode left =
        Joins.subtractByKey(
            Compositions.withoutValues(node(), description),
            Compositions.withoutValues(other.node(), description),
            p,
            description);
    return wrap(new NarrowNode(left, Operator.KEYS, null, false, description));
  }

  // ---- other partitions

  /** {@link #distinct(int)} into as many partitions as there are. */
  public S distinct() {
    return distinct(Math.max(1, getNumPartitions()));
  }

  /** Each record once, in the order in which they were first seen, within each partition. */
  public S distinct(int numPartitions) {
    return wrap(Compositions.distinct(node(), numPartitions, described("distinct")));
  }

  /**
   * The same records spread evenly over {@code numPartitions} partitions: partition p gives its
   * first record to partition {@code p mod n}, the next to the one after it, and so on.
   */
  public S repartition(int numPartitions) {
    return wrap(Compositions.repartition(node(), numPartitions, described("repartition")));
  }

  /**
   * The same records in the same order in at most {@code numPartitions} partitions, each a run of
   * about as many as there were. Nothing is moved, so fewer tasks compute what is before it too.
   */
  public S coalesce(int numPartitions) {
    return wrap(Rearrangements.coalesce(node(), numPartitions, described("coalesce")));
  }

  /** {@link #coalesce(int)}, or with {@code shuffle} the same as {@link #repartition(int)}. */
  public S coalesce(int numPartitions, boolean shuffle) {
    return shuffle
        ? wrap(Compositions.repartition(node(), numPartitions, described("coalesce")))
        : coalesce(numPartitions);
  }

  /** {@link #sample(boolean, double, long)} with another seed for each call. */
  public S sample(boolean withReplacement, double fraction) {
    return sample(withReplacement, fraction, Sampling.nextSeed());
  }

  /**
   * Some records by chance, in order; the partitioner is kept. The same seed gives the same
   * records.
   *
   * @param withReplacement whether a record can be taken several times
   * @param fraction the chance of a record to be taken, or how often it is taken on average
   */
  public S sample(boolean withReplacement, double fraction, long seed) {
    Sampling.requireFraction("sample", withReplacement, fraction);
    return wrap(
        narrow(
            "sample",
            Operator.MAP_PARTITIONS_WITH_INDEX,
            withReplacement
                ? shared(new Sampling.WithReplacement<T>(seed, fraction))
                : shared(new Sampling.Cell<T>(seed, 0, fraction)),
            true));
  }

  /**
   * The pairs of key and all records that a function gives that key for, in arrival order. Keys are
   * placed by a {@link HashPartitioner} of {@code millrace.default.parallelism} partitions if that
   * is set, else of as many as there are here.
   */
  public <U> PairRDD<U, Iterable<T>> groupBy(Function<T, U> f) {
    return keyBy(f).groupByKey();
  }

  /** {@link #groupBy(Function)} into so many partitions. */
  public <U> PairRDD<U, Iterable<T>> groupBy(Function<T, U> f, int numPartitions) {
    return keyBy(f).groupByKey(numPartitions);
  }

  // ---- what the transformations of subclasses share

  @SuppressWarnings("unchecked") // a subclass names itself
  private S self() {
    return (S) this;
  }

  final <R> RDD<R> indexed(
      String name, Function2<Integer, Iterator<T>, Iterator<R>> f, boolean preservesPartitioning) {
    return new RDD<>(
        context(), narrow(name, Operator.MAP_PARTITIONS_WITH_INDEX, f, preservesPartitioning));
  }

  final RddNode narrow(String name, Operator operator, Serializable f) {
    return narrow(name, operator, f, false);
  }

  final RddNode narrow(
      String name, Operator operator, Serializable f, boolean preservesPartitioning) {
    return new NarrowNode(
        node(),
        operator,
        operator.hasFunction() ? given(f) : null,
        preservesPartitioning,
        described(name));
  }

  final void requireSame(RDDLike<?, ?> other, String operation) {
    context().requireSame(other.context(), operation);
  }
}
