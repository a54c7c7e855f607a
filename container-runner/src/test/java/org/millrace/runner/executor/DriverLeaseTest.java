package org.millrace.runner.executor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.millrace.checkpoint.runtime.Clock;
import org.millrace.checkpoint.runtime.SimulatedTime;

class DriverLeaseTest {
  private final SimulatedTime time = SimulatedTime.inOrder();
  private long stoodStillMs;
  private int expirations;

  /** Runs ahead of the loop's timers by the time in which the process stood still. */
  private final Clock clock =
      new Clock() {
        @Override
        public long nowMs() {
          return time.nowMs() + stoodStillMs;
        }

        @Override
        public long nanoTime() {
          return time.nanoTime() + TimeUnit.MILLISECONDS.toNanos(stoodStillMs);
        }
      };

  private final DriverLease lease =
      new DriverLease(clock, time.loop("executor"), 3_000, () -> expirations++);

  @Test
  void expiresOnceForEachSilence() {
    time.advance(2_999);
    assertThat(expirations).isZero();
    time.advance(1);
    assertThat(expirations).isEqualTo(1);
    time.advance(10_000);
    assertThat(expirations).isEqualTo(1);

    lease.onHeard();
    time.advance(3_000);

    assertThat(expirations).isEqualTo(2);
  }

  @Test
  void countsFromTheLastSignOfLife() {
    for (int i = 0; i < 10; i++) {
      time.advance(2_900);
      lease.onHeard();
    }
    assertThat(expirations).isZero();

    time.advance(3_001);

    assertThat(expirations).isEqualTo(1);
  }

  @Test
  void timeInWhichTheProcessStoodStillDoesNotCount() {
    time.advance(1_000);
    stoodStillMs = 60_000;

    time.advance(1_500);
    assertThat(expirations).isZero();
    time.advance(501);

    assertThat(expirations).isEqualTo(1);
  }

  @Test
  void neverExpiresOnceItIsCancelled() {
    lease.cancel();

    time.advance(10_000);

    assertThat(expirations).isZero();
  }
}
