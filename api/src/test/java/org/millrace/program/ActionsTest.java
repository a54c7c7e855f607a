package org.millrace.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.millrace.api.BatchContext;
import org.millrace.api.HashPartitioner;
import org.millrace.api.PairRDD;
import org.millrace.api.RDD;
import org.millrace.api.StreamingConf;
import org.millrace.api.Tuple2;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.fake.FakeEngine;

class ActionsTest {
  private final BatchContext context =
      new BatchContext(new StreamingConf(false).setAppName("test"), new FakeEngine(2));
  private final RDD<Integer> numbers = context.parallelize(List.of(4, 1, 5, 2, 3), 3);
  private final RDD<String> letters = context.parallelize(List.of("a", "b", "c", "d", "e"), 5);

  private static <A, B> Tuple2<A, B> pair(A left, B right) {
    return new Tuple2<>(left, right);
  }

  private static void assertFails(ErrorCode code, Runnable use) {
    assertThatThrownBy(use::run)
        .isInstanceOfSatisfying(MillraceException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  @Test
  void foldsFromTheZeroValueInEachPartitionAndOnceMore() {
    assertThat(numbers.fold(100, Integer::sum)).isEqualTo(415);
    assertThat(letters.fold("z", (l, r) -> "(" + l + r + ")"))
        .isEqualTo("(((((z(za))(zb))(zc))(zd))(ze))");
    assertThat(context.<Integer>emptyRDD().fold(7, Integer::sum)).isEqualTo(7);
  }

  @Test
  void aggregatesIntoAnotherTypeWithoutChangingTheZeroValue() {
    List<Integer> zero = new ArrayList<>();
    List<Integer> all =
        numbers.aggregate(
            zero,
            (list, i) -> {
              list.add(i);
              return list;
            },
            (l, r) -> {
              l.addAll(r);
              return l;
            });

    assertThat(all).containsExactly(4, 1, 5, 2, 3);
    assertThat(zero).isEmpty();
  }

  @Test
  void putsPartitionsTogetherInATreeWithoutChangingTheirOrder() {
    RDD<String> many =
        context.parallelize(IntStream.range(0, 100).mapToObj(Integer::toString).toList(), 50);
    String expected = String.join("", many.collect());

    for (int depth = 1; depth <= 5; depth++) {
      assertThat(many.treeReduce(String::concat, depth)).isEqualTo(expected);
      assertThat(many.treeAggregate("", String::concat, String::concat, depth)).isEqualTo(expected);
      assertThat(many.treeAggregate("", String::concat, String::concat, depth, true))
          .isEqualTo(expected);
    }
    assertThat(many.treeReduce(String::concat)).isEqualTo(expected);
    assertThat(many.treeAggregate("", String::concat, String::concat)).isEqualTo(expected);
    assertThat(many.filter(s -> s.equals("42")).treeReduce(String::concat)).isEqualTo("42");
    assertThat(context.<String>emptyRDD().treeAggregate("z", String::concat, String::concat))
        .isEqualTo("z");
    assertFails(
        ErrorCode.EMPTY_COLLECTION, () -> context.<String>emptyRDD().treeReduce(String::concat));
    assertFails(ErrorCode.ILLEGAL_USE, () -> many.treeReduce(String::concat, 0));
  }

  @Test
  void takesRecordsInOrder() {
    assertThat(numbers.takeOrdered(3)).containsExactly(1, 2, 3);
    assertThat(numbers.takeOrdered(2, Comparator.reverseOrder())).containsExactly(5, 4);
    assertThat(numbers.top(2)).containsExactly(5, 4);
    assertThat(numbers.top(9, Comparator.reverseOrder())).containsExactly(1, 2, 3, 4, 5);
    assertThat(numbers.takeOrdered(0)).isEmpty();
    assertThat(numbers.max(Comparator.naturalOrder())).isEqualTo(5);
    assertThat(numbers.min(Comparator.naturalOrder())).isEqualTo(1);
    assertFails(
        ErrorCode.EMPTY_COLLECTION,
        () -> context.<Integer>emptyRDD().max(Comparator.naturalOrder()));
  }

  private enum ByLength implements Comparator<String> {
    INSTANCE;

    @Override
    public int compare(String left, String right) {
      return left.length() - right.length();
    }
  }

  @Test
  void takesTheEarlierOfEqualRecords() {
    RDD<String> words = context.parallelize(List.of("bb", "a", "cc", "d", "ee", "f"), 3);

    assertThat(words.takeOrdered(4, ByLength.INSTANCE)).containsExactly("a", "d", "f", "bb");
    assertThat(words.top(2, ByLength.INSTANCE)).containsExactly("bb", "cc");
    assertThat(words.max(ByLength.INSTANCE)).isEqualTo("bb");
    assertThat(words.min(ByLength.INSTANCE)).isEqualTo("a");
  }

  @Test
  void keepsTheSmallestOfManyRecords() {
    List<Integer> shuffled =
        IntStream.range(0, 10_000).mapToObj(i -> (int) (i * 7919L % 10_000)).toList();

    assertThat(context.parallelize(shuffled, 3).takeOrdered(100))
        .isEqualTo(IntStream.range(0, 100).boxed().toList());
  }

  @Test
  void takesASampleOfExactSize() {
    RDD<Integer> many = context.parallelize(IntStream.range(0, 1_000).boxed().toList(), 7);

    List<Integer> sample = many.takeSample(false, 100, 5);
    assertThat(sample).hasSize(100).doesNotHaveDuplicates().isNotEqualTo(sorted(sample));
    assertThat(many.takeSample(false, 100, 5)).isEqualTo(sample);
    assertThat(many.takeSample(false, 100)).isNotEqualTo(many.takeSample(false, 100));
    assertThat(many.takeSample(false, 5_000, 5)).hasSize(1_000).doesNotHaveDuplicates();
    assertThat(many.takeSample(true, 5_000, 5)).hasSize(5_000);
    assertThat(many.takeSample(false, 0)).isEmpty();
    assertThat(context.<Integer>emptyRDD().takeSample(true, 3)).isEmpty();
    assertFails(ErrorCode.ILLEGAL_USE, () -> many.takeSample(true, -1));
  }

  private static List<Integer> sorted(List<Integer> list) {
    return list.stream().sorted().toList();
  }

  @Test
  void samplesEveryPartitionAlike() {
    RDD<Integer> many = context.parallelize(IntStream.range(0, 100).boxed().toList(), 4);
    int[] taken = new int[100];
    for (long seed = 0; seed < 400; seed++) {
      many.takeSample(false, 10, seed).forEach(i -> taken[i]++);
    }

    assertThat(Arrays.stream(taken).sum()).isEqualTo(4_000);
    assertThat(Arrays.stream(taken).min().getAsInt()).isGreaterThan(15);
    assertThat(Arrays.stream(taken).max().getAsInt()).isLessThan(70);
    for (int from = 0; from < 100; from += 25) {
      assertThat(Arrays.stream(taken, from, from + 25).sum()).isBetween(900, 1_100);
    }
  }

  @Test
  void computesOnlyPartitionsThatAreAskedFor() {
    RDD<Integer> failing =
        context.parallelize(List.of(1, 2, 3), 3).map(i -> i == 2 ? 1 / (i - 2) : i);

    assertThat(context.parallelize(List.of(1, 2, 3), 3).collectPartitions(new int[] {2, 0}))
        .containsExactly(List.of(3), List.of(1));
    assertFails(ErrorCode.ILLEGAL_USE, () -> failing.collectPartitions(new int[] {3}));
    assertFails(ErrorCode.ILLEGAL_USE, () -> failing.collectPartitions(new int[] {-1}));
  }

  @Test
  void iteratesOverOnePartitionAtATime() {
    Iterator<Integer> iterator = numbers.toLocalIterator();
    List<Integer> seen = new ArrayList<>();
    iterator.forEachRemaining(seen::add);

    assertThat(seen).containsExactly(4, 1, 5, 2, 3);
    assertThatThrownBy(iterator::next).isInstanceOf(NoSuchElementException.class);
    assertThat(context.<Integer>emptyRDD().toLocalIterator().hasNext()).isFalse();
  }

  @Test
  void countsDistinctRecordsAbout() {
    RDD<Integer> many =
        context.parallelize(IntStream.range(0, 40_000).boxed().toList(), 4).map(i -> i % 10_000);

    assertThat(many.countApproxDistinct(0.01)).isBetween(9_600L, 10_400L);
    assertThat(many.map(i -> "key-" + i).countApproxDistinct(0.01)).isBetween(9_600L, 10_400L);
    assertThat(many.map(i -> i * 0.5).countApproxDistinct(0.05)).isBetween(8_000L, 12_000L);
    assertThat(many.map(i -> pair("x", (long) i)).countApproxDistinct(0.01))
        .isBetween(9_600L, 10_400L);
    assertThat(many.map(i -> i % 5).countApproxDistinct(0.05)).isEqualTo(5);
    assertThat(context.<Integer>emptyRDD().countApproxDistinct(0.05)).isZero();
    assertFails(ErrorCode.ILLEGAL_USE, () -> many.countApproxDistinct(1));
    assertFails(ErrorCode.ILLEGAL_USE, () -> many.countApproxDistinct(Double.NaN));
    assertFails(ErrorCode.TASK_FAILED, () -> failingKeys(many));
  }

  private static void failingKeys(RDD<Integer> rdd) {
    try {
      rdd.map(i -> new int[] {i}).countApproxDistinct(0.05);
    } catch (MillraceException e) {
      throw e.code() == ErrorCode.UNSTABLE_KEY
          ? new MillraceException(ErrorCode.TASK_FAILED, "as expected", e)
          : e;
    }
  }

  @Test
  void givesWhatKeysHave() {
    PairRDD<String, Integer> pairs =
        context.parallelizePairs(
            List.of(pair("b", 1), pair("a", 2), pair("b", 3), pair(null, 4), pair("a", 5)), 2);

    assertThat(pairs.countByKey()).containsEntry("b", 2L).containsEntry("a", 2L);
    assertThat(pairs.countByKey()).containsEntry(null, 1L);
    assertThat(pairs.reduceByKeyLocally((l, r) -> l * 10 + r)).containsEntry("b", 13);
    assertThat(pairs.reduceByKeyLocally(Integer::sum).keySet()).containsExactly("b", "a", null);
    assertThat(pairs.lookup("a")).containsExactly(2, 5);
    assertThat(pairs.lookup(null)).containsExactly(4);
    assertThat(pairs.lookup("z")).isEmpty();
    assertThat(pairs.partitionBy(new HashPartitioner(3)).lookup("b")).containsExactly(1, 3);
  }

  @Test
  void tellsWhichActionFailedInTheDriver() {
    assertThatThrownBy(
            () ->
                numbers.aggregate(
                    0,
                    Integer::sum,
                    (l, r) -> {
                      throw new java.io.IOException("no merge");
                    }))
        .isInstanceOf(MillraceException.class)
        .hasMessageContaining("aggregate failed in the driver")
        .hasMessageContaining("no merge");
  }
}
