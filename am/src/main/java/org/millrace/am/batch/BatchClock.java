package org.millrace.am.batch;

import java.util.function.LongConsumer;
import org.millrace.checkpoint.runtime.Clock;
import org.millrace.checkpoint.runtime.Loop;

/**
 * Ticks at a first time and after each batch interval. A clock that jumps ahead ticks once for each
 * interval it skipped, in order; one that is set back waits for the next interval that was not
 * ticked. Owned by the driver loop.
 */
final class BatchClock {
  private final Clock clock;
  private final Loop loop;
  private final long intervalMs;
  private final LongConsumer onTick;
  private long nextMs;
  private boolean running;

  BatchClock(Clock clock, Loop loop, long intervalMs, LongConsumer onTick) {
    this.clock = clock;
    this.loop = loop;
    this.intervalMs = intervalMs;
    this.onTick = onTick;
  }

  /** Ticks at {@code firstMs} and then at each interval; at once for those that are over. */
  void start(long firstMs) {
    running = true;
    nextMs = firstMs;
    schedule();
  }

  void stop() {
    running = false;
  }

  boolean isRunning() {
    return running;
  }

  private void schedule() {
    loop.schedule(nextMs - clock.nowMs(), this::fire);
  }

  private void fire() {
    while (running && clock.nowMs() >= nextMs) {
      long time = nextMs;
      nextMs += intervalMs;
      onTick.accept(time);
    }
    if (running) {
      schedule();
    }
  }
}
