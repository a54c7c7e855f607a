package org.millrace.runner.task;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.millrace.checkpoint.files.AppendFile;
import org.millrace.checkpoint.files.CreateOptions;
import org.millrace.runner.shuffle.Futures;

/**
 * Writes each record and a line feed to a file of its own in the staging directory; the driver
 * publishes it. The name carries partition, placement and attempt, so that no two attempts meet.
 */
final class SaveTextSink extends Sink {
  private static final int PAGE_BYTES = 256 << 10;
  private static final int MAX_PENDING = 4;

  private final ArrayDeque<CompletableFuture<?>> pending = new ArrayDeque<>();
  private byte[] page = new byte[PAGE_BYTES];
  private int size;
  private long totalBytes;
  private String name;
  private CompletableFuture<AppendFile> creating;
  private AppendFile file;
  private CompletableFuture<Void> closing;

  @Override
  void begin(SinkContext context) {
    TaskKey task = context.task();
    name = "part-%05d-v%d-a%d".formatted(task.partition(), task.placementVersion(), task.attempt());
    totalBytes = 0;
    size = 0;
    file = null;
    closing = null;
    creating =
        context
            .environment()
            .files()
            .createExclusive(context.argument() + "/" + name, CreateOptions.DEFAULT);
  }

  @Override
  public void accept(Object record) {
    recordCount++;
    byte[] line = String.valueOf(record).getBytes(StandardCharsets.UTF_8);
    int end = size + line.length;
    if (end >= page.length) {
      page = Arrays.copyOf(page, Math.max(end + 1, 2 * page.length));
    }
    System.arraycopy(line, 0, page, size, line.length);
    page[end] = '\n';
    size = end + 1;
  }

  @Override
  Step ready(Runnable wake) {
    if (file == null) {
      if (!isDone(creating, wake)) {
        return Step.WAIT;
      }
      file = Futures.result(creating);
    }
    if (size >= PAGE_BYTES) {
      append();
    }
    return awaitPending(MAX_PENDING, wake);
  }

  private void append() {
    totalBytes += size;
    pending.add(file.append(ByteBuffer.wrap(page, 0, size)));
    page = new byte[PAGE_BYTES];
    size = 0;
  }

  private Step awaitPending(int allowed, Runnable wake) {
    while (!pending.isEmpty() && pending.peek().isDone()) {
      Futures.result(pending.remove());
    }
    if (pending.size() <= allowed) {
      return Step.DONE;
    }
    return isDone(pending.peek(), wake) ? Step.MORE : Step.WAIT;
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
    Step ready = ready(wake);
    if (ready != Step.DONE) {
      return ready;
    }
    if (closing == null) {
      if (size > 0) {
        append();
      }
      closing = file.close();
    }
    Step written = awaitPending(0, wake);
    if (written != Step.DONE) {
      return written;
    }
    if (!isDone(closing, wake)) {
      return Step.WAIT;
    }
    Futures.result(closing);
    file = null;
    creating = null;
    return Step.DONE;
  }

  @Override
  Result result() {
    return new Result(null, 0, name, totalBytes);
  }

  /** A file that was not finished is given up; its name will not be published. */
  @Override
  void end() {
    if (creating != null) {
      CompletableFuture<AppendFile> opened = creating;
      Futures.whenDone(opened, () -> giveUp(opened));
    }
    creating = null;
    file = null;
    closing = null;
    pending.clear();
  }

  private static void giveUp(CompletableFuture<AppendFile> opened) {
    if (!opened.isCompletedExceptionally()) {
      Futures.whenDone(opened.join().abort(), () -> {});
    }
  }
}
