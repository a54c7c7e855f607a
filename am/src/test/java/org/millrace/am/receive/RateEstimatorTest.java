package org.millrace.am.receive;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RateEstimatorTest {
  private static final long INTERVAL_MS = 1_000;
  private static final RatePolicy POLICY = new RatePolicy(true, 1_000, 1.0, 0.2, 0.0, 100, 0);

  private RateEstimator estimator = new RateEstimator(POLICY, INTERVAL_MS);
  private long timeMs;

  @Test
  void growsTowardsFourFifthsOfTheIntervalInsteadOfSwallowingABacklog() {
    List<Long> rates = new ArrayList<>();
    for (int batch = 0; batch < 6; batch++) {
      long records = estimator.rate();
      rates.add(records);
      batch(records, records / 100, 0);
    }

    assertThat(rates).containsExactly(1_000L, 10_000L, 80_000L, 80_000L, 80_000L, 80_000L);
  }

  @Test
  void growsOnlyWhenTheLimitIsFelt() {
    batch(499, 5, 0);
    assertThat(estimator.rate()).isEqualTo(1_000);
    batch(500, 5, 0);
    assertThat(estimator.rate()).isEqualTo(10_000);
  }

  @Test
  void aBatchThatTakesTooLongEndsTheProbing() {
    batch(1_000, 4_000, 0);

    assertThat(estimator.rate()).isEqualTo(250);
  }

  @Test
  void followsTheProcessingRateAndWorksOffWhatWaits() {
    batch(1_000, 2_000, 0);
    assertThat(estimator.rate()).isEqualTo(500);
    batch(500, 1_000, 1_000);
    assertThat(estimator.rate()).isEqualTo(400);
    batch(400, 500, 0);
    assertThat(estimator.rate()).isEqualTo(800);
  }

  @Test
  void settlesAtWhatIsProcessedInAnInterval() {
    long backlogMs = 0;
    for (int batch = 0; batch < 30; batch++) {
      long records = estimator.rate();
      long processingMs = 20 + records / 5;
      batch(records, processingMs, backlogMs);
      backlogMs = Math.max(0, backlogMs + processingMs - INTERVAL_MS);
    }

    assertThat(estimator.rate()).isBetween(3_800L, 4_950L);
    assertThat(backlogMs).isLessThan(100);
  }

  @Test
  void overheadOverFewRecordsDoesNotLowerTheRate() {
    batch(1_000, 2_000, 0);
    assertThat(estimator.rate()).isEqualTo(500);
    batch(3, 30, 0);
    assertThat(estimator.rate()).isEqualTo(500);
  }

  @Test
  void staysWithinItsBounds() {
    estimator =
        new RateEstimator(new RatePolicy(true, 1_000, 1.0, 0.2, 0.0, 100, 5_000), INTERVAL_MS);
    batch(1_000, 1, 0);
    assertThat(estimator.rate()).isEqualTo(5_000);
    batch(5_000, 900_000, 50_000);
    assertThat(estimator.rate()).isEqualTo(100);
  }

  private void batch(long records, long processingMs, long waitedMs) {
    timeMs += INTERVAL_MS;
    estimator.onCompleted(new RateEstimator.Load(timeMs, records, processingMs, waitedMs));
  }
}
