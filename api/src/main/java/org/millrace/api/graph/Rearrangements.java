package org.millrace.api.graph;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.millrace.api.Partitioner;
import org.millrace.api.Tuple2;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.function.FlatMapFunction;
import org.millrace.api.function.FlatMapFunction2;
import org.millrace.api.graph.ConcatNode.Piece;

/** Operations that put whole partitions together, or put a partition's records in order. */
public final class Rearrangements {
  private static final FlatMapFunction<List<Iterator<Object>>, Object> PAIRS =
      sides -> new Zipped(sides.get(0), sides.get(1));
  private static final FlatMapFunction<List<Iterator<Object>>, Object> PRODUCTS =
      sides -> new Products(sides.get(0), listOf(sides.get(1)));
  private static final FlatMapFunction<Iterator<Object>, Object> GLOM =
      records -> List.<Object>of(listOf(records)).iterator();

  private Rearrangements() {}

  /**
   * Runs of consecutive partitions put together without moving anything: {@code count} runs whose
   * numbers of partitions differ by at most one; the parent itself when it has no more than that.
   */
  public static RddNode coalesce(RddNode parent, int count, String description) {
    requirePartitions(count, description);
    int from = parent.partitionCount();
    if (from <= count) {
      return parent;
    }
    List<List<Piece>> runs = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      runs.add(pieces((int) (i * from / count), (int) ((i + 1) * from / count)));
    }
    return new ConcatNode(List.of(parent), runs, Optional.empty(), description);
  }

  /** Only the partitions from {@code first} to {@code last}, both included. */
  public static RddNode range(RddNode parent, int first, int last, String description) {
    List<List<Piece>> kept = new ArrayList<>();
    for (Piece piece : pieces(first, last + 1)) {
      kept.add(List.of(piece));
    }
    return new ConcatNode(List.of(parent), kept, Optional.empty(), description);
  }

  private static List<Piece> pieces(int from, int until) {
    List<Piece> pieces = new ArrayList<>();
    for (int partition = from; partition < until; partition++) {
      pieces.add(new Piece(0, partition));
    }
    return pieces;
  }

  /**
   * Each record on the left with each on the right. Partition {@code i * m + j}, where m is the
   * number of partitions on the right, pairs partition i on the left with partition j on the right,
   * which is held in memory.
   */
  public static RddNode cartesian(RddNode left, RddNode right, String description) {
    List<List<Piece>> lefts = new ArrayList<>();
    List<List<Piece>> rights = new ArrayList<>();
    for (int i = 0; i < left.partitionCount(); i++) {
      for (int j = 0; j < right.partitionCount(); j++) {
        lefts.add(List.of(new Piece(0, i)));
        rights.add(List.of(new Piece(0, j)));
      }
    }
    return new ZipNode(
        List.of(
            new ConcatNode(List.of(left), lefts, Optional.empty(), description),
            new ConcatNode(List.of(right), rights, Optional.empty(), description)),
        PRODUCTS,
        Optional.empty(),
        description);
  }

  /** Pairs of the n-th record of each partition on the left and the right. */
  public static RddNode zip(RddNode left, RddNode right, String description) {
    return zip(left, right, PAIRS, description);
  }

  /** What a function makes of iterators over partition i of both sides. */
  public static RddNode zipPartitions(
      RddNode left, RddNode right, FlatMapFunction2<?, ?, ?> f, String description) {
    return zip(left, right, SharedFunctions.shared(new OfTwo(f)), description);
  }

  private static RddNode zip(
      RddNode left,
      RddNode right,
      FlatMapFunction<List<Iterator<Object>>, Object> f,
      String description) {
    if (left.partitionCount() != right.partitionCount()) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          description
              + ": one dataset has "
              + left.partitionCount()
              + " partitions, the other "
              + right.partitionCount()
              + "; both need the same number, which coalesce or repartition gives");
    }
    return new ZipNode(List.of(left, right), f, Optional.empty(), description);
  }

  /** One list for each partition: its records in order. */
  public static RddNode glom(RddNode parent, String description) {
    return new NarrowNode(parent, Operator.MAP_PARTITIONS, GLOM, false, description);
  }

  /**
   * Each partition's pairs in the order of their keys; pairs with equal keys stay in the order in
   * which they were. A partition is held in memory while it is put in order.
   */
  public static RddNode sortedByKey(RddNode parent, Comparator<?> order, String description) {
    return new NarrowNode(
        parent,
        Operator.MAP_PARTITIONS,
        SharedFunctions.shared(new Sort(order)),
        true,
        description);
  }

  /** The pairs where the partitioner puts them, each partition in the order of keys. */
  public static RddNode placedAndSorted(
      RddNode parent, Partitioner partitioner, Comparator<?> order, String description) {
    return sortedByKey(
        StateArrangement.placed(parent, partitioner, description), order, description);
  }

  static void requirePartitions(int count, String description) {
    if (count < 1) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          description + " asks for " + count + " partitions; give a number of at least 1");
    }
  }

  static List<Object> listOf(Iterator<Object> records) {
    List<Object> list = new ArrayList<>();
    records.forEachRemaining(list::add);
    return list;
  }

  private record OfTwo(FlatMapFunction2<?, ?, ?> f)
      implements FlatMapFunction<List<Iterator<Object>>, Object> {
    @Override
    @SuppressWarnings("unchecked") // the typed API is above the graph
    public Iterator<Object> call(List<Iterator<Object>> sides) throws Exception {
      return ((FlatMapFunction2<Object, Object, Object>) f).call(sides.get(0), sides.get(1));
    }
  }

  @SuppressWarnings("serial") // whether the comparator can be sent is found out when it is sent
  private record Sort(Comparator<?> order) implements FlatMapFunction<Iterator<Object>, Object> {
    @Override
    @SuppressWarnings("unchecked") // the typed API is above the graph
    public Iterator<Object> call(Iterator<Object> pairs) {
      List<Object> sorted = listOf(pairs);
      Comparator<Object> byKey = (Comparator<Object>) order;
      sorted.sort((l, r) -> byKey.compare(((Tuple2<?, ?>) l)._1(), ((Tuple2<?, ?>) r)._1()));
      return sorted.iterator();
    }
  }

  /** Pairs of two iterators of the same length. */
  private static final class Zipped extends LookAhead {
    private final Iterator<Object> left;
    private final Iterator<Object> right;

    Zipped(Iterator<Object> left, Iterator<Object> right) {
      this.left = left;
      this.right = right;
    }

    @Override
    boolean advance() {
      if (left.hasNext() != right.hasNext()) {
        throw new MillraceException(
            ErrorCode.ILLEGAL_USE,
            "zip of two partitions with different numbers of records: the "
                + (left.hasNext() ? "second" : "first")
                + " is at its end; zip datasets that come from one by map alone, or use"
                + " zipPartitions");
      }
      return left.hasNext() && found(new Tuple2<>(left.next(), right.next()));
    }
  }
}
