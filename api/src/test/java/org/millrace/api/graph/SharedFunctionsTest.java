package org.millrace.api.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.millrace.api.BatchContext;
import org.millrace.api.HashPartitioner;
import org.millrace.api.PairRDD;
import org.millrace.api.RDD;
import org.millrace.api.StreamingConf;
import org.millrace.api.fake.FakeEngine;
import org.millrace.api.function.Function;

class SharedFunctionsTest {
  private static final Function<Integer, Integer> REST = i -> i % 3;

  private final BatchContext context =
      new BatchContext(new StreamingConf(false).setAppName("test"), new FakeEngine(2));

  /** What a program makes of the dataset of each batch. */
  private RddNode batch() {
    RDD<Integer> numbers = context.parallelize(List.of(1, 2, 3), 2);
    PairRDD<Integer, Integer> keyed = numbers.keyBy(REST);
    return keyed
        .aggregateByKey(0, Integer::sum, Integer::sum)
        .join(keyed)
        .leftOuterJoin(keyed.subtractByKey(keyed))
        .cogroup(keyed.distinct())
        .mapToDouble(pair -> 1.0)
        .zip(numbers.groupBy(REST))
        .repartitionAndSortWithinPartitions(new HashPartitioner(3), Comparator.naturalOrder())
        .glom()
        .zipWithUniqueId()
        .node();
  }

  private static List<Object> functionsOf(RddNode node, Set<RddNode> seen) {
    List<Object> functions = new ArrayList<>();
    if (seen.add(node)) {
      if (node instanceof NarrowNode narrow && narrow.function() != null) {
        functions.add(narrow.function());
      } else if (node instanceof ZipNode zip) {
        functions.add(zip.function());
      } else if (node instanceof ShuffleNode shuffle
          && shuffle.combining() instanceof Combining.Combine combine) {
        functions.add(combine.mergeValue());
        functions.add(combine.mergeCombiners());
        if (combine.createCombiner() != null) {
          functions.add(combine.createCombiner());
        }
      }
      node.parents().forEach(parent -> functions.addAll(functionsOf(parent, seen)));
    }
    return functions;
  }

  @Test
  void usesTheSameFunctionsInEachBatch() {
    List<Object> first = functionsOf(batch(), new HashSet<>());
    List<Object> second = functionsOf(batch(), new HashSet<>());

    assertThat(first).hasSizeGreaterThan(20).hasSameSizeAs(second);
    for (int i = 0; i < first.size(); i++) {
      assertThat(second.get(i)).isSameAs(first.get(i));
    }
  }

  @Test
  void sharesNothingThatDiffers() {
    RDD<Integer> numbers = context.parallelize(List.of(1, 2, 3), 2);

    assertThat(functionsOf(numbers.sample(false, 0.5, 1).node(), new HashSet<>()))
        .isNotEqualTo(functionsOf(numbers.sample(false, 0.5, 2).node(), new HashSet<>()));
    PairRDD<Integer, Integer> pairs = numbers.keyBy(REST);
    List<Integer> zero = new ArrayList<>();
    assertThat(
            functionsOf(
                pairs.aggregateByKey(zero, (l, i) -> l, (l, r) -> l).node(), new HashSet<>()))
        .isNotEqualTo(
            functionsOf(
                pairs.aggregateByKey(zero, (l, i) -> l, (l, r) -> l).node(), new HashSet<>()));
  }
}
