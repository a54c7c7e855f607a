package org.millrace.am.schedule;

import com.google.protobuf.ByteString;
import java.util.Collection;
import java.util.List;
import org.millrace.am.plan.Pipeline;
import org.millrace.am.plan.PlannedInput.ShuffleRead;
import org.millrace.am.schedule.Job.TaskPlace;
import org.millrace.runner.wire.proto.EndJob;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.RepushMapOutput;
import org.millrace.runner.wire.proto.RunTasks;
import org.millrace.runner.wire.proto.UseAttempt;

/**
 * Tells executors of jobs: their tasks with what they do not have yet, which attempts count, where
 * pages go, and that a job or a placement is over. Owned by the driver loop.
 */
final class JobMessages {
  private final ExecutorPool pool;
  private final TaskMessages tasks;
  private final ShippedCode shipped = new ShippedCode();

  JobMessages(ExecutorPool pool) {
    this.pool = pool;
    this.tasks = new TaskMessages(pool);
  }

  /** What the executor was sent is gone with it. */
  void onExecutorLost(int executorId) {
    shipped.executorLost(executorId);
  }

  /** The executor has dropped these templates, function sets or wirings. */
  void onDropped(int executorId, List<ByteString> ids) {
    shipped.dropped(executorId, ids);
  }

  /** Sends tasks of one executor, in the order of their stages, in the attempt that counts. */
  @SuppressWarnings("ReferenceEquality") // equal ones that differ are only looked at once more
  void run(Job job, int executorId, List<TaskPlace> places, long nowNanos) {
    RunTasks.Builder message = begin(job, executorId);
    Pipeline last = null;
    for (TaskPlace place : places) {
      if (place.task.pipeline() != last) {
        last = place.task.pipeline();
        shipped.addMissing(executorId, last, message);
      }
      place.sentNanos = nowNanos;
    }
    tasks.add(message, job, places);
    send(job, executorId, message);
  }

  /** Sends one task in some attempt. */
  void run(Job job, int executorId, TaskPlace place, int attempt) {
    RunTasks.Builder message = begin(job, executorId);
    shipped.addMissing(executorId, place.task.pipeline(), message);
    message.addTasks(tasks.spec(place, attempt));
    send(job, executorId, message);
  }

  private RunTasks.Builder begin(Job job, int executorId) {
    RunTasks.Builder message =
        RunTasks.newBuilder()
            .setJobId(job.request.id())
            .setPlacementVersion(job.placementVersion)
            .setBatchTimeMs(job.request.batchTimeMs());
    if (job.involved.add(executorId)) {
      message.addAllShuffles(job.shuffleSpecs);
      shipped.addMissing(executorId, job.wirings, message);
    }
    return message;
  }

  private void send(Job job, int executorId, RunTasks.Builder message) {
    pool.send(executorId, Envelope.newBuilder().setRunTasks(message));
    if (message.getShufflesCount() > 0) {
      useAttempts(job, executorId);
    }
  }

  /**
   * An executor that joins a placement late must know which maps are not at their first attempt.
   */
  private void useAttempts(Job job, int executorId) {
    if (!job.hasLaterMaps) {
      return;
    }
    for (TaskPlace place : job.places) {
      if (place.attempt > 0 && place.task.writesShuffle() >= 0) {
        pool.send(executorId, Envelope.newBuilder().setUseAttempt(attempt(job, place)));
      }
    }
  }

  /** Reducers take the pages of the attempt of a map that counts now. */
  void useAttempt(Job job, TaskPlace map) {
    job.hasLaterMaps = true;
    UseAttempt use = attempt(job, map);
    job.involved.forEach(id -> pool.send(id, Envelope.newBuilder().setUseAttempt(use)));
  }

  private static UseAttempt attempt(Job job, TaskPlace map) {
    return UseAttempt.newBuilder()
        .setJobId(job.request.id())
        .setPlacementVersion(job.placementVersion)
        .setShuffleId(map.task.writesShuffle())
        .setMapPartition(map.task.partition())
        .setAttempt(map.attempt)
        .build();
  }

  /** What the task reads of shuffles is sent to where it runs now. */
  void pushAgain(Job job, TaskPlace place, int executorId) {
    for (ShuffleRead read : place.task.input().reads()) {
      RepushMapOutput.Builder repush =
          RepushMapOutput.newBuilder()
              .setJobId(job.request.id())
              .setPlacementVersion(job.placementVersion)
              .setShuffleId(read.shuffleId())
              .addReducePartitions(read.partition())
              .setToExecutor(executorId);
      job.involved.forEach(id -> pool.send(id, Envelope.newBuilder().setRepushMapOutput(repush)));
    }
  }

  /** A placement and those before it are over. */
  void endPlacement(Job job, int placementVersion, Collection<Integer> executors) {
    Envelope.Builder message =
        Envelope.newBuilder()
            .setEndJob(
                EndJob.newBuilder()
                    .setJobId(job.request.id())
                    .setPlacementVersion(placementVersion));
    executors.forEach(executorId -> pool.send(executorId, message.clone()));
  }

  /** The job is over, and nothing of it runs: what executors have left of it can wait. */
  void endSoon(Job job) {
    Envelope end = endOf(job);
    job.involved.forEach(executorId -> pool.sendSoon(executorId, end.toBuilder()));
  }

  /** The job is over whatever still runs of it. */
  void end(Job job) {
    Envelope end = endOf(job);
    job.involved.forEach(executorId -> pool.send(executorId, end.toBuilder()));
  }

  private static Envelope endOf(Job job) {
    return Envelope.newBuilder().setEndJob(EndJob.newBuilder().setJobId(job.request.id())).build();
  }
}
