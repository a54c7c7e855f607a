package org.millrace.am.publish;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.graph.Output;
import org.millrace.api.sink.CommitOutcome;
import org.millrace.api.sink.PreparedBatch;
import org.millrace.api.sink.SinkCommitter;
import org.millrace.api.sink.SinkContext;
import org.millrace.api.streaming.Time;
import org.millrace.checkpoint.publish.StagedSink;
import org.millrace.checkpoint.runtime.BlockingWork;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The committers of a program's sinks, by the names of their outputs: what a commit record says is
 * published by the sink that the program of today has under the name. Committers run on worker
 * threads, each on one at a time. Thread-safe.
 */
public final class SinkRegistry {
  private static final Logger LOG = LoggerFactory.getLogger(SinkRegistry.class);
  private static final String WORK = "sinks";

  private final BlockingWork work;

  @GuardedBy("this")
  private final Map<String, OpenSink> sinks = new HashMap<>();

  /** Its monitor is held by the thread that calls the committer. */
  private record OpenSink(SinkCommitter committer, SinkContext context) {}

  public SinkRegistry(BlockingWork work) {
    this.work = work;
  }

  /**
   * Makes the committers of all sinks among the outputs; of those that are there already too.
   *
   * @param application the identity that outlives drivers
   * @return fails with SINK_FAILED and the cause when a sink gives none
   */
  public CompletableFuture<Void> open(List<Output> outputs, String application, long epoch) {
    return work.run(
        WORK,
        () -> {
          for (Output output : outputs) {
            if (output instanceof Output.SinkOutput sink) {
              open(sink, new SinkContext(application, sink.outputId(), epoch));
            }
          }
          return null;
        });
  }

  private void open(Output.SinkOutput output, SinkContext context) {
    SinkCommitter committer;
    try {
      committer = output.sink().committer(context);
    } catch (MillraceException known) {
      throw known;
    } catch (Exception | LinkageError failure) {
      if (failure instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      throw new MillraceException(
          ErrorCode.SINK_FAILED,
          "the sink of "
              + output.description()
              + " cannot be opened: "
              + failure
              + "; see to it that the driver can reach it and start again",
          failure);
    }
    if (committer == null) {
      throw new MillraceException(
          ErrorCode.SINK_FAILED, "the sink of " + output.description() + " gave no committer");
    }
    synchronized (this) {
      sinks.put(output.outputId(), new OpenSink(committer, context));
    }
  }

  /** The application and epoch that tasks of an output stage under. */
  SinkContext context(String outputId) {
    return open(outputId).context();
  }

  private synchronized OpenSink open(String outputId) {
    OpenSink sink = sinks.get(outputId);
    if (sink == null) {
      throw new MillraceException(
          ErrorCode.SINK_FAILED,
          "the program has no output '"
              + outputId
              + "'; define writeTo(\""
              + outputId
              + "\", sink) with its old sink again until what was staged for it is committed");
    }
    return sink;
  }

  /** Asks the sink to commit; what it throws is an outcome that is not known. */
  CompletableFuture<CommitOutcome> commit(StagedSink staged, long batchTimeMs) {
    return work.run(WORK, () -> committed(staged, batchTimeMs));
  }

  private CommitOutcome committed(StagedSink staged, long batchTimeMs) {
    OpenSink sink;
    try {
      sink = open(staged.outputId());
    } catch (MillraceException missing) {
      return CommitOutcome.failed(missing.getMessage(), missing);
    }
    synchronized (sink) {
      try {
        CommitOutcome outcome = sink.committer().commit(batch(staged, batchTimeMs));
        return outcome == null
            ? CommitOutcome.failed("its committer answered null", null)
            : outcome;
      } catch (Exception | LinkageError failure) {
        if (failure instanceof InterruptedException) {
          Thread.currentThread().interrupt();
        }
        return CommitOutcome.unknown(failure.toString(), failure);
      }
    }
  }

  /** Gives up what was prepared and not decided. */
  CompletableFuture<Void> abort(StagedSink staged, long batchTimeMs) {
    return work.run(
        WORK,
        () -> {
          OpenSink sink = open(staged.outputId());
          synchronized (sink) {
            sink.committer().abort(batch(staged, batchTimeMs));
          }
          return null;
        });
  }

  /** Removes what is staged for batches up to a time; what fails stays until the next call. */
  CompletableFuture<Void> cleanUp(String outputId, long untilMs) {
    return work.run(
        WORK,
        () -> {
          OpenSink sink = open(outputId);
          synchronized (sink) {
            try {
              sink.committer().cleanUp(new Time(untilMs));
            } catch (Exception | LinkageError failure) {
              LOG.warn(
                  "what failed attempts staged for output '{}' could not be removed; it is tried"
                      + " again later",
                  outputId,
                  failure);
            }
          }
          return null;
        });
  }

  /** Closes the committers. */
  public CompletableFuture<Void> close() {
    List<OpenSink> closing;
    synchronized (this) {
      closing = new ArrayList<>(sinks.values());
      sinks.clear();
    }
    return closing.isEmpty()
        ? CompletableFuture.completedFuture(null)
        : work.run(
            WORK,
            () -> {
              closing.forEach(SinkRegistry::close);
              return null;
            });
  }

  private static void close(OpenSink sink) {
    synchronized (sink) {
      try {
        sink.committer().close();
      } catch (Exception | LinkageError failure) {
        LOG.warn("the sink of output '{}' did not close", sink.context().outputId(), failure);
      }
    }
  }

  private static PreparedBatch batch(StagedSink staged, long batchTimeMs) {
    return new PreparedBatch(
        new SinkContext(staged.application(), staged.outputId(), staged.epoch()),
        new Time(batchTimeMs),
        staged.messageBytes());
  }
}
