package org.millrace.api;

import static org.millrace.api.graph.SharedFunctions.shared;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import org.apache.hadoop.io.compress.CompressionCodec;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.function.Function;
import org.millrace.api.function.Function2;
import org.millrace.api.function.VoidFunction;
import org.millrace.api.graph.CallSite;
import org.millrace.api.graph.Compositions;
import org.millrace.api.graph.HadoopOutput;
import org.millrace.api.graph.NarrowNode;
import org.millrace.api.graph.Operator;
import org.millrace.api.graph.RddNode;
import org.millrace.api.partial.BoundedDouble;
import org.millrace.api.partial.Estimates;
import org.millrace.api.partial.PartialResult;
import org.millrace.api.sketch.DistinctSketch;
import org.millrace.api.spi.JobAction;
import org.millrace.api.spi.SubmittedJob;

/**
 * What can be asked of a dataset: the actions of {@link RDDLike}.
 *
 * <p>An action computes the dataset and blocks the caller until it has its result; it may be called
 * on the thread that the program's own functions are called on. Results of partitions are put
 * together in the order of partitions. Actions throw {@link MillraceException}: TASK_FAILED with
 * the cause when a function failed in all attempts, FUNCTION_NOT_SERIALIZABLE when one cannot be
 * sent.
 *
 * @param <T> type of the records
 */
public abstract class RDDActions<T> {
  private static final int TREE_DEPTH = 2;
  static final double CONFIDENCE = 0.95;
  private static final ExactSampling.Grouping<Object, Boolean> ALL = record -> true;
  private static final ExactSampling.Grouping<Object, Object> ITSELF = record -> record;

  private final BatchContext context;
  private final RddNode node;

  RDDActions(BatchContext context, RddNode node) {
    this.context = Objects.requireNonNull(context, "context");
    this.node = Objects.requireNonNull(node, "node");
  }

  /** The context that computes this dataset. */
  public final BatchContext context() {
    return context;
  }

  /** The logical graph of this dataset; for engines. */
  public final RddNode node() {
    return node;
  }

  // ---- records

  /** All records, in order. */
  public List<T> collect() {
    return flat(run(new JobAction.Collect()));
  }

  /**
   * The records of some partitions, in the order of the ids; only these partitions are computed.
   *
   * @throws MillraceException ILLEGAL_USE when there is no such partition
   */
  @SuppressWarnings({"unchecked", "rawtypes"}) // an array of a generic type
  public List<T>[] collectPartitions(int[] partitionIds) {
    List[] result = new List[partitionIds.length];
    for (int i = 0; i < partitionIds.length; i++) {
      int id = partitionIds[i];
      if (id < 0 || id >= node.partitionCount()) {
        throw new MillraceException(
            ErrorCode.ILLEGAL_USE,
            "collectPartitions of partition "
                + id
                + " of "
                + node.description()
                + "; there are partitions 0 to "
                + (node.partitionCount() - 1));
      }
      result[i] = partition(id);
    }
    return result;
  }

  final List<T> partition(int index) {
    return partition(node, index);
  }

  private List<T> partition(RddNode of, int index) {
    return flat(context.engine().runJob(of, new JobAction.Collect(), index, index + 1));
  }

