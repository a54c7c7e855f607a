package org.millrace.api;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.function.FlatMapFunction;
import org.millrace.api.function.Function;
import org.millrace.api.function.Function2;
import org.millrace.api.function.PairFlatMapFunction;
import org.millrace.api.function.PairFunction;
import org.millrace.api.function.VoidFunction;
import org.millrace.api.graph.CallSite;
import org.millrace.api.graph.Compositions;
import org.millrace.api.graph.NarrowNode;
import org.millrace.api.graph.Operator;
import org.millrace.api.graph.RddNode;
import org.millrace.api.graph.UnionNode;
import org.millrace.api.spi.JobAction;

/**
 * What {@link RDD} and {@link PairRDD} have in common.
 *
 * <p>A dataset is immutable, partitioned and ordered; transformations only describe new datasets,
 * and actions compute. Functions run on executors, so they must be serializable; they must be
 * deterministic, because a task can run again. Actions block the caller and may be called on the
 * thread that the program's own functions are called on. They throw {@link MillraceException}:
 * TASK_FAILED with the cause when a function failed in all attempts, FUNCTION_NOT_SERIALIZABLE when
 * one cannot be sent.
 *
 * @param <T> type of the records
 * @param <S> the dataset type itself
 */
public abstract class RDDLike<T, S extends RDDLike<T, S>> {
  private final BatchContext context;
  private final RddNode node;

  RDDLike(BatchContext context, RddNode node) {
    this.context = Objects.requireNonNull(context, "context");
    this.node = Objects.requireNonNull(node, "node");
  }

  /** A dataset of the same type as this one. */
  abstract S wrap(RddNode newNode);

  /** The context that computes this dataset. */
  public final BatchContext context() {
    return context;
  }

  /** The logical graph of this dataset; for engines. */
  public final RddNode node() {
    return node;
  }

  /** A number that no other dataset of this process has. */
  public final long id() {
    return node.id();
  }

  /** How many partitions there are. */
  public final int getNumPartitions() {
    return node.partitionCount();
  }

  /** By what pairs are placed in partitions; absent when they are not placed by key. */
  public final Optional<Partitioner> partitioner() {
    return Optional.ofNullable(node.partitioner().orElse(null));
  }

  // ---- transformations: the order of records and partitions is kept unless said otherwise

  /** One record for one. */
  public <U> RDD<U> map(Function<T, U> f) {
    return new RDD<>(context, narrow("map", Operator.MAP, f));
  }

  /** One pair for one record. */
  public <K, V> PairRDD<K, V> mapToPair(PairFunction<T, K, V> f) {
    return new PairRDD<>(context, narrow("mapToPair", Operator.MAP_TO_PAIR, f));
  }

  /** Zero or more records for one. */
  public <U> RDD<U> flatMap(FlatMapFunction<T, U> f) {
    return new RDD<>(context, narrow("flatMap", Operator.FLAT_MAP, f));
  }

  /** Zero or more pairs for one record. */
  public <K, V> PairRDD<K, V> flatMapToPair(PairFlatMapFunction<T, K, V> f) {
    return new PairRDD<>(context, narrow("flatMapToPair", Operator.FLAT_MAP_TO_PAIR, f));
  }

  /** Any records for the iterator over a partition; called once for each partition. */
  public <U> RDD<U> mapPartitions(FlatMapFunction<Iterator<T>, U> f) {
    return new RDD<>(context, narrow("mapPartitions", Operator.MAP_PARTITIONS, f));
  }

  /** Any pairs for the iterator over a partition; called once for each partition. */
  public <K, V> PairRDD<K, V> mapPartitionsToPair(PairFlatMapFunction<Iterator<T>, K, V> f) {
    return new PairRDD<>(
        context, narrow("mapPartitionsToPair", Operator.MAP_PARTITIONS_TO_PAIR, f));
  }

  /** The records for which the function is true; the partitioner is kept. */
  public S filter(Function<T, Boolean> f) {
    return wrap(new NarrowNode(node, Operator.FILTER, given(f), true, described("filter")));
  }

  /** The partitions of this dataset, then those of the other one. */
  public S union(S other) {
    context.requireSame(other.context(), "union");
    return wrap(new UnionNode(List.of(node, other.node()), described("union")));
  }

  /**
   * The same records spread evenly over {@code numPartitions} partitions: partition p gives its
   * first record to partition {@code p mod n}, the next to the one after it, and so on.
   */
  public S repartition(int numPartitions) {
    return wrap(Compositions.repartition(node, numPartitions, described("repartition")));
  }

  // ---- actions

  /** All records, in order. */
  public List<T> collect() {
    List<T> all = new ArrayList<>();
    for (List<Object> partition : run(new JobAction.Collect())) {
      addAll(all, partition);
    }
    return all;
  }

