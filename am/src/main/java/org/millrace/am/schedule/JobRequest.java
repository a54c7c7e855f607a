package org.millrace.am.schedule;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.millrace.am.plan.JobPlan;

/**
 * A job to run. Immutable.
 *
 * @param id from {@link JobScheduler#newJobId}
 * @param planAgain plans the job as things are then; called on the driver loop, where the answer
 *     completes too
 * @param batchTimeMs of the batch that the job belongs to; -1 for none
 * @param reads is told what was read of files; the job is not done before
 * @param accumulated takes what the tasks of the job added to accumulators, in their order, before
 *     the job is done
 */
public record JobRequest(
    int id,
    JobPlan plan,
    Supplier<CompletableFuture<JobPlan>> planAgain,
    long batchTimeMs,
    ReadSplits reads,
    Consumer<List<ByteString>> accumulated) {
  public JobRequest {
    Objects.requireNonNull(plan, "plan");
    Objects.requireNonNull(planAgain, "planAgain");
    Objects.requireNonNull(reads, "reads");
    Objects.requireNonNull(accumulated, "accumulated");
  }
}
