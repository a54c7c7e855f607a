package org.millrace.api.graph;

import java.util.Objects;
import org.millrace.api.function.Function;
import org.millrace.api.function.Function2;

/** What a {@link ShuffleNode} does with the records that meet in a partition. */
public sealed interface Combining {

  /**
   * Pairs are placed by key and keep as they are. They arrive in the order of parent partitions,
   * and within one in its order.
   */
  record None() implements Combining {}

  /**
   * Records of any type are spread evenly without regard to what they are: parent partition p gives
   * its first record to partition {@code p mod n}, the next to the one after it, and so on.
   */
  record RoundRobin() implements Combining {}

  /**
   * All values of a key are combined into one: pairs of {@code K, V} become pairs of {@code K, C},
   * one for each key, in the order in which the keys were first seen. Arrival is in the order of
   * parent partitions.
   *
   * @param createCombiner makes the combiner of the first value; null stands for the identity
   * @param mergeValue puts another value into a combiner
   * @param mergeCombiners joins the combiners of two parent partitions, the earlier one first
   * @param mapSide whether values may be combined before they are moved
   */
  record Combine(
      Function<Object, Object> createCombiner,
      Function2<Object, Object, Object> mergeValue,
      Function2<Object, Object, Object> mergeCombiners,
      boolean mapSide)
      implements Combining {
    /** Checks that the merge functions are given. */
    public Combine {
      Objects.requireNonNull(mergeValue, "mergeValue");
      Objects.requireNonNull(mergeCombiners, "mergeCombiners");
    }

    /** Combines values with one function that takes and gives values. */
    @SuppressWarnings("unchecked") // the graph is untyped; the typed API is above it
    public static Combine reduce(Function2<?, ?, ?> f) {
      Function2<Object, Object, Object> untyped = (Function2<Object, Object, Object>) f;
      return new Combine(null, untyped, untyped, true);
    }
  }

  /**
   * All values of a key become one {@code Iterable} in arrival order: pairs of {@code K, V} become
   * pairs of {@code K, Iterable<V>}, one for each key, in the order in which the keys were first
   * seen. Nothing is combined before it is moved. The iterable can be iterated any number of times.
   */
  record Group() implements Combining {}
}