  /** The first records, at most {@code num}; reads only the first partitions when they suffice. */
  public List<T> take(int num) {
    List<T> taken = new ArrayList<>();
    int until = Math.min(context.defaultParallelism(), node.partitionCount());
    takeFrom(0, until, num, taken);
    takeFrom(until, node.partitionCount(), num, taken);
    return taken;
  }

  private void takeFrom(int from, int until, int num, List<T> taken) {
    int missing = num - taken.size();
    if (missing > 0 && from < until) {
      for (List<Object> partition :
          context.engine().runJob(node, new JobAction.Take(missing), from, until)) {
        addAll(taken, partition.subList(0, Math.min(partition.size(), num - taken.size())));
      }
    }
  }

  /**
   * The first record.
   *
   * @throws MillraceException EMPTY_COLLECTION when there is none
   */
  public T first() {
    List<T> taken = take(1);
    if (taken.isEmpty()) {
      throw empty("first");
    }
    return taken.get(0);
  }

  /** Whether there are no records. */
  public boolean isEmpty() {
    return take(1).isEmpty();
  }

  /** The number of records. */
  public long count() {
    return run(new JobAction.Count()).stream().mapToLong(Long::longValue).sum();
  }

  /** How often each distinct record occurs, in the order of partitions. */
  public Map<T, Long> countByValue() {
    RddNode counts =
        Compositions.countByValue(
            node,
            new HashPartitioner(Math.max(1, node.partitionCount())),
            described("countByValue"));
    Map<T, Long> result = new LinkedHashMap<>();
    new PairRDD<T, Long>(context, counts)
        .collect()
        .forEach(pair -> result.put(pair._1(), pair._2()));
    return result;
  }

  /**
   * The records reduced to one, by a function that is associative: first within each partition,
   * then over partitions, both in order.
   *
   * @throws MillraceException EMPTY_COLLECTION when there are no records
   */
  @SuppressWarnings("unchecked") // the engine gives what the graph of T describes
  public T reduce(Function2<T, T, T> f) {
    List<T> values = new ArrayList<>();
    for (List<Object> partition :
        run(new JobAction.Reduce((Function2<Object, Object, Object>) (Function2<?, ?, ?>) f))) {
      addAll(values, partition);
    }
    if (values.isEmpty()) {
      throw empty("reduce");
    }
    T result = values.get(0);
    for (T value : values.subList(1, values.size())) {
      result = merge(f, result, value);
    }
    return result;
  }

  private T merge(Function2<T, T, T> f, T left, T right) {
    try {
      return f.call(left, right);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new MillraceException(
          ErrorCode.TASK_FAILED, "the function of reduce failed in the driver: " + e, e);
    }
  }

  /** Calls a function for each record, on executors. */
  @SuppressWarnings("unchecked") // the engine gives what the graph of T describes
  public void foreach(VoidFunction<T> f) {
    run(new JobAction.ForEach((VoidFunction<Object>) given(f)));
  }

  /** Calls a function once for each partition with an iterator over its records, on executors. */
  @SuppressWarnings("unchecked") // the engine gives what the graph of T describes
  public void foreachPartition(VoidFunction<Iterator<T>> f) {
    run(
        new JobAction.ForEachPartition(
            (VoidFunction<Iterator<Object>>) (VoidFunction<?>) given(f)));
  }

  /**
   * Writes the records as lines of text, a file {@code part-00000} and so on for each partition,
   * into a new directory that appears as a whole.
   *
   * @throws MillraceException OUTPUT_EXISTS when the directory exists
   */
  public void saveAsTextFile(String path) {
    context.engine().saveAsTextFile(node, path);
  }

  // ---- what the transformations of subclasses share

  final RddNode narrow(String name, Operator operator, Serializable f) {
    return new NarrowNode(
        node, operator, operator.hasFunction() ? given(f) : null, false, described(name));
  }

  static String described(String operation) {
    return operation + " at " + CallSite.here();
  }

  static <F> F given(F function) {
    return Objects.requireNonNull(function, "the function is null");
  }

  private <R> List<R> run(JobAction<R> action) {
    return context.engine().runJob(node, action, 0, node.partitionCount());
  }

  @SuppressWarnings("unchecked") // the engine gives what the graph of T describes
  private static <T> void addAll(List<T> to, List<Object> from) {
    for (Object record : from) {
      to.add((T) record);
    }
  }

  private MillraceException empty(String action) {
    return new MillraceException(
        ErrorCode.EMPTY_COLLECTION,
        action
            + " needs at least one record, but "
            + node.description()
            + " has none; ask"
            + " isEmpty() first");
  }

  @Override
  public String toString() {
    return getClass().getSimpleName() + "[" + id() + "] " + node.description();
  }
}
