package org.millrace.api.fake;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.millrace.api.Partitioner;
import org.millrace.api.Tuple2;
import org.millrace.api.function.FlatMapFunction;
import org.millrace.api.function.Function2;
import org.millrace.api.function.PairFlatMapFunction;
import org.millrace.api.function.PairFunction;
import org.millrace.api.graph.BlockRange;
import org.millrace.api.graph.BlocksNode;
import org.millrace.api.graph.CollectionNode;
import org.millrace.api.graph.Combining;
import org.millrace.api.graph.ConcatNode;
import org.millrace.api.graph.EmptyNode;
import org.millrace.api.graph.NarrowNode;
import org.millrace.api.graph.RddNode;
import org.millrace.api.graph.ShuffleNode;
import org.millrace.api.graph.StateNode;
import org.millrace.api.graph.StateViewNode;
import org.millrace.api.graph.TextFilesNode;
import org.millrace.api.graph.UnionNode;
import org.millrace.api.graph.ZipNode;

/**
 * Says what the partitions of a dataset are, by computing all of them, one after the other.
 *
 * <p>Functions are used as they come out of serialization, as on an executor.
 */
public final class NaiveInterpreter {
  private final Function<BlockRange, List<Object>> blocks;
  private final NaiveStates states = new NaiveStates();

  /** An interpreter; {@code blocks} gives the records of a range of received blocks, in order. */
  public NaiveInterpreter(Function<BlockRange, List<Object>> blocks) {
    this.blocks = blocks;
  }

  /** An interpreter of datasets without received blocks. */
  public NaiveInterpreter() {
    this(
        range -> {
          throw new IllegalStateException("there are no blocks " + range);
        });
  }

  /** What has to be told of the state of every batch before anything computed from it is asked. */
  public NaiveStates states() {
    return states;
  }

  /** The records of each partition, in order; throws what the functions throw. */
  public List<List<Object>> partitions(RddNode node) throws Exception {
    if (node instanceof StateNode state) {
      return states.results(state, this);
    } else if (node instanceof StateViewNode view) {
      return states.pairs(view.state(), this);
    } else if (node instanceof CollectionNode collection) {
      return collection.partitions();
    } else if (node instanceof EmptyNode) {
      return List.of();
    } else if (node instanceof BlocksNode received) {
      return received.partitions().stream().map(this::recordsOf).toList();
    } else if (node instanceof TextFilesNode files) {
      List<List<Object>> result = new ArrayList<>();
      for (var split : files.splits()) {
        result.add(SplitLines.read(split));
      }
      return result;
    } else if (node instanceof UnionNode) {
      List<List<Object>> result = new ArrayList<>();
      for (RddNode parent : node.parents()) {
        result.addAll(partitions(parent));
      }
      return result;
    } else if (node instanceof NarrowNode narrow) {
      List<List<Object>> result = new ArrayList<>();
      for (List<Object> partition : partitions(narrow.parent())) {
        result.add(apply(narrow, result.size(), partition));
      }
      return result;
    } else if (node instanceof ConcatNode concat) {
      return concatenated(concat, partitionsOfParents(concat));
    } else if (node instanceof ZipNode zip) {
      return zipped(zip, partitionsOfParents(zip));
    } else if (node instanceof ShuffleNode shuffle) {
      return shuffle(shuffle, partitions(shuffle.parent()));
    }
    throw new IllegalArgumentException("not a known node: " + node);
  }

  private List<List<List<Object>>> partitionsOfParents(RddNode node) throws Exception {
    List<List<List<Object>>> parents = new ArrayList<>();
    for (RddNode parent : node.parents()) {
      parents.add(partitions(parent));
    }
    return parents;
  }

  private static List<List<Object>> concatenated(
      ConcatNode node, List<List<List<Object>>> parents) {
    List<List<Object>> result = new ArrayList<>();
    for (List<ConcatNode.Piece> pieces : node.partitions()) {
      List<Object> records = new ArrayList<>();
      pieces.forEach(piece -> records.addAll(parents.get(piece.parent()).get(piece.partition())));
      result.add(records);
    }
    return result;
  }

  private static List<List<Object>> zipped(ZipNode node, List<List<List<Object>>> parents)
      throws Exception {
    List<List<Object>> result = new ArrayList<>();
    for (int i = 0; i < node.partitionCount(); i++) {
      List<Iterator<Object>> sides = new ArrayList<>();
      for (List<List<Object>> parent : parents) {
        sides.add(parent.get(i).iterator());
      }
      List<Object> records = new ArrayList<>();
      Shipping.copy(node.function()).call(sides).forEachRemaining(records::add);
      result.add(records);
    }
    return result;
  }

  private List<Object> recordsOf(List<BlockRange> ranges) {
    List<Object> records = new ArrayList<>();
    ranges.forEach(range -> records.addAll(blocks.apply(range)));
    return records;
  }

  // ---- narrow

