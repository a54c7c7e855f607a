package org.millrace.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

class TupleAndPartitionerTest {
  private final HashPartitioner two = new HashPartitioner(2);

  private enum Color {
    RED
  }

  private record Point(int x) {}

  private static final class Plain {}

  @Test
  void placesKeysWhereSparkUsersKnowThem() {
    assertThat(two.getPartition("california")).isZero();
    assertThat(two.getPartition("new york")).isOne();
    assertThat(two.getPartition("hello")).isZero();
    assertThat(two.getPartition("world")).isZero();
    assertThat(two.getPartition("moon")).isOne();
    assertThat(two.getPartition(null)).isZero();
  }

  @Test
  void neverGivesANegativePartition() {
    HashPartitioner seven = new HashPartitioner(7);

    assertThat(seven.getPartition(-1)).isEqualTo(6);
    assertThat(seven.getPartition(Integer.MIN_VALUE)).isBetween(0, 6);
  }

  @Test
  void placesAnEnumByItsName() {
    HashPartitioner many = new HashPartitioner(1000);

    assertThat(many.getPartition(Color.RED)).isEqualTo(many.getPartition("RED"));
    assertThat(many.getPartition(new Tuple2<>(Color.RED, 1)))
        .isEqualTo(many.getPartition(new Tuple2<>("RED", 1)));
  }

  @Test
  void refusesKeysWithIdentityHashCode() {
    for (Object key :
        List.of(new int[] {1}, new String[0], new Plain(), new Tuple2<>("a", new byte[0]))) {
      assertThatThrownBy(() -> two.getPartition(key))
          .isInstanceOfSatisfying(
              MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNSTABLE_KEY));
    }
    assertThatThrownBy(() -> two.getPartition(new int[0]))
        .hasMessageContaining("int[]")
        .hasMessageContaining("List");
    assertThat(two.getPartition(new Point(3))).isBetween(0, 1);
  }

  @Test
  void isEqualToAPartitionerOfTheSameSize() {
    assertThat(two).isEqualTo(new HashPartitioner(2)).hasSameHashCodeAs(new HashPartitioner(2));
    assertThat(two).isNotEqualTo(new HashPartitioner(3));
    assertThatThrownBy(() -> new HashPartitioner(0)).isInstanceOf(MillraceException.class);
  }

  @Test
  void hasTheHashCodeOfScalasTuple() {
    assertThat(new Tuple2<>("a", 1).hashCode()).isEqualTo(128003929);
    assertThat(new Tuple2<>("hello", -1L).hashCode()).isEqualTo(-1064493378);
    assertThat(new Tuple2<>(null, null).hashCode()).isEqualTo(-1107367767);
    assertThat(new Tuple2<>(2.5, 1.5f).hashCode()).isEqualTo(-1290705856);
    assertThat(new Tuple2<>(3.0, 4.0f).hashCode()).isEqualTo(-1021740295);
    assertThat(new Tuple2<>(1L << 40, true).hashCode()).isEqualTo(-387000035);
    assertThat(new Tuple2<>(0.1f, Double.NaN).hashCode()).isEqualTo(-470031305);
    assertThat(new Tuple2<>('c', (short) 3).hashCode()).isEqualTo(-365685833);
    assertThat(new Tuple2<>(new Tuple2<>("a", 1), "b").hashCode()).isEqualTo(742144168);
  }

  @Test
  void printsAndSwapsAPair() {
    assertThat(new Tuple2<>("a", 1)).hasToString("(a,1)").isEqualTo(new Tuple2<>("a", 1));
    assertThat(new Tuple2<>("a", null).swap()).isEqualTo(new Tuple2<>(null, "a"));
  }
}
