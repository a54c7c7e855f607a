package org.millrace.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.millrace.api.BatchContext;
import org.millrace.api.HashPartitioner;
import org.millrace.api.Optional;
import org.millrace.api.PairRDD;
import org.millrace.api.Partitioner;
import org.millrace.api.RDD;
import org.millrace.api.StreamingConf;
import org.millrace.api.Tuple2;
import org.millrace.api.fake.FakeEngine;
import org.millrace.api.graph.RddNode;
import org.millrace.api.graph.ShuffleNode;

class JoinTest {
  private static final Partitioner ONE = new HashPartitioner(1);

  private final BatchContext context =
      new BatchContext(new StreamingConf(false).setAppName("test"), new FakeEngine(2));
  private final PairRDD<String, Integer> left =
      context.parallelizePairs(List.of(pair("c", 1), pair("a", 2), pair("b", 3), pair("a", 4)), 2);
  private final PairRDD<String, String> right =
      context.parallelizePairs(
          List.of(pair("a", "x"), pair("d", "y"), pair("a", "z"), pair("c", "w")), 2);

  private static <A, B> Tuple2<A, B> pair(A first, B second) {
    return new Tuple2<>(first, second);
  }

  private static <T> Optional<T> some(T value) {
    return Optional.of(value);
  }

  private static int shufflesOf(RddNode node, Set<RddNode> seen) {
    int moves = 0;
    if (seen.add(node)) {
      boolean movesRecords =
          node instanceof ShuffleNode shuffle
              && !shuffle.parent().partitioner().equals(java.util.Optional.of(shuffle.routing()));
      moves = movesRecords ? 1 : 0;
      for (RddNode parent : node.parents()) {
        moves += shufflesOf(parent, seen);
      }
    }
    return moves;
  }

  private static int shufflesOf(PairRDD<?, ?> rdd) {
    return shufflesOf(rdd.node(), new HashSet<>());
  }

  @Test
  void joinsInTheOrderOfTheLeftKeysAndOfBothValues() {
    assertThat(left.join(right, ONE).collect())
        .containsExactly(
            pair("c", pair(1, "w")),
            pair("a", pair(2, "x")),
            pair("a", pair(2, "z")),
            pair("a", pair(4, "x")),
            pair("a", pair(4, "z")));
    assertThat(left.join(right).getNumPartitions()).isEqualTo(2);
    assertThat(left.join(right, 3).getNumPartitions()).isEqualTo(3);
    assertThat(left.join(right).partitioner().get()).isEqualTo(new HashPartitioner(2));
    assertThat(left.join(right).glom().collect())
        .containsExactly(
            List.of(),
            List.of(
                pair("c", pair(1, "w")),
                pair("a", pair(2, "x")),
                pair("a", pair(2, "z")),
                pair("a", pair(4, "x")),
                pair("a", pair(4, "z"))));
  }

  @Test
  void keepsWhatHasNoPartnerInOuterJoins() {
    assertThat(left.leftOuterJoin(right, ONE).collect())
        .containsExactly(
            pair("c", pair(1, some("w"))),
            pair("a", pair(2, some("x"))),
            pair("a", pair(2, some("z"))),
            pair("a", pair(4, some("x"))),
            pair("a", pair(4, some("z"))),
            pair("b", pair(3, Optional.empty())));
    assertThat(left.rightOuterJoin(right, ONE).collect())
        .containsExactly(
            pair("c", pair(some(1), "w")),
            pair("a", pair(some(2), "x")),
            pair("a", pair(some(2), "z")),
            pair("a", pair(some(4), "x")),
            pair("a", pair(some(4), "z")),
            pair("d", pair(Optional.empty(), "y")));
    assertThat(left.fullOuterJoin(right, ONE).collect())
        .hasSize(7)
        .contains(
            pair("b", pair(some(3), Optional.empty())),
            pair("d", pair(Optional.empty(), some("y"))))
        .endsWith(pair("d", pair(Optional.empty(), some("y"))));
    assertThat(left.leftOuterJoin(right, 3).getNumPartitions()).isEqualTo(3);
    assertThat(left.rightOuterJoin(right, 3).getNumPartitions()).isEqualTo(3);
    assertThat(left.fullOuterJoin(right, 3).getNumPartitions()).isEqualTo(3);
    assertThat(left.leftOuterJoin(right).count()).isEqualTo(6);
    assertThat(left.rightOuterJoin(right).count()).isEqualTo(6);
    assertThat(left.fullOuterJoin(right).count()).isEqualTo(7);
  }

  @Test
  void groupsTheValuesOfTwoThreeAndFourDatasets() {
    PairRDD<String, Long> third = context.parallelizePairs(List.of(pair("e", 9L)), 1);

    assertThat(left.cogroup(right, ONE).mapValues(sides -> sides.toString()).collect())
        .containsExactly(
            pair("c", "([1],[w])"),
            pair("a", "([2, 4],[x, z])"),
            pair("b", "([3],[])"),
            pair("d", "([],[y])"));
    assertThat(left.cogroup(right, third, ONE).mapValues(sides -> sides.toString()).collect())
        .contains(pair("c", "([1],[w],[])"))
        .endsWith(pair("e", "([],[],[9])"));
    assertThat(left.cogroup(right, third, left, ONE).mapValues(sides -> sides.toString()).collect())
        .contains(pair("a", "([2, 4],[x, z],[],[2, 4])"));
    assertThat(left.cogroup(right).getNumPartitions()).isEqualTo(2);
    assertThat(left.cogroup(right, 3).getNumPartitions()).isEqualTo(3);
    assertThat(left.cogroup(right, third).count()).isEqualTo(5);
    assertThat(left.cogroup(right, third, 3).getNumPartitions()).isEqualTo(3);
    assertThat(left.cogroup(right, third, left).count()).isEqualTo(5);
    assertThat(left.cogroup(right, third, left, 3).getNumPartitions()).isEqualTo(3);
    assertThat(left.groupWith(right).collect().toString())
        .isEqualTo(left.cogroup(right).collect().toString());
    assertThat(left.groupWith(right, third).count()).isEqualTo(5);
    assertThat(left.groupWith(right, third, left).count()).isEqualTo(5);
  }

