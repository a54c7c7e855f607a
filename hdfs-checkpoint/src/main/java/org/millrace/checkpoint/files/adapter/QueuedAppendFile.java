package org.millrace.checkpoint.files.adapter;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.files.AppendFile;
import org.millrace.checkpoint.runtime.BlockingWork;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Queues the operations of one file and runs them in order, by one worker at a time.
 *
 * <p>A worker that found work goes on until the queue is empty, so a busy file pays one hand-off
 * for many operations.
 */
final class QueuedAppendFile implements AppendFile {

  private static final Logger LOG = LoggerFactory.getLogger(QueuedAppendFile.class);

  private final String path;
  private final ByteSink sink;
  private final BlockingWork work;
  private final String executor;

  /** The operation that runs, first, and those behind it. */
  private final ConcurrentLinkedQueue<Operation> operations = new ConcurrentLinkedQueue<>();

  private final AtomicInteger pending = new AtomicInteger();
  private final AtomicReference<MillraceException> failure = new AtomicReference<>();

  // Volatile: written by the worker that flushed, read by any thread.
  private volatile List<String> nodes = List.of();

  /** Owned by the caller. */
  private long length;

  /** Owned by the caller; null while open. */
  private CompletableFuture<Void> closing;

  QueuedAppendFile(String path, ByteSink sink, BlockingWork work, String executor) {
    this.path = path;
    this.sink = sink;
    this.work = work;
    this.executor = executor;
  }

  @Override
  public String path() {
    return path;
  }

  @Override
  public CompletableFuture<Long> append(ByteBuffer... data) {
    for (ByteBuffer part : data) {
      length += part.remaining();
    }
    ByteBuffer[] parts = data.clone();
    return submit("append to", length, () -> writeAll(parts));
  }

  private void writeAll(ByteBuffer[] parts) throws IOException {
    for (ByteBuffer part : parts) {
      sink.write(part);
    }
  }

  @Override
  public CompletableFuture<Long> flush() {
    return submit("flush", length, () -> flushed(sink::flush));
  }

  @Override
  public CompletableFuture<Long> sync() {
    return submit("sync", length, () -> flushed(sink::sync));
  }

  private void flushed(Step flush) throws IOException {
    flush.run();
    nodes = sink.nodes();
  }

  @Override
  public List<String> nodes() {
    return nodes;
  }

  @Override
  public long length() {
    return length;
  }

  @Override
  public CompletableFuture<Void> close() {
    if (closing == null) {
      closing =
          submit("close", length, sink::close)
              .thenAccept(
                  closedLength ->
                      failure.compareAndSet(
                          null,
                          new MillraceException(
                              ErrorCode.ILLEGAL_USE, "File " + path + " is closed")));
    }
    return closing;
  }

  @Override
  public CompletableFuture<Void> abort() {
    MillraceException aborted =
        new MillraceException(
            ErrorCode.DURABILITY_UNKNOWN,
            "Writing of " + path + " was aborted; what was not flushed may be lost");
    boolean first = failure.compareAndSet(null, aborted);
    MillraceException reason = failure.get();
    operations.forEach(operation -> operation.answer.completeExceptionally(reason));
    if (!first) {
      return CompletableFuture.completedFuture(null);
    }
    Operation abandon = new Operation("abandon", length, this::abandon, true);
    enqueue(abandon);
    return abandon.answer.handle((done, fault) -> null);
  }

  private CompletableFuture<Long> submit(String action, long lengthAfter, Step step) {
    Operation operation = new Operation(action, lengthAfter, step, false);
    enqueue(operation);
    return operation.answer;
  }

  private void enqueue(Operation operation) {
    operations.add(operation);
    if (pending.getAndIncrement() == 0) {
      var unused = work.run(executor, this::drain).exceptionally(this::failAll);
    }
  }

  /** The worker could not run, or broke: nobody else would answer. */
  private Void failAll(Throwable fault) {
    operations.forEach(left -> left.answer.completeExceptionally(fault));
    return null;
  }

  private Void drain() {
    do {
      Operation operation = operations.element();
      run(operation);
      operations.remove();
    } while (pending.decrementAndGet() > 0);
    return null;
  }

  private void run(Operation operation) {
    MillraceException earlier = failure.get();
    if (earlier != null && !operation.always) {
      operation.answer.completeExceptionally(earlier);
      return;
    }
    try {
      operation.step.run();
    } catch (IOException | RuntimeException e) {
      MillraceException reason = sink.explain(operation.action, e);
      boolean first = failure.compareAndSet(null, reason);
      operation.answer.completeExceptionally(failure.get());
      if (first) {
        abandon();
      }
      return;
    }
    operation.answer.complete(operation.lengthAfter);
  }

  private void abandon() {
    try {
      sink.abandon();
    } catch (IOException | RuntimeException e) {
      // The failure that led here was reported already; this one tells nothing new to the writer.
      LOG.warn("File {} could not be let go; its lease expires by itself", path, e);
    }
  }

  @FunctionalInterface
  private interface Step {
    void run() throws IOException;
  }

  private static final class Operation {
    private final String action;
    private final long lengthAfter;
    private final Step step;
    private final boolean always;
    private final CompletableFuture<Long> answer = new CompletableFuture<>();

    Operation(String action, long lengthAfter, Step step, boolean always) {
      this.action = action;
      this.lengthAfter = lengthAfter;
      this.step = step;
      this.always = always;
    }
  }
}
