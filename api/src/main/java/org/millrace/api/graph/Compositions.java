package org.millrace.api.graph;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.millrace.api.HashPartitioner;
import org.millrace.api.Partitioner;
import org.millrace.api.Tuple2;
import org.millrace.api.function.FlatMapFunction;
import org.millrace.api.function.Function;
import org.millrace.api.function.Function2;
import org.millrace.api.function.PairFunction;
import org.millrace.api.transparent.Aggregations;
import org.millrace.api.transparent.NumericAggregation;
import org.millrace.api.transparent.Pairings;

/**
 * Operations that consist of several nodes.
 *
 * <p>What they consist of fixes what a user observes: number of elements for an empty batch, order,
 * number of partitions.
 */
public final class Compositions {
  /** A pair of null and 1 for a record. */
  public static final PairFunction<Object, Object, Long> ONE_WITHOUT_KEY = Pairings.withoutKey();

  /** A pair of the record and 1. */
  public static final PairFunction<Object, Object, Long> ONE = Pairings.once();

  private static final PairFunction<Object, Object, Object> WITHOUT_KEY =
      record -> new Tuple2<>(null, record);
  private static final PairFunction<Object, Object, Object> WITHOUT_VALUE = Pairings.withoutValue();
  private static final Function2<Long, Long, Long> SUM = Aggregations.sumLong();
  private static final Function2<Object, Object, Object> EARLIER =
      new NumericAggregation<>(NumericAggregation.Kind.FIRST_OF_NONE);
  private static final FlatMapFunction<Iterator<Object>, Object> DISTINCT =
      Compositions::distinctOf;

  private Compositions() {}

  /** Exactly one element, the number of records, also for no records: 0. */
  public static RddNode count(RddNode parent, int partitionCount, String description) {
    RddNode ones =
        new NarrowNode(parent, Operator.MAP_TO_PAIR, ONE_WITHOUT_KEY, false, description);
    RddNode zero =
        new CollectionNode(List.of(List.<Object>of(new Tuple2<>(null, 0L))), description);
    RddNode all = new UnionNode(List.of(ones, zero), description);
    RddNode sum =
        new ShuffleNode(
            all, new HashPartitioner(partitionCount), Combining.Combine.reduce(SUM), description);
    return new NarrowNode(sum, Operator.VALUES, null, false, description);
  }

  /** One element for records, none for no records, in one partition. */
  public static RddNode reduce(RddNode parent, Function2<?, ?, ?> f, String description) {
    RddNode pairs = new NarrowNode(parent, Operator.MAP_TO_PAIR, WITHOUT_KEY, false, description);
    RddNode reduced =
        new ShuffleNode(pairs, new HashPartitioner(1), Combining.Combine.reduce(f), description);
    return new NarrowNode(reduced, Operator.VALUES, null, false, description);
  }

  /** A pair of each distinct record and how often it occurs. */
  public static RddNode countByValue(RddNode parent, Partitioner partitioner, String description) {
    RddNode pairs = new NarrowNode(parent, Operator.MAP_TO_PAIR, ONE, false, description);
    return new ShuffleNode(pairs, partitioner, Combining.Combine.reduce(SUM), description);
  }

  /** A pair of each record and null. */
  public static RddNode withoutValues(RddNode parent, String description) {
    return new NarrowNode(parent, Operator.MAP_TO_PAIR, WITHOUT_VALUE, false, description);
  }

  /**
   * Each record once, where and in the order in which it was first seen; in place when the parent
   * is placed in as many partitions, where equal records are together already.
   */
  public static RddNode distinct(RddNode parent, int partitionCount, String description) {
    if (parent.partitioner().isPresent() && parent.partitionCount() == partitionCount) {
      return new NarrowNode(parent, Operator.MAP_PARTITIONS, DISTINCT, true, description);
    }
    RddNode once =
        new ShuffleNode(
            withoutValues(parent, description),
            new HashPartitioner(partitionCount),
            Combining.Combine.reduce(EARLIER),
            description);
    return new NarrowNode(once, Operator.KEYS, null, false, description);
  }

  private static Iterator<Object> distinctOf(Iterator<Object> records) {
    Set<Object> seen = new LinkedHashSet<>();
    records.forEachRemaining(seen::add);
    return seen.iterator();
  }

  /**
   * The records of neighbouring partitions combined into one for each of {@code partitionCount}
   * partitions, in order; a partition without records adds nothing.
   *
   * @param f associative
   */
  public static RddNode combinedTo(
      RddNode parent, int partitionCount, Function2<?, ?, ?> f, String description) {
    RddNode numbered =
        new NarrowNode(
            parent,
            Operator.MAP_PARTITIONS_WITH_INDEX,
            SharedFunctions.shared(new Group(parent.partitionCount(), partitionCount)),
            false,
            description);
    RddNode combined =
        new ShuffleNode(
            numbered,
            new HashPartitioner(partitionCount),
            Combining.Combine.reduce(f),
            description);
    return new NarrowNode(combined, Operator.VALUES, null, false, description);
  }

  /** Pairs each record with the number of the target that its partition belongs to. */
  private record Group(int partitions, int groups)
      implements Function2<Integer, Iterator<Object>, Iterator<Object>> {
    @Override
    public Iterator<Object> call(Integer partition, Iterator<Object> records) {
      int group = (int) ((long) partition * groups / partitions);
      return new Products(List.<Object>of(group), Rearrangements.listOf(records));
    }
  }

  /** The same records spread evenly over so many partitions. */
  public static RddNode repartition(RddNode parent, int partitionCount, String description) {
    Rearrangements.requirePartitions(partitionCount, description);
    return ShuffleNode.roundRobin(parent, partitionCount, description);
  }

  /** The combiners of each key by three functions. */
  @SuppressWarnings("unchecked") // the graph is untyped; the typed API is above it
  public static RddNode combineByKey(
      RddNode parent,
      Function<?, ?> createCombiner,
      Function2<?, ?, ?> mergeValue,
      Function2<?, ?, ?> mergeCombiners,
      Partitioner partitioner,
      boolean mapSideCombine,
      String description) {
    Combining combine =
        new Combining.Combine(
            (Function<Object, Object>) createCombiner,
            (Function2<Object, Object, Object>) mergeValue,
            (Function2<Object, Object, Object>) mergeCombiners,
            mapSideCombine);
    return new ShuffleNode(parent, partitioner, combine, description);
  }
}