  @Test
  void movesNothingThatIsPlaced() {
    HashPartitioner three = new HashPartitioner(3);
    PairRDD<String, Integer> placed = left.partitionBy(three);
    PairRDD<String, String> alsoPlaced = right.partitionBy(three);
    int before = shufflesOf(placed) + shufflesOf(alsoPlaced);

    assertThat(shufflesOf(placed.join(alsoPlaced))).isEqualTo(before);
    assertThat(shufflesOf(placed.fullOuterJoin(alsoPlaced))).isEqualTo(before);
    assertThat(shufflesOf(placed.cogroup(alsoPlaced))).isEqualTo(before);
    assertThat(shufflesOf(placed.subtractByKey(alsoPlaced))).isEqualTo(before);
    assertThat(shufflesOf(placed.join(placed))).isEqualTo(1);
    assertThat(shufflesOf(placed.reduceByKey(Integer::sum).mapValues(i -> i).join(alsoPlaced)))
        .isEqualTo(before);
    assertThat(shufflesOf(placed.join(right))).isEqualTo(2);
    assertThat(shufflesOf(left.join(right))).isEqualTo(2);
    assertThat(shufflesOf(placed.join(alsoPlaced).join(placed))).isEqualTo(before);
  }

  @Test
  void choosesThePartitionerOfTheLargestPlacedDataset() {
    PairRDD<String, Integer> many = left.partitionBy(new HashPartitioner(40));
    PairRDD<String, Integer> few = left.partitionBy(new HashPartitioner(3));

    assertThat(few.join(many).getNumPartitions()).isEqualTo(40);
    assertThat(few.join(left.repartition(20)).getNumPartitions()).isEqualTo(3);
    assertThat(few.join(left.repartition(30)).getNumPartitions()).isEqualTo(30);
    assertThat(left.join(right.repartition(5)).getNumPartitions()).isEqualTo(5);
  }

  @Test
  void usesTheConfiguredParallelismWhenNothingIsPlaced() {
    StreamingConf conf = new StreamingConf(false).setAppName("test");
    BatchContext configured =
        new BatchContext(conf.set("millrace.default.parallelism", "7"), new FakeEngine(7));
    PairRDD<String, Integer> some = configured.parallelizePairs(List.of(pair("a", 1)), 2);

    assertThat(some.join(some).getNumPartitions()).isEqualTo(7);
    assertThat(some.partitionBy(new HashPartitioner(3)).join(some).getNumPartitions()).isEqualTo(3);
  }

  @Test
  void joinsNullKeysAndNullValues() {
    PairRDD<String, String> withNull =
        context.parallelizePairs(Arrays.asList(pair((String) null, (String) null)), 1);

    assertThat(withNull.join(withNull).collect()).containsExactly(pair(null, pair(null, null)));
    assertThat(withNull.leftOuterJoin(right).collect())
        .containsExactly(pair(null, pair(null, Optional.empty())));
  }

  @Test
  void joinsWithNothing() {
    PairRDD<String, String> nothing = PairRDD.fromRDD(context.emptyRDD());

    assertThat(left.join(nothing).collect()).isEmpty();
    assertThat(nothing.join(nothing).collect()).isEmpty();
    assertThat(left.leftOuterJoin(nothing).count()).isEqualTo(4);
    assertThat(left.subtractByKey(nothing).count()).isEqualTo(4);
  }

  @Test
  void subtractsKeysInArrivalOrder() {
    assertThat(left.subtractByKey(right, ONE).collect()).containsExactly(pair("b", 3));
    assertThat(left.subtractByKey(context.parallelizePairs(List.of(pair("b", 1)))).collect())
        .containsExactly(pair("c", 1), pair("a", 2), pair("a", 4));
    assertThat(left.subtractByKey(right).getNumPartitions()).isEqualTo(2);
    assertThat(left.subtractByKey(right, 5).partitioner().get()).isEqualTo(new HashPartitioner(5));
  }

  @Test
  void intersectsAndSubtractsRecords() {
    RDD<Integer> some = context.parallelize(List.of(3, 1, 2, 3, 4, 1), 2);
    RDD<Integer> others = context.parallelize(List.of(1, 3, 9, 1), 2);

    assertThat(some.intersection(others).glom().collect())
        .containsExactly(List.of(), List.of(3, 1));
    assertThat(some.subtract(others).collect()).containsExactly(2, 4);
    assertThat(others.subtract(context.parallelize(List.of(3))).glom().collect())
        .containsExactly(List.of(), List.of(1, 9, 1));
    assertThat(some.subtract(others, 3).getNumPartitions()).isEqualTo(3);
    assertThat(some.subtract(others, new HashPartitioner(1)).collect()).containsExactly(2, 4);
    assertThat(left.intersection(left.filter(p -> p._2() > 2)).collect())
        .containsExactlyInAnyOrder(pair("b", 3), pair("a", 4));
  }
}
