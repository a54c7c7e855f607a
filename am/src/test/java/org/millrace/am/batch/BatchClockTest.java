package org.millrace.am.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.millrace.checkpoint.runtime.Clock;
import org.millrace.checkpoint.runtime.SimulatedTime;

class BatchClockTest {
  private final SimulatedTime time = SimulatedTime.inOrder();
  private final long start = time.nowMs();
  private final SetClock wall = new SetClock(time);
  private final List<Long> ticks = new ArrayList<>();
  private final BatchClock clock =
      new BatchClock(wall, time.loop("driver"), 1_000, tick -> ticks.add(tick - start));

  @Test
  void ticksAtEachMultipleOfTheInterval() {
    time.advance(300);
    clock.start((start / 1_000 + 1) * 1_000);
    time.advance(699);
    assertThat(ticks).isEmpty();
    time.advance(2_001);

    assertThat(ticks).containsExactly(1_000L, 2_000L, 3_000L);
  }

  @Test
  void ticksOnceForEachIntervalThatAJumpAheadSkips() {
    clock.start((start / 1_000 + 1) * 1_000);
    time.advance(1_500);
    wall.setByMs = 3_000;
    time.advance(600);

    assertThat(ticks).containsExactly(1_000L, 2_000L, 3_000L, 4_000L, 5_000L);
  }

  @Test
  void ticksNoIntervalTwiceWhenSetBack() {
    clock.start((start / 1_000 + 1) * 1_000);
    time.advance(2_500);
    wall.setByMs = -2_000;
    time.advance(2_400);
    assertThat(ticks).containsExactly(1_000L, 2_000L);
    time.advance(200);

    assertThat(ticks).containsExactly(1_000L, 2_000L, 3_000L);
  }

  @Test
  void ticksEachIntervalOnceWhenSetAheadByAnHourAndBackByAMinute() {
    clock.start((start / 1_000 + 1) * 1_000);
    time.advance(2_500);
    wall.setByMs = 3_600_000;
    time.advance(1_000);
    assertThat(ticks).hasSize(3_603);
    wall.setByMs -= 60_000;
    time.advance(59_000);
    assertThat(ticks).hasSize(3_603);
    time.advance(2_000);

    List<Long> expected = new ArrayList<>();
    for (long at = 1_000; at <= 3_604_000; at += 1_000) {
      expected.add(at);
    }
    assertThat(ticks).isEqualTo(expected);
  }

  @Test
  void ticksNoMoreAfterTheStop() {
    clock.start((start / 1_000 + 1) * 1_000);
    time.advance(1_500);
    clock.stop();
    time.advance(5_000);

    assertThat(ticks).containsExactly(1_000L);
    assertThat(clock.isRunning()).isFalse();
  }

  /** A wall clock that somebody sets. */
  private static final class SetClock implements Clock {
    private final SimulatedTime time;
    long setByMs;

    SetClock(SimulatedTime time) {
      this.time = time;
    }

    @Override
    public long nowMs() {
      return time.nowMs() + setByMs;
    }

    @Override
    public long nanoTime() {
      return time.nanoTime();
    }
  }
}
