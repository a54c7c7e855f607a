package org.millrace.api;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.millrace.api.graph.RddNode;
import org.millrace.api.spi.Engine;
import org.millrace.api.spi.JobAction;
import org.millrace.api.spi.SubmittedJob;

/**
 * An action made of jobs that follow each other. Thread-safe: what its jobs complete on must not
 * wait, so results are put together on threads of the common pool.
 */
final class RunningAction<T> implements FutureAction<T> {
  private final Engine engine;
  private final RddNode node;
  private final List<SubmittedJob<?>> jobs = new CopyOnWriteArrayList<>();
  private final AtomicBoolean cancelled = new AtomicBoolean();
  private final CompletableFuture<T> result;

  private RunningAction(
      Engine engine, RddNode node, Function<RunningAction<T>, CompletableFuture<T>> start) {
    this.engine = engine;
    this.node = node;
    this.result = start.apply(this);
  }

  /** One job over all partitions. */
  static <R, T> FutureAction<T> of(
      Engine engine, RddNode node, JobAction<R> action, Function<List<R>, T> result) {
    return new RunningAction<>(
        engine,
        node,
        running -> running.submit(action, 0, node.partitionCount()).thenApplyAsync(result));
  }

  /** The first records: a job over the first partitions, then one over the rest if need be. */
  static <T> FutureAction<T> take(
      Engine engine, RddNode node, int num, Function<List<Object>, T> result) {
    int first = Math.min(engine.defaultParallelism(), node.partitionCount());
    return new RunningAction<>(
        engine,
        node,
        running ->
            running
                .takeFrom(0, first, num, List.of())
                .thenComposeAsync(
                    taken -> running.takeFrom(first, node.partitionCount(), num, taken))
                .thenApply(result));
  }

  private CompletableFuture<List<Object>> takeFrom(
      int from, int until, int num, List<Object> before) {
    int missing = num - before.size();
    if (missing <= 0 || from >= until || cancelled.get()) {
      return CompletableFuture.completedFuture(before);
    }
    return submit(new JobAction.Take(missing), from, until)
        .thenApplyAsync(
            partitions -> {
              List<Object> taken = new ArrayList<>(before);
              partitions.forEach(
                  partition ->
                      taken.addAll(
                          partition.subList(0, Math.min(partition.size(), num - taken.size()))));
              return taken;
            });
  }

  private <R> CompletableFuture<List<R>> submit(JobAction<R> action, int from, int until) {
    SubmittedJob<R> job = engine.submitJob(node, action, from, until);
    jobs.add(job);
    if (cancelled.get()) {
      job.cancel(true);
    }
    return job;
  }

  @Override
  public List<Integer> jobIds() {
    return jobs.stream().map(SubmittedJob::jobId).toList();
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    cancelled.set(true); // before the jobs are looked at: one that begins later ends at once
    boolean wasRunning = result.cancel(mayInterruptIfRunning);
    if (wasRunning) {
      jobs.forEach(job -> job.cancel(mayInterruptIfRunning));
    }
    return wasRunning;
  }

  @Override
  public boolean isCancelled() {
    return result.isCancelled();
  }

  @Override
  public boolean isDone() {
    return result.isDone();
  }

  @Override
  public T get() throws InterruptedException, ExecutionException {
    return result.get();
  }

  @Override
  public T get(long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    return result.get(timeout, unit);
  }
}
