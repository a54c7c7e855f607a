package org.millrace.am.batch;

import java.util.ArrayList;
import java.util.List;
import org.millrace.am.publish.TextOutputs;
import org.millrace.am.schedule.JobRunner;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.graph.Output;
import org.millrace.api.graph.RddNode;
import org.millrace.api.graph.StreamGraph;
import org.millrace.api.streaming.Time;
import org.millrace.checkpoint.publish.StagedOutput;

/** Runs the outputs of a batch in their order. Used by one thread at a time, which may wait. */
final class BatchRunner {
  private final StreamGraph graph;
  private final JobRunner jobs;
  private final TextOutputs textOutputs;

  BatchRunner(StreamGraph graph, JobRunner jobs, TextOutputs textOutputs) {
    this.graph = graph;
    this.jobs = jobs;
    this.textOutputs = textOutputs;
  }

  /**
   * Runs all outputs and answers what they prepared; what was prepared is discarded when one fails.
   */
  List<StagedOutput> run(Batch batch) throws Exception {
    return jobs.inBatch(batch.timeMs, () -> runOutputs(batch));
  }

  private List<StagedOutput> runOutputs(Batch batch) {
    batch.outputsDone.set(0);
    StreamEvaluator evaluator = new StreamEvaluator(batch);
    List<StagedOutput> prepared = new ArrayList<>();
    for (Output output : graph.outputs()) {
      try {
        run(output, evaluator, batch, prepared);
      } catch (Exception failure) {
        MillraceException described = describe(failure, output, batch);
        for (StagedOutput unwanted : prepared) {
          try {
            textOutputs.discard(unwanted);
          } catch (MillraceException alsoFailed) {
            described.addSuppressed(alsoFailed);
          }
        }
        throw described;
      }
      batch.outputsDone.incrementAndGet();
    }
    return prepared;
  }

  private void run(
      Output output, StreamEvaluator evaluator, Batch batch, List<StagedOutput> prepared)
      throws Exception {
    RddNode dataset = evaluator.evaluate(output.parent());
    Time time = new Time(batch.timeMs);
    if (output instanceof Output.ForEachOutput forEach) {
      forEach.action().run(dataset, time);
    } else if (output instanceof Output.TextFilesOutput files) {
      prepared.add(textOutputs.prepare(dataset, files.directory(time)));
    }
  }

  private static MillraceException describe(Exception failure, Output output, Batch batch) {
    ErrorCode code =
        failure instanceof MillraceException known ? known.code() : ErrorCode.BATCH_FAILED;
    String reason =
        failure instanceof MillraceException
            ? failure.getMessage()
            : failure.getClass().getName()
                + (failure.getMessage() == null ? "" : ": " + failure.getMessage());
    return new MillraceException(
        code,
        "batch " + batch.timeMs + " ms failed in '" + output.description() + "': " + reason,
        failure);
  }
}
