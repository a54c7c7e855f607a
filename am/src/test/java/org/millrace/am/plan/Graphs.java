package org.millrace.am.plan;

import java.io.Serializable;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.millrace.api.HashPartitioner;
import org.millrace.api.Partitioner;
import org.millrace.api.Tuple2;
import org.millrace.api.function.FlatMapFunction;
import org.millrace.api.function.Function;
import org.millrace.api.function.Function2;
import org.millrace.api.function.Function4;
import org.millrace.api.graph.CollectionNode;
import org.millrace.api.graph.Combining;
import org.millrace.api.graph.ConcatNode;
import org.millrace.api.graph.NarrowNode;
import org.millrace.api.graph.Operator;
import org.millrace.api.graph.RddNode;
import org.millrace.api.graph.ShuffleNode;
import org.millrace.api.graph.StateNode;
import org.millrace.api.graph.StateOperation;
import org.millrace.api.graph.ZipNode;
import org.millrace.api.streaming.Time;

/** Small graphs; all share their functions, as the batches of a stream do. */
public final class Graphs {
  public static final Partitioner TWO = new HashPartitioner(2);
  private static final Function2<Integer, Integer, Integer> SUM = Integer::sum;
  private static final Function<Object, Object> SAME = value -> value;
  private static final Function2<Integer, Iterator<Object>, Iterator<Object>> INDEXED =
      (index, records) -> records;
  private static final FlatMapFunction<List<Iterator<Object>>, Object> LEFT = sides -> sides.get(0);
  private static final Function4<
          Time,
          Object,
          List<Object>,
          org.millrace.api.Optional<Object>,
          org.millrace.api.Optional<Object>>
      LATEST = (time, key, values, state) -> state;

  private Graphs() {}

  /** Pairs of a source of so many partitions. */
  public static RddNode pairs(int partitions) {
    return new CollectionNode(
        Collections.nCopies(partitions, List.<Object>of(new Tuple2<>("a", 1))));
  }

  /** Reduced by key into two partitions. */
  public static RddNode reduced(RddNode parent) {
    return new ShuffleNode(parent, TWO, Combining.Combine.reduce(SUM), "reduceByKey");
  }

  public static RddNode grouped(RddNode parent) {
    return new ShuffleNode(parent, TWO, new Combining.Group(), "groupByKey");
  }

  /** Placed by key into two partitions. */
  public static RddNode placed(RddNode parent) {
    return new ShuffleNode(parent, TWO, new Combining.None(), "partitionBy");
  }

  /** The same values, where they were. */
  public static RddNode values(RddNode parent) {
    return new NarrowNode(parent, Operator.MAP_VALUES, SAME, true, "mapValues");
  }

  public static RddNode indexed(RddNode parent) {
    return new NarrowNode(
        parent,
        Operator.MAP_PARTITIONS_WITH_INDEX,
        (Serializable) INDEXED,
        true,
        "mapPartitionsWithIndex");
  }

  public static RddNode zipped(RddNode... parents) {
    return new ZipNode(List.of(parents), LEFT, Optional.empty(), "zip");
  }

  /** Partition i of all parents, one after the other. */
  public static RddNode aligned(RddNode... parents) {
    return ConcatNode.aligned(List.of(parents), Optional.of(TWO), "aligned");
  }

  /** All partitions of a dataset in one. */
  public static RddNode inOne(RddNode parent) {
    List<ConcatNode.Piece> pieces =
        IntStream.range(0, parent.partitionCount())
            .mapToObj(index -> new ConcatNode.Piece(0, index))
            .toList();
    return new ConcatNode(List.of(parent), List.of(pieces), Optional.empty(), "coalesce");
  }

  /** The state of stream 7 after a batch; {@code previousMs} is -1 for the first. */
  public static StateNode state(RddNode parent, long batchMs, long previousMs) {
    return state(7, parent, batchMs, previousMs);
  }

  public static StateNode state(int stateId, RddNode parent, long batchMs, long previousMs) {
    StateOperation operation = new StateOperation.UpdateByKey(LATEST);
    return new StateNode(
        new StateNode.StateIdentity(stateId, operation, TWO, new Time(0)),
        operation.arranged(parent, TWO, "updateStateByKey"),
        Optional.empty(),
        new Time(batchMs),
        previousMs < 0 ? Optional.empty() : Optional.of(new Time(previousMs)),
        "updateStateByKey");
  }
}
