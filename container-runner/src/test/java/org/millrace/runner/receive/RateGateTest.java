package org.millrace.runner.receive;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.millrace.checkpoint.runtime.SimulatedTime;

class RateGateTest {
  private final SimulatedTime time = SimulatedTime.inOrder();
  private final RateGate gate = new RateGate(time);

  @Test
  void withoutALimitNobodyWaits() {
    gate.spent(1_000_000);

    assertThat(gate.nanosToWait()).isZero();
  }

  @Test
  void storesManyAtOnceAndWaitsUntilTheyArePaidOff() {
    gate.limit(1_000);
    gate.spent(600);
    assertThat(gate.nanosToWait()).isBetween(ms(500), ms(502));
    time.advance(400);
    assertThat(gate.nanosToWait()).isBetween(ms(100), ms(102));
    time.advance(102);

    assertThat(gate.nanosToWait()).isZero();
  }

  @Test
  void aPauseEarnsATenthOfASecond() {
    gate.limit(1_000);
    time.advance(60_000);
    gate.spent(100);
    assertThat(gate.nanosToWait()).isPositive();
  }

  @Test
  void aHigherLimitShortensTheWait() {
    gate.limit(100);
    gate.spent(1_010);
    assertThat(gate.nanosToWait()).isGreaterThan(ms(9_000));
    gate.limit(100_000);

    assertThat(gate.nanosToWait()).isLessThan(ms(11));
  }

  @Test
  void aStopLetsThoseWhoWaitStoreAtOnce() throws Exception {
    gate.limit(1);
    gate.spent(1_000);
    CompletableFuture<Void> passed =
        CompletableFuture.runAsync(
            () -> {
              gate.await();
              gate.spent(1);
            });
    gate.lift();
    passed.get(2, TimeUnit.MINUTES);

    assertThat(gate.nanosToWait()).isZero();
    gate.restore();
    assertThat(gate.nanosToWait()).isPositive();
  }

  private static long ms(long milliseconds) {
    return TimeUnit.MILLISECONDS.toNanos(milliseconds);
  }
}
