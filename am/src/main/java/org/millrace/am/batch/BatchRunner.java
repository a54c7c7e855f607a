package org.millrace.am.batch;

import java.util.ArrayList;
import java.util.List;
import org.millrace.am.publish.BatchOutputs;
import org.millrace.am.schedule.JobRunner;
import org.millrace.am.schedule.ReadSplits;
import org.millrace.api.Optional;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.graph.Output;
import org.millrace.api.graph.RddNode;
import org.millrace.api.spi.JobAction;
import org.millrace.api.streaming.Time;
import org.millrace.checkpoint.publish.PreparedOutput;

/** Runs the outputs of a batch in their order. Used by one thread at a time, which may wait. */
final class BatchRunner {
  private final StreamEvaluator evaluator;
  private final JobRunner jobs;
  private final BatchOutputs outputs;
  private final BatchEvents events;
  private Batch before;

  BatchRunner(StreamEvaluator evaluator, JobRunner jobs, BatchOutputs outputs, BatchEvents events) {
    this.evaluator = evaluator;
    this.jobs = jobs;
    this.outputs = outputs;
    this.events = events;
  }

  /**
   * Runs all outputs and answers what they prepared; what was prepared is discarded when one fails.
   */
  List<PreparedOutput> run(Batch batch) throws Exception {
    return jobs.inBatch(batch.timeMs, batch.files.reads(), () -> runOutputs(batch));
  }

  /**
   * Computes again what later batches need of one that was decided by a driver before this one.
   *
   * @param computed whether state has to be brought forward by it; else only its input is known
   */
  void replay(Batch batch, boolean computed) throws Exception {
    evaluator.begin(batch, before);
    before = batch;
    if (computed && batch.state != BatchStatus.State.SKIPPED) {
      try {
        jobs.inBatch(
            batch.timeMs,
            ReadSplits.UNCOUNTED,
            () -> {
              computeStates();
              return true;
            });
      } catch (Exception failure) {
        throw describe(failure, "keyed state, brought forward after a restart", batch);
      }
    }
  }

  private List<PreparedOutput> runOutputs(Batch batch) throws Exception {
    batch.outputsDone.set(0);
    evaluator.begin(batch, before);
    before = batch;
    List<PreparedOutput> prepared = new ArrayList<>();
    batch.outputInfos.clear();
    for (Output output : batch.outputs) {
      events.outputStarted(batch, output);
      try {
        run(output, batch, prepared);
      } catch (Exception failure) {
        MillraceException described = describe(failure, output.description(), batch);
        events.outputCompleted(batch, output, Optional.of(described.getMessage()));
        throw discarding(prepared, batch, described);
      }
      batch.outputsDone.incrementAndGet();
      events.outputCompleted(batch, output, Optional.empty());
    }
    try {
      computeStates();
    } catch (Exception failure) {
      throw discarding(prepared, batch, describe(failure, "keyed state", batch));
    }
    return prepared;
  }

  private void run(Output output, Batch batch, List<PreparedOutput> prepared) throws Exception {
    RddNode dataset = evaluator.evaluate(output.parent(), batch.timeMs);
    Time time = new Time(batch.timeMs);
    if (output instanceof Output.ForEachOutput forEach) {
      forEach.action().run(dataset, time);
    } else {
      outputs.prepare(output, dataset, time).ifPresent(prepared::add);
    }
  }

  /** State advances in each batch. A job has no tasks for what an output has computed. */
  private void computeStates() throws Exception {
    for (RddNode dataset : evaluator.computedAlways()) {
      jobs.run(dataset, new JobAction.Materialize(), 0, dataset.partitionCount());
    }
  }

  private MillraceException discarding(
      List<PreparedOutput> prepared, Batch batch, MillraceException failure) {
    for (PreparedOutput unwanted : prepared) {
      try {
        outputs.discard(unwanted, new Time(batch.timeMs));
      } catch (RuntimeException alsoFailed) {
        failure.addSuppressed(alsoFailed);
      }
    }
    return failure;
  }

  private static MillraceException describe(Exception failure, String where, Batch batch) {
    ErrorCode code =
        failure instanceof MillraceException known ? known.code() : ErrorCode.BATCH_FAILED;
    String reason =
        failure instanceof MillraceException
            ? failure.getMessage()
            : failure.getClass().getName()
                + (failure.getMessage() == null ? "" : ": " + failure.getMessage());
    return new MillraceException(
        code, "batch " + batch.timeMs + " ms failed in '" + where + "': " + reason, failure);
  }
}
