package org.millrace.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.millrace.api.BatchContext;
import org.millrace.api.DoubleRDD;
import org.millrace.api.StatCounter;
import org.millrace.api.StreamingConf;
import org.millrace.api.Tuple2;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.fake.FakeEngine;

class DoubleRddTest {
  private final BatchContext context =
      new BatchContext(new StreamingConf(false).setAppName("test"), new FakeEngine(2));
  private final DoubleRDD numbers = context.parallelizeDoubles(List.of(1.0, 2.0, 3.0, 4.0), 3);
  private final DoubleRDD none = DoubleRDD.fromRDD(context.emptyRDD());

  @Test
  void sumsNumbersUp() {
    assertThat(numbers.sum()).isEqualTo(10);
    assertThat(numbers.mean()).isEqualTo(2.5);
    assertThat(numbers.min()).isEqualTo(1);
    assertThat(numbers.max()).isEqualTo(4);
    assertThat(numbers.variance()).isEqualTo(1.25);
    assertThat(numbers.popVariance()).isEqualTo(1.25);
    assertThat(numbers.sampleVariance()).isCloseTo(5.0 / 3, within(1e-12));
    assertThat(numbers.stdev()).isEqualTo(Math.sqrt(1.25));
    assertThat(numbers.popStdev()).isEqualTo(Math.sqrt(1.25));
    assertThat(numbers.sampleStdev()).isCloseTo(Math.sqrt(5.0 / 3), within(1e-12));
    assertThat(numbers.stats())
        .hasToString("(count: 4, mean: 2.500000, stdev: 1.118034, max: 4.000000, min: 1.000000)");
  }

  @Test
  void saysWhatThereIsOfNoNumbers() {
    assertThat(none.sum()).isZero();
    assertThat(none.mean()).isZero();
    assertThat(none.stats().count()).isZero();
    assertThat(none.variance()).isNaN();
    assertThat(none.sampleStdev()).isNaN();
    assertThatThrownBy(none::max)
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.EMPTY_COLLECTION));
  }

  @Test
  void staysExactWhereSumsOfSquaresCancelOut() {
    List<Double> far = IntStream.range(0, 1_000).mapToObj(i -> 1e9 + i % 2).toList();

    assertThat(context.parallelizeDoubles(far, 7).variance()).isCloseTo(0.25, within(1e-9));
    StatCounter one = new StatCounter(far.subList(0, 990));
    one.merge(new StatCounter(far.subList(990, 1_000)));
    assertThat(one.popVariance()).isCloseTo(0.25, within(1e-9));
    assertThat(one.copy().merge(one).count()).isEqualTo(2_000);
    assertThat(one.merge(one).count()).isEqualTo(2_000);
    assertThat(new StatCounter().merge(List.of(1.0, 3.0)).merge(new StatCounter()).mean())
        .isEqualTo(2);
  }

  @Test
  void countsNumbersInRangesOfEqualWidth() {
    DoubleRDD some = context.parallelizeDoubles(List.of(1.0, 2.0, 3.0, 4.0, 5.0, 9.0), 2);

    Tuple2<double[], long[]> histogram = some.histogram(4);
    assertThat(histogram._1()).containsExactly(1, 3, 5, 7, 9);
    assertThat(histogram._2()).containsExactly(2, 2, 1, 1);
    Tuple2<double[], long[]> equal =
        context.parallelizeDoubles(Collections.nCopies(3, 7.0), 2).histogram(5);
    assertThat(equal._1()).containsExactly(7, 7);
    assertThat(equal._2()).containsExactly(3);
  }

  @Test
  void countsNumbersBetweenBounds() {
    DoubleRDD some =
        context.parallelizeDoubles(List.of(-1.0, 0.0, 1.0, 9.9, 10.0, 20.0, 21.0, Double.NaN), 3);

    assertThat(some.histogram(new double[] {0, 10, 20})).containsExactly(3, 2);
    assertThat(some.histogram(new Double[] {0.0, 10.0, 20.0}, true)).containsExactly(3, 2);
    assertThat(some.histogram(new Double[] {0.0, 1.0, 20.0}, false)).containsExactly(1, 4);
    assertThat(some.histogram(new double[] {100, 200})).containsExactly(0);
  }

  @Test
  void refusesHistogramsThatCannotBe() {
    for (Runnable use :
        List.<Runnable>of(
            () -> numbers.histogram(0),
            () -> none.histogram(3),
            () -> context.parallelizeDoubles(List.of(1.0, Double.NaN)).histogram(3),
            () -> context.parallelizeDoubles(List.of(1.0, 1 / 0.0)).histogram(3),
            () -> numbers.histogram(new double[] {1}),
            () -> numbers.histogram(new double[] {1, 1}),
            () -> numbers.histogram(new double[] {2, 1}))) {
      assertThatThrownBy(use::run)
          .isInstanceOfSatisfying(
              MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ILLEGAL_USE))
          .hasMessageStartingWith("histogram of ");
    }
  }
}