  @SuppressWarnings("unchecked") // the operator says what its function is
  private static List<Object> apply(NarrowNode node, int index, List<Object> in) throws Exception {
    Object f = node.operator().hasFunction() ? Shipping.copy(node.function()) : null;
    List<Object> out = new ArrayList<>();
    switch (node.operator()) {
      case MAP -> {
        for (Object record : in) {
          out.add(asFunction(f).call(record));
        }
      }
      case MAP_TO_PAIR -> {
        for (Object record : in) {
          out.add(((PairFunction<Object, Object, Object>) f).call(record));
        }
      }
      case FLAT_MAP -> {
        for (Object record : in) {
          ((FlatMapFunction<Object, Object>) f).call(record).forEachRemaining(out::add);
        }
      }
      case FLAT_MAP_TO_PAIR -> {
        for (Object record : in) {
          ((PairFlatMapFunction<Object, Object, Object>) f).call(record).forEachRemaining(out::add);
        }
      }
      case FILTER -> {
        for (Object record : in) {
          if ((Boolean) asFunction(f).call(record)) {
            out.add(record);
          }
        }
      }
      case MAP_VALUES -> {
        for (Object record : in) {
          Tuple2<?, ?> pair = (Tuple2<?, ?>) record;
          out.add(new Tuple2<>(pair._1(), asFunction(f).call(pair._2())));
        }
      }
      case FLAT_MAP_VALUES -> {
        for (Object record : in) {
          Tuple2<?, ?> pair = (Tuple2<?, ?>) record;
          ((FlatMapFunction<Object, Object>) f)
              .call(pair._2())
              .forEachRemaining(value -> out.add(new Tuple2<>(pair._1(), value)));
        }
      }
      case MAP_PARTITIONS ->
          ((FlatMapFunction<Iterator<Object>, Object>) f)
              .call(in.iterator())
              .forEachRemaining(out::add);
      case MAP_PARTITIONS_TO_PAIR ->
          ((PairFlatMapFunction<Iterator<Object>, Object, Object>) f)
              .call(in.iterator())
              .forEachRemaining(out::add);
      case MAP_PARTITIONS_WITH_INDEX ->
          ((Function2<Integer, Iterator<Object>, Iterator<Object>>) f)
              .call(index, in.iterator())
              .forEachRemaining(out::add);
      case KEYS -> in.forEach(record -> out.add(((Tuple2<?, ?>) record)._1()));
      case VALUES -> in.forEach(record -> out.add(((Tuple2<?, ?>) record)._2()));
    }
    return out;
  }

  @SuppressWarnings("unchecked") // the operator says what its function is
  private static org.millrace.api.function.Function<Object, Object> asFunction(Object f) {
    return (org.millrace.api.function.Function<Object, Object>) f;
  }

  // ---- shuffle

  private static List<List<Object>> shuffle(ShuffleNode node, List<List<Object>> in)
      throws Exception {
    Combining combining = node.combining();
    if (combining instanceof Combining.RoundRobin) {
      return spread(in, node.partitionCount());
    } else if (combining instanceof Combining.None) {
      return placed(in, node.routing());
    } else if (combining instanceof Combining.Group) {
      return grouped(placed(in, node.routing()));
    } else if (combining instanceof Combining.Combine combine) {
      return combined(Shipping.copy(combine), in, node.routing());
    }
    throw new IllegalArgumentException("not a known combining: " + combining);
  }

  private static List<List<Object>> spread(List<List<Object>> in, int n) {
    List<List<Object>> out = emptyPartitions(n);
    for (int p = 0; p < in.size(); p++) {
      int target = p % n;
      for (Object record : in.get(p)) {
        out.get(target).add(record);
        target = (target + 1) % n;
      }
    }
    return out;
  }

  private static List<List<Object>> placed(List<List<Object>> in, Partitioner routing) {
    List<List<Object>> out = emptyPartitions(routing.numPartitions());
    for (List<Object> partition : in) {
      for (Object record : partition) {
        out.get(routing.getPartition(((Tuple2<?, ?>) record)._1())).add(record);
      }
    }
    return out;
  }

  private static List<List<Object>> grouped(List<List<Object>> in) {
    List<List<Object>> out = new ArrayList<>();
    for (List<Object> partition : in) {
      Map<Object, List<Object>> groups = new LinkedHashMap<>();
      for (Object record : partition) {
        Tuple2<?, ?> pair = (Tuple2<?, ?>) record;
        groups.computeIfAbsent(pair._1(), key -> new ArrayList<>()).add(pair._2());
      }
      out.add(pairs(groups));
    }
    return out;
  }

  private static List<List<Object>> combined(
      Combining.Combine combine, List<List<Object>> in, Partitioner routing) throws Exception {
    if (!combine.mapSide()) {
      List<List<Object>> out = new ArrayList<>();
      for (List<Object> partition : placed(in, routing)) {
        out.add(pairs(combineValues(combine, partition)));
      }
      return out;
    }
    List<List<Object>> maps = new ArrayList<>();
    for (List<Object> partition : in) {
      maps.add(pairs(combineValues(combine, partition)));
    }
    List<List<Object>> out = new ArrayList<>();
    for (List<Object> partition : placed(maps, routing)) {
      Map<Object, Object> merged = new LinkedHashMap<>();
      for (Object record : partition) {
        Tuple2<?, ?> pair = (Tuple2<?, ?>) record;
        merged.put(
            pair._1(),
            merged.containsKey(pair._1())
                ? combine.mergeCombiners().call(merged.get(pair._1()), pair._2())
                : pair._2());
      }
      out.add(pairs(merged));
    }
    return out;
  }

  private static Map<Object, Object> combineValues(Combining.Combine combine, List<Object> records)
      throws Exception {
    Map<Object, Object> combiners = new LinkedHashMap<>();
    for (Object record : records) {
      Object key = ((Tuple2<?, ?>) record)._1();
      Object value = ((Tuple2<?, ?>) record)._2();
      if (combiners.containsKey(key)) {
        combiners.put(key, combine.mergeValue().call(combiners.get(key), value));
      } else {
        combiners.put(
            key, combine.createCombiner() == null ? value : combine.createCombiner().call(value));
      }
    }
    return combiners;
  }

  private static List<Object> pairs(Map<Object, ?> map) {
    List<Object> result = new ArrayList<>();
    map.forEach((key, value) -> result.add(new Tuple2<>(key, value)));
    return result;
  }

  private static List<List<Object>> emptyPartitions(int n) {
    List<List<Object>> out = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      out.add(new ArrayList<>());
    }
    return out;
  }
}
