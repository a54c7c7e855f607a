package org.millrace.am.publish;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.millrace.am.schedule.JobRunner;
import org.millrace.am.schedule.JobRunner.Waiting;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.graph.Output;
import org.millrace.api.graph.RddNode;
import org.millrace.api.sink.SinkContext;
import org.millrace.api.spi.JobAction;
import org.millrace.api.streaming.Time;
import org.millrace.checkpoint.publish.PreparedOutput;
import org.millrace.checkpoint.publish.StagedOutput;
import org.millrace.checkpoint.publish.StagedSink;

/**
 * Prepares the outputs of batches: runs the jobs that stage them and answers what the commit record
 * of the batch names. Called on the threads that run batches. Thread-safe.
 */
public final class BatchOutputs {
  private static final int MOST_MESSAGE_BYTES = 16 << 20;

  private final TextOutputs files;
  private final SinkRegistry sinks;
  private final JobRunner jobs;
  private final Waiting waiting;
  private final AtomicLong nextRun = new AtomicLong();

  public BatchOutputs(TextOutputs files, SinkRegistry sinks, JobRunner jobs, Waiting waiting) {
    this.files = files;
    this.sinks = sinks;
    this.jobs = jobs;
    this.waiting = waiting;
  }

  /** Stages what an output does with a batch; empty when there is nothing to publish. */
  public Optional<PreparedOutput> prepare(Output output, RddNode rdd, Time batchTime) {
    if (output instanceof Output.TextFilesOutput text) {
      return Optional.of(files.prepare(rdd, text.directory(batchTime)));
    } else if (output instanceof Output.HadoopFilesOutput hadoop) {
      return Optional.of(files.prepare(rdd, hadoop.directory(batchTime), hadoop.output()));
    } else if (output instanceof Output.SinkOutput sink) {
      return prepare(sink, rdd, batchTime);
    }
    throw new IllegalArgumentException(output.description() + " is not prepared");
  }

  private Optional<PreparedOutput> prepare(Output.SinkOutput output, RddNode rdd, Time batchTime) {
    SinkContext context = sinks.context(output.outputId());
    List<byte[]> prepared =
        jobs.run(
            rdd,
            new JobAction.WriteSink(output.sink(), context, batchTime, nextRun.getAndIncrement()),
            0,
            rdd.partitionCount());
    List<ByteBuffer> messages = new ArrayList<>();
    long bytes = 0;
    for (byte[] message : prepared) {
      bytes += message.length;
      if (message.length > 0) {
        messages.add(ByteBuffer.wrap(message));
      }
    }
    if (bytes > MOST_MESSAGE_BYTES) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          "the "
              + messages.size()
              + " tasks of "
              + output.description()
              + " prepared messages of "
              + bytes
              + " bytes, at most "
              + MOST_MESSAGE_BYTES
              + " fit in the commit of a batch; stage what the committer needs and give its name");
    }
    return messages.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new StagedSink(context.outputId(), context.application(), context.epoch(), messages));
  }

  /** Removes what was prepared and will not be published. */
  public void discard(PreparedOutput prepared, Time batchTime) {
    if (prepared instanceof StagedOutput staged) {
      files.discard(staged);
    } else if (prepared instanceof StagedSink staged) {
      waiting.await(sinks.abort(staged, batchTime.milliseconds()));
    }
  }
}
