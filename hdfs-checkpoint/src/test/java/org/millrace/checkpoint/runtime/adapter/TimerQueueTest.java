package org.millrace.checkpoint.runtime.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TimerQueueTest {

  private final TimerQueue timers = new TimerQueue();
  private final List<String> fired = new ArrayList<>();

  private TimerQueue.Entry add(long dueNanos, String name) {
    TimerQueue.Entry entry = new TimerQueue.Entry(dueNanos, () -> fired.add(name));
    timers.add(entry);
    return entry;
  }

  @Test
  void firesWhatIsDueInOrder() {
    add(30, "c");
    add(10, "a");
    add(20, "b1");
    add(20, "b2");
    assertThat(timers.nanosToNext(4)).isEqualTo(6);
    assertThat(timers.fireDue(9)).isFalse();
    assertThat(timers.fireDue(20)).isTrue();
    assertThat(fired).containsExactly("a", "b1", "b2");
    assertThat(timers.nanosToNext(25)).isEqualTo(5);
  }

  @Test
  void keepsItsOrderWhereTheClockOverflows() {
    long now = Long.MAX_VALUE - 5;
    add(now + 10, "after the overflow");
    add(now + 2, "before");
    assertThat(timers.nanosToNext(now)).isEqualTo(2);
    timers.fireDue(now + 10);
    assertThat(fired).containsExactly("before", "after the overflow");
  }

  @Test
  void hasNothingToWaitForWhenEmpty() {
    assertThat(timers.nanosToNext(0)).isEqualTo(TimerQueue.NONE);
  }

  @Test
  void sweepsOutCancelledTimers() {
    for (int i = 0; i < 10_000; i++) {
      TimerQueue.Entry entry = add(1_000_000 + i, "cancelled");
      assertThat(entry.withdraw()).isTrue();
      assertThat(entry.withdraw()).isFalse();
      timers.noteCancelled();
    }
    assertThat(timers.size()).isLessThan(200);
    add(5, "kept");
    timers.fireDue(2_000_000);
    assertThat(fired).containsExactly("kept");
  }
}
