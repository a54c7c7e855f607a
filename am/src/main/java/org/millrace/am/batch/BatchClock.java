package org.millrace.am.batch;

import java.util.function.LongConsumer;
import org.millrace.checkpoint.runtime.Clock;
import org.millrace.checkpoint.runtime.Loop;

/**
 * Ticks at each multiple of the batch interval. A clock that jumps ahead ticks once for each
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

  /** The first tick, the time of which it answers, is the next multiple of the interval. */
  long start() {
    running = true;
    long firstMs = (clock.nowMs() / intervalMs + 1) * intervalMs;
    nextMs = firstMs;
    schedule();
    return firstMs;
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
