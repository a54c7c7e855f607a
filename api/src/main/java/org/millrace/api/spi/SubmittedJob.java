package org.millrace.api.spi;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * A job that runs while its caller goes on. It completes with one result for each partition, in
 * order, or with the {@link org.millrace.api.error.MillraceException} that {@link Engine#runJob}
 * would throw. {@link #cancel} ends the job on the executors too; tasks that are in a function of
 * the program end after it.
 *
 * @param <R> type of the result of one partition
 */
public abstract class SubmittedJob<R> extends CompletableFuture<List<R>> {
  /** The number of the job; no other job of the engine has it. */
  public abstract int jobId();

  /**
   * The results of those partitions that have ended by now, by their place among the results;
   * completes soon, also while the job runs, and never fails because the job does.
   */
  public abstract CompletableFuture<Map<Integer, R>> resultsSoFar();
}
