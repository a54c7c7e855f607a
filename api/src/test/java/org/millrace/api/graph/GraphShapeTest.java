package org.millrace.api.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.millrace.api.HashPartitioner;
import org.millrace.api.function.Function2;
import org.millrace.api.streaming.Durations;
import org.millrace.api.streaming.Time;

class GraphShapeTest {
  private static final Function2<Long, Long, Long> SUM = Long::sum;

  private final RddNode source =
      CollectionNode.sliced(List.of(1, 2, 3, 4, 5), 2, "parallelize at A.java:1");

  @Test
  void dealsRecordsToSlicesThatDifferByAtMostOne() {
    for (int size = 0; size < 20; size++) {
      List<Integer> records = IntStream.range(0, size).boxed().toList();
      for (int slices = 1; slices < 8; slices++) {
        List<List<Object>> partitions = CollectionNode.sliced(records, slices, "test").partitions();
        int least = size / slices;
        assertThat(partitions).hasSize(slices);
        assertThat(partitions.stream().flatMap(List::stream).toList()).isEqualTo(records);
        assertThat(partitions)
            .allSatisfy(partition -> assertThat(partition.size()).isBetween(least, least + 1));
      }
    }
  }

  @Test
  void keepsCopiesThatMayHoldNull() {
    List<Object> partition = new ArrayList<>(Arrays.asList("a", null));
    CollectionNode node = new CollectionNode(List.of(partition));
    partition.clear();

    assertThat(node.partitions()).containsExactly(Arrays.asList("a", null));
  }

  @Test
  void nodesHaveTheirOwnIdentity() {
    assertThat(new EmptyNode()).isNotEqualTo(new EmptyNode());
    assertThat(new EmptyNode().id()).isNotEqualTo(new EmptyNode().id());
    assertThat(source).hasToString("CollectionNode#" + source.id() + "(parallelize at A.java:1)");
  }

  @Test
  void countIsAShuffleOfOnesAndAZero() {
    RddNode count = Compositions.count(source, 2, "count");

    NarrowNode values = (NarrowNode) count;
    assertThat(values.operator()).isEqualTo(Operator.VALUES);
    ShuffleNode shuffle = (ShuffleNode) values.parent();
    assertThat(shuffle.partitionCount()).isEqualTo(2);
    assertThat(shuffle.combining())
        .isInstanceOfSatisfying(
            Combining.Combine.class, combine -> assertThat(combine.mapSide()).isTrue());
    UnionNode union = (UnionNode) shuffle.parent();
    assertThat(union.partitionCount()).isEqualTo(3);
    assertThat(((NarrowNode) union.parents().get(0)).operator()).isEqualTo(Operator.MAP_TO_PAIR);
    assertThat(union.parents().get(1)).isInstanceOf(CollectionNode.class);
  }

  @Test
  void aShufflePlacesByKeyUnlessItSpreads() {
    HashPartitioner three = new HashPartitioner(3);
    ShuffleNode placed =
        new ShuffleNode(source, three, Combining.Combine.reduce(SUM), "reduceByKey");

    assertThat(placed.partitioner()).contains(three);
    assertThat(ShuffleNode.roundRobin(source, 3, "repartition").partitioner()).isEmpty();
    assertThat(ShuffleNode.roundRobin(source, 3, "repartition").partitionCount()).isEqualTo(3);
    assertThat(new NarrowNode(placed, Operator.VALUES, null, false, "values").partitioner())
        .isEmpty();
  }

  @Test
  void refusesAnOperatorWithoutItsFunction() {
    assertThatThrownBy(() -> new NarrowNode(source, Operator.MAP, null, false, "map"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new NarrowNode(source, Operator.KEYS, SUM, false, "keys"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void checksRangesAndSplits() {
    assertThat(new BlockRange(7L << 32, 2, 5).blockCount()).isEqualTo(3);
    assertThatThrownBy(() -> new BlockRange(1, 5, 5)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new FileSplit("f", -1, 5, 0, List.of()))
        .isInstanceOf(IllegalArgumentException.class);
    BlocksNode blocks = new BlocksNode(4, List.of(List.of(new BlockRange(1, 0, 1)), List.of()));
    assertThat(blocks.partitionCount()).isEqualTo(2);
    assertThat(blocks.inputId()).isEqualTo(4);
  }

  @Test
  void namesTheDirectoryOfABatch() {
    StreamNode parent =
        new FileStreamNode(
            new NodeLabel(0, Durations.seconds(1), "files", "A.java:1"), 0, "in", true);
    Time time = new Time(1500);

    assertThat(new Output.TextFilesOutput(0, parent, "out", "txt", "save").directory(time))
        .isEqualTo("out-1500.txt");
    assertThat(new Output.TextFilesOutput(0, parent, "", "", "save").directory(time))
        .isEqualTo("1500");
  }
}
