package org.millrace.runner.snapshot;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.codec.StateCodecs;
import org.millrace.checkpoint.files.AppendFile;
import org.millrace.checkpoint.files.CreateOptions;
import org.millrace.checkpoint.files.DurableFiles;
import org.millrace.checkpoint.files.Outcome;
import org.millrace.checkpoint.runtime.Answers;
import org.millrace.checkpoint.runtime.BlockingWork;
import org.millrace.checkpoint.state.StateFileWriter;
import org.millrace.checkpoint.state.StateSection;
import org.millrace.runner.state.RowSink;
import org.millrace.runner.state.StateCapture;
import org.millrace.runner.state.StateCapture.Progress;
import org.millrace.runner.state.StateStore;
import org.millrace.runner.wire.proto.SnapshotPartition;
import org.millrace.runner.wire.proto.SnapshotWritten;
import org.millrace.runner.wire.proto.TakeSnapshot;
import org.millrace.runner.wire.proto.WrittenSection;

/**
 * One file with the partitions of an executor at a version. The captures begin when it is made;
 * then it goes on in steps, one after the other on threads for blocking work: each encodes some
 * rows, appends them and is followed by the next one when they are in the file.
 */
final class SnapshotRun {
  private static final String WORK = "snapshot";
  private static final int ROWS_A_WRITE = 512;
  private static final int APPEND_BYTES = 256 << 10;

  private final TakeSnapshot message;
  private final DurableFiles files;
  private final BlockingWork work;
  private final String path;
  private final List<StateCapture> captures = new ArrayList<>();
  private final List<WrittenSection> sections = new ArrayList<>();
  private final StateFileWriter writer;
  private final RowSink sink;
  private final CompletableFuture<SnapshotWritten> written = new CompletableFuture<>();
  private AppendFile file;
  private int current;
  private boolean hasContent;

  // Volatile: set by the control loop, read by the steps.
  private volatile boolean cancelled;

  SnapshotRun(
      TakeSnapshot message,
      int executorId,
      StateCodecs codecs,
      StateStore states,
      DurableFiles files,
      BlockingWork work) {
    this.message = message;
    this.files = files;
    this.work = work;
    this.path = message.getDirectory() + "/" + message.getFile();
    this.writer =
        new StateFileWriter(message.getApplicationId(), executorId, message.getVersionMs(), codecs);
    this.sink = new Sink();
    for (SnapshotPartition partition : message.getPartitionsList()) {
      captures.add(
          states.capture(
              partition.getStateId(),
              partition.getPartition(),
              partition.getVersionMs(),
              partition.getContinuesMs()));
    }
  }

  /** Completes when the file is durable; the captures have been told then, or given up. */
  CompletableFuture<SnapshotWritten> written() {
    return written;
  }

  void start() {
    next(this::step);
  }

  void cancel() {
    cancelled = true;
  }

  /** A step, whose failure is that of the run. */
  private interface Step {
    void run() throws Exception;
  }

  private void next(Step step) {
    CompletableFuture<Void> done =
        work.run(
            WORK,
            () -> {
              step.run();
              return null;
            });
    CompletableFuture<Void> unused =
        done.whenComplete(
            (none, failure) -> {
              if (failure != null) {
                fail(Answers.cause(failure));
              }
            });
  }

  /** Goes on with a step when the future is done. */
  private void after(CompletableFuture<?> future, Step step) {
    CompletableFuture<?> unused =
        future.whenComplete(
            (value, failure) -> {
              if (failure != null) {
                next(
                    () -> {
                      throw asException(Answers.cause(failure));
                    });
              } else {
                next(step);
              }
            });
  }

  private static Exception asException(Throwable failure) {
    return failure instanceof Exception exception
        ? exception
        : new MillraceException(ErrorCode.INTERNAL, failure.toString(), failure);
  }

  private void step() {
    if (written.isDone()) {
      return;
    }
    if (cancelled) {
      throw new MillraceException(ErrorCode.ALREADY_STOPPED, "the executor ends");
    }
    while (current < captures.size()) {
      StateCapture capture = captures.get(current);
      Progress progress = capture.write(sink, ROWS_A_WRITE, this::start);
      if (progress == Progress.WAIT) {
        return;
      }
      if (progress == Progress.END) {
        endSection(capture);
        current++;
      }
      if (writer.readyBytes() >= APPEND_BYTES) {
        append(this::step);
        return;
      }
    }
    if (hasContent) {
      writer.end();
      append(this::close);
    } else {
      complete("", 0);
    }
  }

  private void endSection(StateCapture capture) {
    StateSection section =
        new StateSection(
            capture.stateId(),
            capture.partition(),
            capture.versionMs(),
            capture.isDelta(),
            capture.form().number(),
            0,
            0,
            capture.rows(),
            capture.removed());
    int number = writer.endSection(section);
    StateSection ended = writer.sections().get(number);
    boolean isNothing = ended.isDelta() && ended.lengthBytes() == 0;
    hasContent |= !isNothing;
    sections.add(
        WrittenSection.newBuilder()
            .setStateId(ended.stateId())
            .setPartition(ended.partition())
            .setVersionMs(ended.versionMs())
            .setContinuesMs(message.getPartitions(current).getContinuesMs())
            .setSection(isNothing ? -1 : number)
            .setIsDelta(ended.isDelta())
            .setBytes(ended.lengthBytes())
            .setRows(ended.rows())
            .build());
  }

  private void append(Step then) {
    if (file != null) {
      after(file.append(writer.take()), then);
      return;
    }
    after(
        files
            .makeDirectories(message.getDirectory())
            .thenCompose(
                outcome -> {
                  if (outcome != Outcome.DONE) {
                    throw new MillraceException(
                        ErrorCode.STORAGE_FAILED,
                        "cannot make the directory " + message.getDirectory() + ": " + outcome);
                  }
                  return files.createExclusive(path, CreateOptions.DEFAULT);
                })
            .thenAccept(created -> file = created),
        () -> append(then));
  }

  private void close() {
    long length = file.length();
    after(file.flush().thenCompose(flushed -> file.close()), () -> complete(path, length));
  }

  private void complete(String writtenPath, long bytes) {
    captures.forEach(StateCapture::isWritten);
    written.complete(
        SnapshotWritten.newBuilder()
            .setSnapshotId(message.getSnapshotId())
            .setPath(writtenPath)
            .setFileBytes(bytes)
            .addAllSections(sections)
            .build());
  }

  private void fail(Throwable failure) {
    captures.forEach(StateCapture::giveUp);
    if (file != null) {
      // Nobody names the file: what is left of it is deleted, or stays without harm.
      CompletableFuture<Outcome> unused = file.abort().thenCompose(gone -> files.delete(path));
    }
    written.completeExceptionally(failure);
  }

  private final class Sink implements RowSink {
    @Override
    public void writeLong(long value) {
      writer.writeLong(value);
    }

    @Override
    public void writeValue(Object value) {
      writer.writeValue(value);
    }

    @Override
    public void endItem() {
      writer.endItem();
    }
  }
}
