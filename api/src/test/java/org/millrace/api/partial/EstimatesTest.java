package org.millrace.api.partial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.millrace.api.StatCounter;
import org.millrace.api.error.MillraceException;

class EstimatesTest {
  @Test
  void knowsWhereTheNormalDistributionReachesAProbability() {
    assertThat(Quantiles.normal(0.5)).isZero();
    assertThat(Quantiles.normal(0.975)).isCloseTo(1.959964, within(1e-6));
    assertThat(Quantiles.normal(0.025)).isCloseTo(-1.959964, within(1e-6));
    assertThat(Quantiles.normal(0.75)).isCloseTo(0.6744898, within(1e-6));
    assertThat(Quantiles.normal(1e-15)).isCloseTo(-7.941345, within(1e-5));
  }

  @Test
  void knowsWhereStudentsDistributionReachesAProbability() {
    assertThat(Quantiles.student(0.975, 1)).isCloseTo(12.70620, within(1e-4));
    assertThat(Quantiles.student(0.975, 2)).isCloseTo(4.302653, within(1e-5));
    assertThat(Quantiles.student(0.995, 3)).isCloseTo(5.840909, within(5e-3));
    assertThat(Quantiles.student(0.975, 5)).isCloseTo(2.570582, within(1e-3));
    assertThat(Quantiles.student(0.9, 10)).isCloseTo(1.372184, within(1e-3));
    assertThat(Quantiles.student(0.975, 30)).isCloseTo(2.042272, within(1e-4));
    assertThat(Quantiles.student(0.975, 1e6)).isCloseTo(1.959966, within(1e-5));
  }

  @Test
  void isExactAfterAllPartitions() {
    Estimates all = new Estimates(4, 4, 0.95);

    assertThat(all.count(7)).isEqualTo(new BoundedDouble(7, 1, 7, 7));
    assertThat(all.sum(new StatCounter(List.of(1.0, 2.0))).mean()).isEqualTo(3);
    assertThat(all.mean(new StatCounter(List.of(1.0, 2.0))).confidence()).isEqualTo(1);
  }

  @Test
  void boundsWhatSomePartitionsSay() {
    Estimates half = new Estimates(5, 10, 0.95);

    BoundedDouble count = half.count(1_000);
    assertThat(count.mean()).isEqualTo(2_000);
    assertThat(count.low()).isCloseTo(2_000 - 1.959964 * Math.sqrt(2_000), within(1e-3));
    assertThat(count.high() - 2_000).isCloseTo(2_000 - count.low(), within(1e-9));
    assertThat(half.count(2).low()).isGreaterThanOrEqualTo(2);
    assertThat(half.count(0)).isEqualTo(new BoundedDouble(0, 0, 0, Double.POSITIVE_INFINITY));
    StatCounter numbers = new StatCounter(List.of(1.0, 2.0, 3.0));
    assertThat(half.mean(numbers).mean()).isEqualTo(2);
    assertThat(half.mean(numbers).high())
        .isCloseTo(2 + 4.302653 * Math.sqrt(1.0 / 3), within(1e-4));
    assertThat(half.sum(numbers).mean()).isEqualTo(12);
    assertThat(half.sum(numbers).low()).isLessThan(12);
  }

  @Test
  void saysThatItKnowsNothingOfNothing() {
    Estimates half = new Estimates(1, 2, 0.95);

    for (BoundedDouble unknown :
        List.of(
            half.mean(new StatCounter()),
            half.sum(new StatCounter()),
            half.mean(new StatCounter(List.of(1.0))),
            half.sum(new StatCounter(List.of(1.0))))) {
      assertThat(unknown.low()).isEqualTo(Double.NEGATIVE_INFINITY);
      assertThat(unknown.high()).isEqualTo(Double.POSITIVE_INFINITY);
    }
    assertThat(half.mean(new StatCounter())).hasToString("[-Infinity, Infinity]");
    assertThat(new Estimates(0, 2, 0.95).count(0).confidence()).isZero();
  }

  @Test
  void holdsTheTrueSumAsOftenAsItClaims() {
    SplittableRandom random = new SplittableRandom(42);
    int held = 0;
    for (int round = 0; round < 1_000; round++) {
      StatCounter seen = new StatCounter();
      double sum = 0;
      for (int i = 0; i < 400; i++) {
        double number = random.nextDouble();
        sum += number;
        if (random.nextInt(4) == 0) {
          seen.merge(number);
        }
      }
      BoundedDouble estimate = new Estimates(1, 4, 0.9).sum(seen);
      held += estimate.low() <= sum && sum <= estimate.high() ? 1 : 0;
    }
    assertThat(held).isBetween(860, 1_000);
  }

  @Test
  void refusesAConfidenceThatIsNone() {
    for (double confidence : new double[] {0, 1, -1, 2, Double.NaN}) {
      assertThatThrownBy(() -> Estimates.requireConfidence(confidence))
          .isInstanceOf(MillraceException.class)
          .hasMessageContaining("between 0 and 1");
    }
  }
}
