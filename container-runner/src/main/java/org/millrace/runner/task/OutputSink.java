package org.millrace.runner.task;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.sink.SinkAttempt;
import org.millrace.api.sink.SinkAwayException;
import org.millrace.checkpoint.runtime.BlockingWork;
import org.millrace.runner.hadoop.OutputWriter;
import org.millrace.runner.hadoop.OutputWriter.Attempt;
import org.millrace.runner.hadoop.RecordOutput;
import org.millrace.runner.shuffle.Futures;
import org.millrace.runner.sink.SinkRecords;
import org.millrace.runner.sink.SinkTask;
import org.millrace.runner.wire.proto.SinkKind;

/**
 * Writes records by a Hadoop format into a directory of the attempt, or to a program's sink; the
 * driver publishes what the attempt that counts wrote. Writing blocks, so worker threads do it, a
 * page at a time.
 */
final class OutputSink extends Sink {
  private static final String WORK = "files";
  private static final int PAGE_RECORDS = 1_024;

  private BlockingWork io;
  private ResultBuffer results;

  /** Stands before each result, that names a file; null when results are no files. */
  private String prefix;

  private List<Object> page = new ArrayList<>();
  private CompletableFuture<RecordOutput> opening;

  /** The last thing that was asked of the output; one at a time. */
  private CompletableFuture<?> working;

  private CompletableFuture<List<?>> committing;
  private boolean ended;

  @Override
  void begin(SinkContext context) {
    io = context.environment().io();
    results = context.resultBuffer();
    page = new ArrayList<>();
    committing = null;
    ended = false;
    Callable<RecordOutput> opener =
        context.spec().getKind() == SinkKind.WRITE_SINK ? toSink(context) : byFormat(context);
    opening = io.run(WORK, () -> open(opener));
    working = opening;
  }

  private Callable<RecordOutput> byFormat(SinkContext context) {
    TaskKey task = context.task();
    OutputWriter writer = (OutputWriter) context.function(context.spec().getFunction());
    ClassLoader userClasses = context.environment().userClasses();
    // A name of its own for each attempt of each placement, and a number that committers take.
    String folder =
        "part-%05d-v%d-a%d".formatted(task.partition(), task.placementVersion(), task.attempt());
    prefix = folder + "/";
    String directory = context.argument().isEmpty() ? "" : context.argument() + "/" + folder;
    Attempt attempt =
        new Attempt(task.partition(), (task.placementVersion() << 8) + task.attempt());
    return () -> writer.open(directory, attempt, userClasses);
  }

  private Callable<RecordOutput> toSink(SinkContext context) {
    TaskKey task = context.task();
    var sink = (org.millrace.api.sink.Sink<?>) context.function(context.spec().getFunction());
    SinkAttempt attempt =
        SinkTask.decode(context.argument())
            .attempt(task.partition(), task.placementVersion(), task.attempt());
    prefix = null;
    return () -> new SinkRecords(sink, attempt);
  }

  private static RecordOutput open(Callable<RecordOutput> opener) {
    try {
      return opener.call();
    } catch (Exception | LinkageError e) {
      throw failure(e);
    }
  }

  @Override
  public void accept(Object record) {
    recordCount++;
    page.add(record);
  }

  @Override
  Step ready(Runnable wake) {
    return page.size() < PAGE_RECORDS ? Step.DONE : write(wake);
  }

  /** Hands the page over when the one before it is written. */
  private Step write(Runnable wake) {
    if (!isDone(working, wake)) {
      return Step.WAIT;
    }
    Futures.result(working);
    List<Object> records = page;
    page = new ArrayList<>();
    RecordOutput output = opening.join();
    working = io.run(WORK, () -> written(output, records));
    return Step.DONE;
  }

  private static boolean written(RecordOutput output, List<Object> records) {
    try {
      for (Object record : records) {
        output.write(record);
      }
      return true;
    } catch (Exception | LinkageError e) {
      throw failure(e);
    }
  }

  private static boolean isDone(CompletableFuture<?> future, Runnable wake) {
    if (future.isDone()) {
      return true;
    }
    Futures.whenDone(future, wake);
    return false;
  }

  @Override
  Step finish(Runnable wake) {
    if (!page.isEmpty()) {
      Step step = write(wake);
      if (step != Step.DONE) {
        return step;
      }
    }
    if (!isDone(working, wake)) {
      return Step.WAIT;
    }
    Futures.result(working);
    if (committing == null) {
      RecordOutput output = opening.join();
      committing = io.run(WORK, () -> committed(output));
      working = committing;
    }
    if (!isDone(committing, wake)) {
      return Step.WAIT;
    }
    for (Object result : Futures.result(committing)) {
      results.add(prefix == null ? result : prefix + result);
    }
    ended = true;
    return Step.DONE;
  }

  private static List<?> committed(RecordOutput output) {
    try {
      return output.commit();
    } catch (Exception | LinkageError e) {
      throw failure(e);
    }
  }

  private static MillraceException failure(Throwable cause) {
    if (cause instanceof MillraceException known) {
      return known;
    }
    if (cause instanceof InterruptedException) {
      Thread.currentThread().interrupt();
    }
    if (cause instanceof SinkAwayException) {
      return new MillraceException(
          ErrorCode.SINK_AWAY, "the sink is away: " + cause.getMessage(), cause);
    }
    return new MillraceException(ErrorCode.TASK_FAILED, "the output failed: " + cause, cause);
  }

  @Override
  Result result() {
    return results.take();
  }

  /** What was not finished is given up, after the step that is under way. */
  @Override
  void end() {
    CompletableFuture<RecordOutput> opened = opening;
    if (!ended && opened != null) {
      BlockingWork worker = io;
      Futures.whenDone(
          working,
          () -> {
            if (!opened.isCompletedExceptionally()) {
              Futures.whenDone(worker.run(WORK, () -> aborted(opened.join())), () -> {});
            }
          });
    }
    opening = null;
    working = null;
    committing = null;
    results = null;
    page = new ArrayList<>();
  }

  private static boolean aborted(RecordOutput output) throws Exception {
    output.abort();
    return true;
  }
}
