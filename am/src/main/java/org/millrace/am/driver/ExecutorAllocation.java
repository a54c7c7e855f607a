package org.millrace.am.driver;

import java.util.List;
import org.millrace.am.schedule.LiveExecutor;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.runner.executor.ExecutorIds;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks for executors, and gives them back, by the share of the batch interval that batches take.
 * Owned by the driver loop.
 *
 * <pre>
 *   each scaling interval, by the average of the batches that ended in it:
 *     ratio &gt;= up, or none ended and some wait --&gt; as many more as the ratio says, at least one
 *     ratio &lt;= down, twice in a row, and none waits --&gt; the newest executor that may go leaves
 *   an executor that leaves: takes no new work --no job uses it, what it keeps was released--&gt; given back
 *                            --it has something to stay for, or it takes too long, or another is lost--&gt; stays
 * </pre>
 *
 * Nothing is asked for while executors that were asked for are on their way, and none leaves when
 * those that stay would be expected to reach the upper ratio.
 */
final class ExecutorAllocation {
  private static final Logger LOG = LoggerFactory.getLogger(ExecutorAllocation.class);
  private static final long LEAVING_CHECK_MS = 100;
  private static final int LOW_INTERVALS = 2;
  private static final int NOBODY = -1;

  /** The executors. */
  interface Executors {
    /** Those that take work. */
    List<LiveExecutor> live();

    /** How many are wanted. */
    int wanted();

    void want(int total);

    /** Whether it may begin to leave: it has no receiver, no blocks and no state. */
    boolean mayLeave(int executorId);

    /** Whether nothing is lost with it: in addition it keeps no partition that nobody else has. */
    boolean isFree(int executorId);

    /** Whether a job that runs uses it. */
    boolean isUsed(int executorId);

    /** It takes no new work from now on, or does so again. */
    void takeNoWork(int executorId, boolean leaving);

    /** Ends it and gives its container back; one less is wanted. */
    void giveBack(int executorId);
  }

  /** What the load is, apart from the batches that ended. */
  interface Backlog {
    /** Batches whose time has come and that do not run yet. */
    int waitingBatches();
  }

  private final AllocationPolicy policy;
  private final long batchIntervalMs;
  private final Loop loop;
  private final Executors executors;
  private final Backlog backlog;
  private long processingMs;
  private int batches;
  private int lowIntervals;
  private int leaving = NOBODY;
  private int leavingChecks;
  private boolean ended;

  ExecutorAllocation(
      AllocationPolicy policy,
      long batchIntervalMs,
      Loop loop,
      Executors executors,
      Backlog backlog) {
    this.policy = policy;
    this.batchIntervalMs = batchIntervalMs;
    this.loop = loop;
    this.executors = executors;
    this.backlog = backlog;
  }

  void start() {
    if (policy.adaptive()) {
      loop.schedule(policy.scalingIntervalMs(), this::look);
    }
  }

  void onBatchCompleted(long tookMs) {
    processingMs += tookMs;
    batches++;
  }

  /** Nobody comes or goes any more. */
  void end() {
    ended = true;
  }

  private void look() {
    if (ended) {
      return;
    }
    loop.schedule(policy.scalingIntervalMs(), this::look);
    boolean waiting = backlog.waitingBatches() > 0;
    double ratio = ratio(waiting);
    processingMs = 0;
    batches = 0;
    lowIntervals = ratio <= policy.downRatio() && !waiting ? lowIntervals + 1 : 0;
    if (ratio >= policy.upRatio()) {
      stay();
      grow(ratio);
    } else if (lowIntervals >= LOW_INTERVALS && leaving == NOBODY) {
      shrink(ratio);
    }
  }

  private double ratio(boolean waiting) {
    if (batches == 0) {
      // One batch that takes the whole interval, or nothing to do at all.
      return waiting ? Math.max(1, policy.upRatio()) : 0;
    }
    return (double) processingMs / batches / batchIntervalMs;
  }

  private void grow(double ratio) {
    int wanted = executors.wanted();
    int more = (int) Math.min(policy.most() - wanted, Math.max(1, Math.round(ratio)));
    if (more > 0 && executors.live().size() >= wanted) {
      LOG.info(
          "batches take {} of their interval: {} executors more, {} in all",
          shown(ratio),
          more,
          wanted + more);
      executors.want(wanted + more);
    }
  }

  private void shrink(double ratio) {
    List<LiveExecutor> live = executors.live();
    boolean staysLow =
        live.size() > 1 && ratio * live.size() / (live.size() - 1) < policy.upRatio();
    if (executors.wanted() <= policy.least() || live.size() < executors.wanted() || !staysLow) {
      return;
    }
    live.stream()
        .mapToInt(LiveExecutor::id)
        .filter(executors::mayLeave)
        .max()
        .ifPresent(
            executorId -> {
              LOG.info(
                  "batches take {} of their interval: executor {} leaves",
                  shown(ratio),
                  ExecutorIds.text(executorId));
              leaving = executorId;
              leavingChecks = 0;
              executors.takeNoWork(executorId, true);
              checkLeaving();
            });
  }

  private void checkLeaving() {
    if (ended || leaving == NOBODY) {
      return;
    }
    boolean tooLong = ++leavingChecks * LEAVING_CHECK_MS > policy.scalingIntervalMs();
    boolean isMissed = executors.live().size() + 1 < executors.wanted();
    if (tooLong || isMissed || !executors.mayLeave(leaving)) {
      stay();
    } else if (executors.isUsed(leaving) || !executors.isFree(leaving)) {
      loop.schedule(LEAVING_CHECK_MS, this::checkLeaving);
    } else {
      int executorId = leaving;
      leaving = NOBODY;
      lowIntervals = 0;
      executors.giveBack(executorId);
    }
  }

  private void stay() {
    if (leaving != NOBODY) {
      LOG.info("executor {} stays", ExecutorIds.text(leaving));
      executors.takeNoWork(leaving, false);
      leaving = NOBODY;
    }
  }

  private static String shown(double ratio) {
    return Math.round(ratio * 100) + "%";
  }
}
