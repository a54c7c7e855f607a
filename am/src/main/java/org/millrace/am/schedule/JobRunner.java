package org.millrace.am.schedule;

import com.google.protobuf.ByteString;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.millrace.am.dataset.MissingState;
import org.millrace.am.dataset.StateRecovery;
import org.millrace.am.dataset.StateRecovery.LostState;
import org.millrace.am.plan.JobPlan;
import org.millrace.am.plan.Planner;
import org.millrace.am.shared.Accumulators;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.graph.RddNode;
import org.millrace.api.graph.StateNode;
import org.millrace.api.spi.JobAction;
import org.millrace.api.spi.SubmittedJob;
import org.millrace.checkpoint.runtime.Answers;
import org.millrace.checkpoint.runtime.BlockingWork;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.runner.wire.proto.TaskFinished;

/**
 * Runs jobs for threads that wait, the program's main thread and the thread that runs a batch, and
 * for those that go on. Thread-safe.
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
  private final BlockingWork work;
  private final Waiting waiting;
  private final ResultDecoder decoder;
  private final Accumulators accumulators;
  // Volatile: set when streams start, read by threads that plan.
  private volatile Consumer<LostState> recovery = StateRecovery.NONE::recover;

  private final ThreadLocal<InBatch> batch = ThreadLocal.withInitial(() -> InBatch.NONE);

  private record InBatch(long timeMs, ReadSplits reads) {
    static final InBatch NONE = new InBatch(-1, ReadSplits.UNCOUNTED);
  }

  public JobRunner(
      Planner planner,
      JobScheduler scheduler,
      Loop loop,
      BlockingWork work,
      Waiting waiting,
      ResultDecoder decoder,
      Accumulators accumulators) {
    this.planner = planner;
    this.scheduler = scheduler;
    this.loop = loop;
    this.work = work;
    this.waiting = waiting;
    this.decoder = decoder;
    this.accumulators = accumulators;
  }

  /**
   * Jobs that {@code work} runs on this thread belong to a batch. When it fails, accumulators have
   * the values again that they had before.
   *
   * @param reads is told what these jobs read of files
   */
  public <T> T inBatch(long timeMs, ReadSplits reads, Callable<T> work) throws Exception {
    batch.set(new InBatch(timeMs, reads));
    accumulators.beginBatch();
    try {
      return work.call();
    } catch (Exception failure) {
      accumulators.rollBack();
      throw failure;
    } finally {
      batch.remove();
    }
  }

  /** Whether the calling thread runs a batch. */
  public boolean isInBatch() {
    return batch.get().timeMs() >= 0;
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
    Asked<R> asked = new Asked<>(rdd, action, from, until);
    List<ByteString> added = new ArrayList<>();
    List<TaskResult> results =
        waiting.await(start(scheduler.newJobId(), asked, asked.plan(), added));
    accumulators.merge(added, isInBatch());
    // What the job reads is released when nothing refers to the node.
    Reference.reachabilityFence(rdd);
    return asked.decode(results);
  }

  /** Starts an action over the partitions {@code [from, until)}. */
  public <R> SubmittedJob<R> submit(RddNode rdd, JobAction<R> action, int from, int until) {
    Asked<R> asked = new Asked<>(rdd, action, from, until);
    Submitted<R> job = new Submitted<>(scheduler.newJobId(), asked);
    JobPlan plan;
    try {
      plan = asked.plan();
    } catch (MillraceException failure) {
      job.completeExceptionally(failure);
      return job;
    }
    boolean inBatch = isInBatch();
    List<ByteString> added = new ArrayList<>();
    CompletableFuture<List<R>> decoded =
        start(job.jobId(), asked, plan, added)
            .thenCompose(
                results ->
                    work.run(
                        "results",
                        () -> {
                          accumulators.merge(added, inBatch);
                          return asked.decode(results);
                        }));
    Answers.post(
        decoded,
        loop,
        (results, failure) -> {
          if (failure == null) {
            job.complete(results);
          } else {
            job.completeExceptionally(failure);
          }
        });
    return job;
  }

  /** Completes on the driver loop, after {@code added} was filled there. */
  private CompletableFuture<List<TaskResult>> start(
      int jobId, Asked<?> asked, JobPlan plan, List<ByteString> added) {
    InBatch now = batch.get();
    JobRequest request =
        new JobRequest(jobId, plan, asked::planAgain, now.timeMs(), now.reads(), added::addAll);
    CompletableFuture<List<TaskResult>> answer = new CompletableFuture<>();
    loop.execute(() -> pass(scheduler.submit(request), answer));
    return answer;
  }

  private <T> void pass(CompletableFuture<T> from, CompletableFuture<T> to) {
    Answers.post(
        from,
        loop,
        (value, failure) -> {
          if (failure == null) {
            to.complete(value);
          } else {
            to.completeExceptionally(failure);
          }
        });
  }

  /** One thread plans at a time: several may run jobs. State that is missing is brought back. */
  private JobPlan plan(RddNode rdd, JobAction<?> action, int from, int until) {
    while (true) {
      try {
        synchronized (this) {
          return planner.plan(rdd, action, from, until, scheduler.slots());
        }
      } catch (MissingState missing) {
        recovery.accept(missing.lost());
      }
    }
  }

  /** Who brings back what {@link MissingState} names; it runs jobs and waits for them. */
  public void recovery(Consumer<LostState> bringsBack) {
    recovery = bringsBack;
  }

  /**
   * Brings some partitions of a state to the version of a node and waits for that. What tasks add
   * to accumulators was added before and is not counted.
   *
   * @throws MillraceException STATE_VERSION_LOST when a state that is needed is lost meanwhile
   */
  public void replay(StateNode state, Set<Integer> partitions) {
    runAgain(
        state.batchTime().milliseconds(),
        () -> planner.planReplay(state, partitions::contains, scheduler.slots()));
  }

  /**
   * Keeps some partitions of a persisted dataset again that no executor keeps, and waits for that.
   * A state that it shows must be at the version of the batch.
   *
   * @throws MillraceException STATE_VERSION_LOST when a state that is needed is lost meanwhile
   */
  public void keepAgain(RddNode dataset, long batchMs, Set<Integer> partitions) {
    runAgain(batchMs, () -> planner.planCopies(dataset, partitions::contains, scheduler.slots()));
  }

  private void runAgain(long batchMs, Supplier<JobPlan> planned) {
    InBatch before = batch.get();
    batch.set(new InBatch(batchMs, ReadSplits.UNCOUNTED));
    try {
      JobPlan plan = planAgain(planned);
      JobRequest request =
          new JobRequest(
              scheduler.newJobId(),
              plan,
              () -> replan(planned),
              batchMs,
              ReadSplits.UNCOUNTED,
              added -> {});
      CompletableFuture<List<TaskResult>> answer = new CompletableFuture<>();
      loop.execute(() -> pass(scheduler.submit(request), answer));
      waiting.await(answer);
    } finally {
      batch.set(before);
    }
  }

  private CompletableFuture<JobPlan> replan(Supplier<JobPlan> planned) {
    CompletableFuture<JobPlan> answer = new CompletableFuture<>();
    pass(work.run("replay", () -> planAgain(planned)), answer);
    return answer;
  }

  private synchronized JobPlan planAgain(Supplier<JobPlan> planned) {
    try {
      return planned.get();
    } catch (MissingState missing) {
      throw new MillraceException(
          ErrorCode.STATE_VERSION_LOST, missing.getMessage() + " is lost again", missing);
    }
  }

  /** What was asked for. */
  private final class Asked<R> {
    private final RddNode rdd;
    private final JobAction<R> action;
    private final int from;
    private final int until;

    Asked(RddNode rdd, JobAction<R> action, int from, int until) {
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
      this.rdd = rdd;
      this.action = action;
      this.from = from;
      this.until = until;
    }

    JobPlan plan() {
      return JobRunner.this.plan(rdd, action, from, until);
    }

    CompletableFuture<JobPlan> planAgain() {
      CompletableFuture<JobPlan> answer = new CompletableFuture<>();
      pass(work.run("plan", this::plan), answer);
      return answer;
    }

    List<R> decode(List<TaskResult> results) {
      if (action instanceof JobAction.Materialize) {
        // Only what was not there had a task.
        return Collections.nCopies(until - from, null);
      }
      List<R> decoded = new ArrayList<>(results.size());
      for (TaskResult result : results) {
        decoded.add(decode(result));
      }
      return decoded;
    }

    @SuppressWarnings("unchecked") // the action says what its result is
    private R decode(TaskResult result) {
      TaskFinished finished = result.finished();
      if (action instanceof JobAction.ForEach || action instanceof JobAction.ForEachPartition) {
        return null;
      } else if (action instanceof JobAction.SaveText) {
        return (R) new JobAction.WrittenFile(finished.getOutputFile(), finished.getOutputBytes());
      }
      List<Object> records = decoder.decode(result);
      if (action instanceof JobAction.Count
          || action instanceof JobAction.MapPartition
          || action instanceof JobAction.WriteSink) {
        return (R) records.get(0);
      }
      return (R) records;
    }
  }

  /** A job whose caller went on. */
  private final class Submitted<R> extends SubmittedJob<R> {
    private final int jobId;
    private final Asked<R> asked;

    Submitted(int jobId, Asked<R> asked) {
      this.jobId = jobId;
      this.asked = asked;
    }

    @Override
    public int jobId() {
      return jobId;
    }

    @Override
    public CompletableFuture<Map<Integer, R>> resultsSoFar() {
      CompletableFuture<List<TaskResult>> known = new CompletableFuture<>();
      loop.execute(() -> known.complete(scheduler.resultsSoFar(jobId)));
      return known.thenCompose(results -> work.run("results", () -> decodeKnown(results)));
    }

    private Map<Integer, R> decodeKnown(List<TaskResult> results) {
      Map<Integer, R> decoded = new TreeMap<>();
      for (int i = 0; i < results.size(); i++) {
        if (results.get(i) != null) {
          decoded.put(i, asked.decode(results.get(i)));
        }
      }
      return decoded;
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
      boolean cancelled = super.cancel(mayInterruptIfRunning);
      if (cancelled) {
        loop.execute(
            () ->
                scheduler.cancel(
                    jobId,
                    new MillraceException(
                        ErrorCode.ALREADY_STOPPED, "job " + jobId + " was cancelled")));
      }
      return cancelled;
    }
  }
}
