package org.millrace.am.schedule;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.millrace.am.plan.JobPlan;
import org.millrace.am.plan.Planner;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.graph.RddNode;
import org.millrace.api.spi.JobAction;
import org.millrace.checkpoint.runtime.Answers;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.runner.wire.proto.TaskFinished;

/**
 * Runs jobs for threads that wait: the program's main thread and the thread that runs a batch.
 * Thread-safe.
 */
public final class JobRunner {
  /** Waits for an answer of the driver loop; the simulator runs the loop meanwhile. */
  public interface Waiting {
    <T> T await(CompletableFuture<T> future);
  }

  /** Decodes the records of a result. */
  public interface ResultDecoder {
    List<Object> decode(TaskResult result);
  }

  private final Planner planner;
  private final JobScheduler scheduler;
  private final Loop loop;
  private final Waiting waiting;
  private final ResultDecoder decoder;
  private final ThreadLocal<Long> batchTimeMs = ThreadLocal.withInitial(() -> -1L);

  public JobRunner(
      Planner planner, JobScheduler scheduler, Loop loop, Waiting waiting, ResultDecoder decoder) {
    this.planner = planner;
    this.scheduler = scheduler;
    this.loop = loop;
    this.waiting = waiting;
    this.decoder = decoder;
  }

  /** Jobs that {@code work} runs on this thread belong to a batch. */
  public <T> T inBatch(long timeMs, Callable<T> work) throws Exception {
    batchTimeMs.set(timeMs);
    try {
      return work.call();
    } finally {
      batchTimeMs.remove();
    }
  }

  /** Whether the calling thread runs a batch. */
  public boolean isInBatch() {
    return batchTimeMs.get() >= 0;
  }

  /**
   * Runs an action over the partitions {@code [from, until)} and waits for it.
   *
   * @return one result for each partition, in order
   */
  public <R> List<R> run(RddNode rdd, JobAction<R> action, int from, int until) {
    if (loop.inLoop()) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE, "a job cannot run on the driver's own loop: " + rdd.description());
    }
    if (from < 0 || until > rdd.partitionCount() || from > until) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          "partitions "
              + from
              + " to "
              + until
              + " of "
              + rdd.description()
              + ", which has "
              + rdd.partitionCount());
    }
    JobPlan plan = plan(rdd, action, from, until);
    long timeMs = batchTimeMs.get();
    CompletableFuture<List<TaskResult>> answer = new CompletableFuture<>();
    loop.execute(
        () ->
            Answers.post(
                scheduler.submit(plan, timeMs),
                loop,
                (results, failure) -> {
                  if (failure == null) {
                    answer.complete(results);
                  } else {
                    answer.completeExceptionally(failure);
                  }
                }));
    List<R> results = new ArrayList<>(until - from);
    for (TaskResult result : waiting.await(answer)) {
      results.add(resultOf(action, result));
    }
    return results;
  }

  /** One thread plans at a time: main and batch thread may both run jobs. */
  private synchronized JobPlan plan(RddNode rdd, JobAction<?> action, int from, int until) {
    return planner.plan(rdd, action, from, until);
  }

  @SuppressWarnings("unchecked") // the action says what its result is
  private <R> R resultOf(JobAction<R> action, TaskResult result) {
    TaskFinished finished = result.finished();
    if (action instanceof JobAction.ForEach || action instanceof JobAction.ForEachPartition) {
      return null;
    } else if (action instanceof JobAction.SaveText) {
      return (R) new JobAction.WrittenFile(finished.getOutputFile(), finished.getOutputBytes());
    }
    List<Object> records = decoder.decode(result);
    if (action instanceof JobAction.Count || action instanceof JobAction.MapPartition) {
      return (R) records.get(0);
    }
    return (R) records;
  }
}