  /**
   * An iterator over all records, in order, that holds one partition at a time; each is fetched
   * when the one before is used up. Behind a shuffle all partitions are computed with the first
   * one, and executors keep them until the last one was fetched.
   */
  public Iterator<T> toLocalIterator() {
    return new LocalIterator<>(context.engine(), node, this::partition);
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

  /** {@link #takeSample(boolean, int, long)} with another seed for each call. */
  public List<T> takeSample(boolean withReplacement, int num) {
    return takeSample(withReplacement, num, Sampling.nextSeed());
  }

  /**
   * Exactly {@code num} records chosen by chance, in an order by chance; all records when there are
   * no more and none is taken twice. The same seed gives the same records in the same order. Counts
   * the records first.
   */
  public List<T> takeSample(boolean withReplacement, int num, long seed) {
    if (num < 0) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE, "takeSample of " + num + " records; give a number of at least 0");
    }
    List<Map<Boolean, Long>> counts = eachPartition(shared(new ExactSampling.CountGroups<>(all())));
    long count = counts.stream().mapToLong(each -> each.getOrDefault(true, 0L)).sum();
    long size = count == 0 ? 0 : withReplacement ? num : Math.min(num, count);
    Map<Boolean, long[]> quotas =
        ExactSampling.quotas(
            counts, Map.of(true, size), withReplacement, new SplittableRandom(seed));
    List<T> sample =
        new RDD<T>(
                context,
                new NarrowNode(
                    node,
                    Operator.MAP_PARTITIONS_WITH_INDEX,
                    new ExactSampling.Choose<>(seed, withReplacement, all(), quotas, counts),
                    false,
                    described("takeSample")))
            .collect();
    Collections.shuffle(sample, new Random(seed));
    return sample;
  }

  @SuppressWarnings("unchecked") // takes records of any type
  private static <T> ExactSampling.Grouping<T, Boolean> all() {
    return (ExactSampling.Grouping<T, Boolean>) (ExactSampling.Grouping<?, Boolean>) ALL;
  }

  /** The smallest {@code num} records in their natural order; of equal ones the earlier first. */
  public List<T> takeOrdered(int num) {
    return takeOrdered(num, RangePartitioner.natural());
  }

  /** The first {@code num} records by an order; of equal ones the earlier first. */
  public List<T> takeOrdered(int num, Comparator<T> comp) {
    if (num <= 0) {
      return new ArrayList<>();
    }
    Smallest<T> smallest = shared(new Smallest<>(num, Objects.requireNonNull(comp, "comp")));
    return smallest.merge(eachPartition(smallest));
  }

  /** The largest {@code num} records, the largest first; of equal ones the earlier first. */
  public List<T> top(int num) {
    return takeOrdered(num, Collections.reverseOrder());
  }

  /** The last {@code num} records by an order, the last first; of equal ones the earlier first. */
  public List<T> top(int num, Comparator<T> comp) {
    return takeOrdered(num, Collections.reverseOrder(Objects.requireNonNull(comp, "comp")));
  }

  /**
   * The largest record by an order; of equal ones the first.
   *
   * @throws MillraceException EMPTY_COLLECTION when there are no records
   */
  public T max(Comparator<T> comp) {
    return extreme("max", Collections.reverseOrder(comp));
  }

  /**
   * The smallest record by an order; of equal ones the first.
   *
   * @throws MillraceException EMPTY_COLLECTION when there are no records
   */
  public T min(Comparator<T> comp) {
    return extreme("min", comp);
  }

  private T extreme(String action, Comparator<T> order) {
    List<T> found = takeOrdered(1, order);
    if (found.isEmpty()) {
      throw empty(action);
    }
    return found.get(0);
  }

  // ---- counts

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
    return new PairRDD<T, Long>(context, counts).collectAsMap();
  }

  /**
   * About how many distinct records there are, see {@link DistinctSketch}.
   *
   * @param relativeSD relative standard deviation, 0.0001 to less than 1; the memory that is needed
   *     grows with its inverse square
   */
  public long countApproxDistinct(double relativeSD) {
    DistinctSketch total = DistinctSketch.of(DistinctSketch.requireDeviation(relativeSD));
    for (DistinctSketch partition :
        eachPartition(shared(new DistinctCount.OfPartition<T>(relativeSD)))) {
      total.merge(partition);
    }
    return total.estimate();
  }

  /** {@link #countApprox(long, double)} with a confidence of 0.95. */
  public PartialResult<BoundedDouble> countApprox(long timeoutMs) {
    return countApprox(timeoutMs, CONFIDENCE);
  }

  /**
   * The number of records as far as it is known after some time, which the job outlives: estimated
   * from the partitions that have ended.
   *
   * @param timeoutMs how long to wait for the result
   * @param confidence how likely the bounds of the estimate hold, between 0 and 1
   */
  public PartialResult<BoundedDouble> countApprox(long timeoutMs, double confidence) {
    return approximately(
        new JobAction.Count(),
        timeoutMs,
        confidence,
        (counts, estimates) -> estimates.count(counts.stream().mapToLong(Long::longValue).sum()));
  }

  /** {@link #countByValueApprox(long, double)} with a confidence of 0.95. */
  public PartialResult<Map<T, BoundedDouble>> countByValueApprox(long timeoutMs) {
    return countByValueApprox(timeoutMs, CONFIDENCE);
  }

  /** {@link #countByValue()} as {@link #countApprox(long, double)} counts records. */
  @SuppressWarnings("unchecked") // takes records of any type
  public PartialResult<Map<T, BoundedDouble>> countByValueApprox(
      long timeoutMs, double confidence) {
    return countGroupsApprox(
        (ExactSampling.Grouping<T, T>) (ExactSampling.Grouping<?, ?>) ITSELF,
        timeoutMs,
        confidence);
  }

  final <G> PartialResult<Map<G, BoundedDouble>> countGroupsApprox(
      ExactSampling.Grouping<T, G> grouping, long timeoutMs, double confidence) {
    return approximately(
        onPartition(shared(new ExactSampling.CountGroups<>(grouping))),
        timeoutMs,
        confidence,
        (counts, estimates) -> {
          Map<G, Long> sums = new LinkedHashMap<>();
          counts.forEach(
              each -> each.forEach((group, count) -> sums.merge(group, count, Long::sum)));
          Map<G, BoundedDouble> result = new LinkedHashMap<>();
          sums.forEach((group, count) -> result.put(group, estimates.count(count)));
          return result;
        });
  }

  final <R, U> PartialResult<U> approximately(
      JobAction<R> action,
      long timeoutMs,
      double confidence,
      BiFunction<Collection<R>, Estimates, U> estimate) {
    Estimates.requireConfidence(confidence);
    int count = node.partitionCount();
    SubmittedJob<R> job = context.engine().submitJob(node, action, 0, count);
    CompletableFuture<U> result =
        job.thenApply(all -> estimate.apply(all, new Estimates(count, count, confidence)));
    Collection<R> some =
        endsWithin(job, timeoutMs) ? List.of() : job.resultsSoFar().join().values();
    if (job.isDone()) {
      return PartialResult.ended(result);
    }
    return PartialResult.estimated(
        estimate.apply(some, new Estimates(some.size(), count, confidence)), result);
  }

  /** Whether a job ends, well or not, within a time. */
  private static boolean endsWithin(SubmittedJob<?> job, long timeoutMs) {
    try {
      job.get(timeoutMs, TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MillraceException(
          ErrorCode.TIMED_OUT,
          "the wait for an approximate result was interrupted; its job " + job.jobId() + " runs on",
          e);
    }
  }

  // ---- actions that do not block their caller

  /** {@link #count()} that goes on while its caller does. */
  public FutureAction<Long> countAsync() {
    return RunningAction.of(
        context.engine(),
        node,
        new JobAction.Count(),
        counts -> counts.stream().mapToLong(Long::longValue).sum());
  }

  /** {@link #collect()} that goes on while its caller does. */
  public FutureAction<List<T>> collectAsync() {
    return RunningAction.of(context.engine(), node, new JobAction.Collect(), this::flat);
  }

  /** {@link #take(int)} that goes on while its caller does. */
  public FutureAction<List<T>> takeAsync(int num) {
    return RunningAction.take(context.engine(), node, num, taken -> flat(List.of(taken)));
  }

  /** {@link #foreach} that goes on while its caller does. */
  @SuppressWarnings("unchecked") // the engine gives what the graph of T describes
  public FutureAction<Void> foreachAsync(VoidFunction<T> f) {
    return RunningAction.of(
        context.engine(),
        node,
        new JobAction.ForEach((VoidFunction<Object>) given(f)),
        done -> null);
  }

  /** {@link #foreachPartition} that goes on while its caller does. */
  @SuppressWarnings("unchecked") // the engine gives what the graph of T describes
  public FutureAction<Void> foreachPartitionAsync(VoidFunction<Iterator<T>> f) {
    return RunningAction.of(
        context.engine(),
        node,
        new JobAction.ForEachPartition((VoidFunction<Iterator<Object>>) (VoidFunction<?>) given(f)),
        done -> null);
  }

  // ---- folds

  /**
   * The records reduced to one, by a function that is associative: first within each partition,
   * then over partitions, both in order.
   *
   * @throws MillraceException EMPTY_COLLECTION when there are no records
   */
  @SuppressWarnings("unchecked") // the engine gives what the graph of T describes
  public T reduce(Function2<T, T, T> f) {
    return reduced(
        "reduce", run(new JobAction.Reduce((Function2<Object, Object, Object>) untyped(f))), f);
  }

  private T reduced(String action, List<List<Object>> partitions, Function2<T, T, T> f) {
    List<T> values = flat(partitions);
    if (values.isEmpty()) {
      throw empty(action);
    }
    return Aggregation.merge(action, values.get(0), values.subList(1, values.size()), f);
  }

  private static Function2<?, ?, ?> untyped(Function2<?, ?, ?> f) {
    return given(f);
  }

  /** {@link #treeReduce(Function2, int)} with a depth of 2. */
  public T treeReduce(Function2<T, T, T> f) {
    return treeReduce(f, TREE_DEPTH);
  }

  /**
   * {@link #reduce} whose partitions are put together on executors first, so that the driver gets
   * few values.
   *
   * @param f associative
   * @param depth about how many levels the tree has, at least 1
   */
  public T treeReduce(Function2<T, T, T> f, int depth) {
    String description = described("treeReduce");
    RddNode each =
        new NarrowNode(
            node,
            Operator.MAP_PARTITIONS,
            shared(new Aggregation.Reduced<>(given(f))),
            false,
            description);
    RddNode few = tree(each, f, depth, description);
    return reduced("treeReduce", runOn(few, new JobAction.Collect()), f);
  }

  /**
   * The records folded into the zero value: first within each partition, each beginning with the
   * zero value, then over partitions, beginning with it once more. Functions may change and give
   * back their first argument; the zero value is copied by serialization.
   */
  public T fold(T zeroValue, Function2<T, T, T> f) {
    return aggregate("fold", zeroValue, f, f);
  }

  /**
   * {@link #fold} into another type.
   *
   * @param seqOp puts a record into a value
   * @param combOp puts the values of two partitions together, the earlier first
   */
  public <U> U aggregate(U zeroValue, Function2<U, T, U> seqOp, Function2<U, U, U> combOp) {
    return aggregate("aggregate", zeroValue, seqOp, combOp);
  }

  private <U> U aggregate(
      String action, U zeroValue, Function2<U, T, U> seqOp, Function2<U, U, U> combOp) {
    ZeroValue<U> zero = new ZeroValue<>(zeroValue);
    U first = zero.copy(given(combOp));
    List<U> partitions = eachPartition(shared(new Aggregation.OfPartition<>(zero, given(seqOp))));
    return Aggregation.merge(action, first, partitions, combOp);
  }

  /** {@link #treeAggregate(Object, Function2, Function2, int)} with a depth of 2. */
  public <U> U treeAggregate(U zeroValue, Function2<U, T, U> seqOp, Function2<U, U, U> combOp) {
    return treeAggregate(zeroValue, seqOp, combOp, TREE_DEPTH);
  }

  /**
   * {@link #aggregate} whose partitions are put together on executors first, so that the driver
   * gets few values.
   *
   * @param depth about how many levels the tree has, at least 1
   */
  public <U> U treeAggregate(
      U zeroValue, Function2<U, T, U> seqOp, Function2<U, U, U> combOp, int depth) {
    return treeAggregate(zeroValue, seqOp, combOp, depth, false);
  }

  /**
   * {@code treeAggregate} that puts the last values together on an executor too when asked for, so
   * that the driver gets one.
   */
  @SuppressWarnings("unchecked") // the engine gives what the graph of U describes
  public <U> U treeAggregate(
      U zeroValue,
      Function2<U, T, U> seqOp,
      Function2<U, U, U> combOp,
      int depth,
      boolean finalAggregateOnExecutor) {
    ZeroValue<U> zero = new ZeroValue<>(zeroValue);
    String description = described("treeAggregate");
    RddNode each =
        new NarrowNode(
            node,
            Operator.MAP_PARTITIONS,
            shared(new Aggregation.ToOne<>(new Aggregation.OfPartition<>(zero, given(seqOp)))),
            false,
            description);
    RddNode few = tree(each, given(combOp), depth, description);
    if (finalAggregateOnExecutor && few.partitionCount() > 1) {
      few = Compositions.combinedTo(few, 1, combOp, description);
    }
    List<U> values = new ArrayList<>();
    runOn(few, new JobAction.Collect())
        .forEach(partition -> partition.forEach(value -> values.add((U) value)));
    return values.isEmpty()
        ? zero.copy(combOp)
        : Aggregation.merge(
            "treeAggregate", values.get(0), values.subList(1, values.size()), combOp);
  }

  private static RddNode tree(RddNode each, Function2<?, ?, ?> f, int depth, String description) {
    if (depth < 1) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE, description + " of depth " + depth + "; give at least 1");
    }
    RddNode level = each;
    int count = each.partitionCount();
    int scale = Math.max((int) Math.ceil(Math.pow(count, 1.0 / depth)), 2);
    while (count > scale + Math.ceil((double) count / scale)) {
      count /= scale;
      level = Compositions.combinedTo(level, count, f, description);
    }
    return level;
  }

  // ---- effects

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

  /** {@link #saveAsTextFile(String)} with files that a codec compresses. */
  public void saveAsTextFile(String path, Class<? extends CompressionCodec> codec) {
    context
        .engine()
        .saveAsHadoop(node, HadoopOutput.text(path, codec, context.hadoopConfiguration()));
  }

  /**
   * Writes the records into a new directory of Avro container files, which {@link
   * BatchContext#objectFile} reads; they may be of any class that can be sent to executors. The
   * directory appears as a whole.
   *
   * @throws MillraceException OUTPUT_EXISTS when the directory is there
   */
  public void saveAsObjectFile(String path) {
    context
        .engine()
        .saveAsHadoop(
            node,
            HadoopOutput.objects(
                java.util.Optional.of(path), context.hadoopConfiguration(), "saveAsObjectFile"));
  }

  // ---- what actions and transformations share

  static String described(String operation) {
    return operation + " at " + CallSite.here();
  }

  static <F> F given(F function) {
    return Objects.requireNonNull(function, "the function is null");
  }

  /** What a function gives for each partition. */
  final <R> List<R> eachPartition(Function<Iterator<T>, R> f) {
    return run(onPartition(f));
  }

  @SuppressWarnings("unchecked") // the engine gives what the graph of T describes
  final <R> JobAction<R> onPartition(Function<Iterator<T>, R> f) {
    return new JobAction.MapPartition<>((Function<Iterator<Object>, R>) (Function<?, R>) f);
  }

  private <R> List<R> run(JobAction<R> action) {
    return runOn(node, action);
  }

  private <R> List<R> runOn(RddNode rdd, JobAction<R> action) {
    return context.engine().runJob(rdd, action, 0, rdd.partitionCount());
  }

  private List<T> flat(List<List<Object>> partitions) {
    List<T> all = new ArrayList<>();
    partitions.forEach(partition -> addAll(all, partition));
    return all;
  }

  @SuppressWarnings("unchecked") // the engine gives what the graph of T describes
  private static <T> void addAll(List<T> to, List<Object> from) {
    for (Object record : from) {
      to.add((T) record);
    }
  }

  final MillraceException empty(String action) {
    return new MillraceException(
        ErrorCode.EMPTY_COLLECTION,
        action
            + " needs at least one record, but "
            + node.description()
            + " has none; ask"
            + " isEmpty() first");
  }
}
