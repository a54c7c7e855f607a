package org.millrace.testkit.sim;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;
import org.millrace.am.schedule.JobRunner;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.runtime.SimulatedTime;

/** Waits by running everything else in the calling thread. Not thread-safe. */
public final class Stepping implements JobRunner.Waiting {
  private static final int MOST_STEPS = 50_000_000;

  private final SimulatedTime time;
  private final long stuckMs;
  private final BooleanSupplier alive;

  /**
   * Waiting that gives up.
   *
   * @param stuckMs simulated time after which what is waited for will not come
   */
  public Stepping(SimulatedTime time, long stuckMs) {
    this(time, stuckMs, () -> true);
  }

  /** Waiting of a machine, which ends with a failure when the machine is killed. */
  public Stepping(SimulatedTime time, long stuckMs, Machine machine) {
    this(time, stuckMs, machine::isAlive);
  }

  private Stepping(SimulatedTime time, long stuckMs, BooleanSupplier alive) {
    this.time = time;
    this.stuckMs = stuckMs;
    this.alive = alive;
  }

  @Override
  public <T> T await(CompletableFuture<T> future) {
    long limitMs = time.nowMs() + stuckMs;
    time.runUntil(
        () -> future.isDone() || time.nowMs() > limitMs || !alive.getAsBoolean(), MOST_STEPS);
    if (!future.isDone() && !alive.getAsBoolean()) {
      throw new MillraceException(ErrorCode.INTERNAL, "the machine was killed while it waited");
    }
    if (!future.isDone()) {
      throw new AssertionError("nothing came of what is waited for in " + stuckMs + " ms");
    }
    try {
      return future.join();
    } catch (CompletionException failed) {
      if (failed.getCause() instanceof MillraceException known) {
        throw new MillraceException(known.code(), known.getMessage(), known);
      }
      throw new MillraceException(
          ErrorCode.INTERNAL, failed.getCause().toString(), failed.getCause());
    }
  }
}
