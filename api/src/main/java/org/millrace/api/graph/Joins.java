package org.millrace.api.graph;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.millrace.api.Partitioner;
import org.millrace.api.Tuple2;
import org.millrace.api.Tuple3;
import org.millrace.api.Tuple4;
import org.millrace.api.function.FlatMapFunction;
import org.millrace.api.function.Function;

/**
 * Operations by key over several datasets.
 *
 * <p>Each dataset that is not placed by the partitioner is shuffled, the others stay where they
 * are. Values are tagged with the number of their dataset, partitions put together, grouped in
 * place and told apart again. Keys come out as first seen in the first dataset, then in the next;
 * values in arrival order. All values of one key are in memory at a time.
 */
public final class Joins {
  private static final int MOST_SIDES = 4;
  private static final List<Tag> TAGS = List.of(new Tag(0), new Tag(1), new Tag(2), new Tag(3));
  private static final List<Untag> UNTAGS = List.of(new Untag(2), new Untag(3), new Untag(4));
  private static final FlatMapFunction<List<Iterator<Object>>, Object> SUBTRACT =
      sides -> new Remaining(sides.get(0), keysOf(sides.get(1)));
  private static final Function<Object, Boolean> IN_BOTH = Joins::isInBoth;

  private Joins() {}

  /** Which keys a join of two datasets gives pairs for. */
  public enum Kind implements FlatMapFunction<Object, Object> {
    /** Those of both sides; pairs of both values. */
    INNER(false, false),
    /** Those of the left side; a right value is an Optional. */
    LEFT_OUTER(true, false),
    /** Those of the right side; a left value is an Optional. */
    RIGHT_OUTER(false, true),
    /** Those of any side; both values are Optionals. */
    FULL_OUTER(true, true);

    private final boolean keepsLeft;
    private final boolean keepsRight;

    Kind(boolean keepsLeft, boolean keepsRight) {
      this.keepsLeft = keepsLeft;
      this.keepsRight = keepsRight;
    }

    /** The joined values of a key, from its tagged values: all of a left value, then the next. */
    @Override
    public Iterator<Object> call(Object group) {
      List<List<Object>> sides = Joins.sides(group, 2);
      return new Products(
          keepsRight ? optionals(sides.get(0)) : sides.get(0),
          keepsLeft ? optionals(sides.get(1)) : sides.get(1));
    }

    private static List<Object> optionals(List<Object> values) {
      List<Object> result = new ArrayList<>();
      for (Object value : values) {
        result.add(org.millrace.api.Optional.ofNullable(value));
      }
      if (result.isEmpty()) {
        result.add(org.millrace.api.Optional.empty());
      }
      return result;
    }
  }

  /**
   * A pair of each key of any dataset and a tuple of its values in each of them: an iterable for
   * each dataset, empty where it lacks the key.
   *
   * @param parents two to four datasets of pairs
   */
  public static RddNode cogroup(
      List<RddNode> parents, Partitioner partitioner, String description) {
    if (parents.size() < 2 || parents.size() > MOST_SIDES) {
      throw new IllegalArgumentException("cogroup of " + parents.size() + " datasets");
    }
    return new NarrowNode(
        grouped(parents, partitioner, description),
        Operator.MAP_VALUES,
        UNTAGS.get(parents.size() - 2),
        true,
        description);
  }

  /** A pair of each key and each combination of its values on the two sides. */
  public static RddNode join(
      RddNode left, RddNode right, Kind kind, Partitioner partitioner, String description) {
    return new NarrowNode(
        grouped(List.of(left, right), partitioner, description),
        Operator.FLAT_MAP_VALUES,
        kind,
        true,
        description);
  }

  /** The keys that both sides have, each once. */
  public static RddNode intersection(
      RddNode left, RddNode right, Partitioner partitioner, String description) {
    RddNode both =
        new NarrowNode(
            grouped(List.of(left, right), partitioner, description),
            Operator.FILTER,
            IN_BOTH,
            true,
            description);
    return new NarrowNode(both, Operator.KEYS, null, false, description);
  }

  private static boolean isInBoth(Object pair) {
    List<List<Object>> sides = sides(((Tuple2<?, ?>) pair)._2(), 2);
    return !sides.get(0).isEmpty() && !sides.get(1).isEmpty();
  }

  /** The pairs of the left side whose keys the right side lacks, in arrival order. */
  public static RddNode subtractByKey(
      RddNode left, RddNode right, Partitioner partitioner, String description) {
    return new ZipNode(
        List.of(
            StateArrangement.placed(left, partitioner, description),
            StateArrangement.placed(right, partitioner, description)),
        SUBTRACT,
        Optional.of(partitioner),
        description);
  }

  private static RddNode grouped(
      List<RddNode> parents, Partitioner partitioner, String description) {
    List<RddNode> tagged = new ArrayList<>();
    for (RddNode parent : parents) {
      tagged.add(
          new NarrowNode(
              StateArrangement.placed(parent, partitioner, description),
              Operator.MAP_VALUES,
              TAGS.get(tagged.size()),
              true,
              description));
    }
    RddNode together = ConcatNode.aligned(tagged, Optional.of(partitioner), description);
    return new ShuffleNode(together, partitioner, new Combining.Group(), description);
  }

  /** A value and the number of the dataset it comes from; never leaves its task. */
  private record Tagged(int side, Object value) {}

  private record Tag(int side) implements Function<Object, Object> {
    @Override
    public Object call(Object value) {
      return new Tagged(side, value);
    }
  }

  private record Untag(int count) implements Function<Object, Object> {
    @Override
    public Object call(Object group) {
      List<List<Object>> sides = sides(group, count);
      return switch (count) {
        case 2 -> new Tuple2<>(sides.get(0), sides.get(1));
        case 3 -> new Tuple3<>(sides.get(0), sides.get(1), sides.get(2));
        default -> new Tuple4<>(sides.get(0), sides.get(1), sides.get(2), sides.get(3));
      };
    }
  }

  private static List<List<Object>> sides(Object group, int count) {
    List<List<Object>> sides = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      sides.add(new ArrayList<>());
    }
    for (Object each : (Iterable<?>) group) {
      Tagged tagged = (Tagged) each;
      sides.get(tagged.side()).add(tagged.value());
    }
    return sides;
  }

  private static Set<Object> keysOf(Iterator<Object> pairs) {
    Set<Object> keys = new HashSet<>();
    pairs.forEachRemaining(pair -> keys.add(((Tuple2<?, ?>) pair)._1()));
    return keys;
  }

  /** The pairs of an iterator whose keys are not among some. */
  private static final class Remaining extends LookAhead {
    private final Iterator<Object> pairs;
    private final Set<Object> removed;

    Remaining(Iterator<Object> pairs, Set<Object> removed) {
      this.pairs = pairs;
      this.removed = removed;
    }

    @Override
    boolean advance() {
      while (pairs.hasNext()) {
        Object pair = pairs.next();
        if (!removed.contains(((Tuple2<?, ?>) pair)._1())) {
          return found(pair);
        }
      }
      return false;
    }
  }
}
