package org.millrace.runner.task;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.runtime.BlockingWork;
import org.millrace.runner.hadoop.RecordCursor;
import org.millrace.runner.hadoop.SplitReader;
import org.millrace.runner.shuffle.Futures;

/**
 * The records of a split that a Hadoop format reads. Opening and reading block, so pages are read
 * by worker threads, one ahead.
 */
final class SplitFeed implements Feed {
  private static final String WORK = "files";
  private static final int PAGE_RECORDS = 1_024;

  private final PageLoop loop;
  private final BlockingWork io;
  private final SplitReader reader;
  private final ByteBuffer split;
  private final ClassLoader userClasses;
  private final int pageBytes;
  private final RecordConsumer head;

  private CompletableFuture<Page> reading;
  private RecordCursor cursor;
  private boolean blocking;
  private boolean closed;
  private long recordCount;

  /** What one blocking step read. The cursor is open until the page is the last one. */
  private record Page(RecordCursor cursor, Object[] records, int count, boolean last) {}

  SplitFeed(
      PageLoop loop,
      TaskEnvironment environment,
      SplitReader reader,
      ByteBuffer split,
      RecordConsumer head) {
    this.loop = loop;
    this.io = environment.io();
    this.userClasses = environment.userClasses();
    this.pageBytes = environment.settings().filePageBytes();
    this.reader = reader;
    this.split = split;
    this.head = head;
  }

  @Override
  public Step push(Runnable wake) throws Exception {
    if (reading == null) {
      reading = nextPage();
    }
    if (!reading.isDone()) {
      Futures.whenDone(reading, wake);
      return Step.WAIT;
    }
    Page page = Futures.result(reading);
    reading = null;
    cursor = page.last() ? null : page.cursor();
    if (!blocking && !page.last()) {
      reading = nextPage();
    }
    loop.push(page.records(), 0, page.count(), head);
    recordCount += page.count();
    return page.last() ? Step.DONE : Step.MORE;
  }

  private CompletableFuture<Page> nextPage() {
    RecordCursor opened = cursor;
    if (!blocking) {
      return io.run(WORK, () -> read(opened));
    }
    CompletableFuture<Page> read = new CompletableFuture<>();
    try {
      read.complete(read(opened));
    } catch (RuntimeException | Error e) {
      read.completeExceptionally(e);
    }
    return read;
  }

  /** Reads a page, opening the split before the first and closing it after the last. */
  private Page read(RecordCursor openOrNull) {
    RecordCursor open = openOrNull;
    try {
      if (open == null) {
        open = reader.open(split.duplicate(), userClasses);
      }
      Object[] records = new Object[PAGE_RECORDS];
      int count = 0;
      long bytes = 0;
      boolean more = true;
      while (count < records.length && bytes < pageBytes) {
        more = open.next();
        if (!more) {
          break;
        }
        records[count++] = open.record();
        bytes += open.sizeBytes();
      }
      if (!more) {
        RecordCursor finished = open;
        open = null;
        finished.close();
      }
      return new Page(open, records, count, !more);
    } catch (Exception | LinkageError e) {
      MillraceException failure = failure(e);
      closeAfter(open, failure);
      throw failure;
    }
  }

  private static void closeAfter(RecordCursor openOrNull, MillraceException failure) {
    if (openOrNull != null) {
      try {
        openOrNull.close();
      } catch (IOException | RuntimeException alsoFailed) {
        failure.addSuppressed(alsoFailed);
      }
    }
  }

  private static MillraceException failure(Throwable cause) {
    if (cause instanceof MillraceException known) {
      return known;
    }
    if (cause instanceof InterruptedException) {
      Thread.currentThread().interrupt();
    }
    return new MillraceException(
        cause instanceof IOException ? ErrorCode.INPUT_UNAVAILABLE : ErrorCode.TASK_FAILED,
        "the input format failed: " + cause,
        cause);
  }

  @Override
  public Step prepareToBlock(Runnable wake) {
    if (blocking) {
      return Step.DONE;
    }
    if (reading == null) {
      reading = nextPage();
    }
    if (!reading.isDone()) {
      Futures.whenDone(reading, wake);
      return Step.WAIT;
    }
    blocking = true;
    return Step.DONE;
  }

  @Override
  public long recordCount() {
    return recordCount;
  }

  /** The split is closed on a worker thread, after the read that is under way. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (reading != null) {
      CompletableFuture<Page> last = reading;
      Futures.whenDone(
          last,
          () -> {
            if (!last.isCompletedExceptionally()) {
              end(last.join().cursor());
            }
          });
    } else {
      end(cursor);
    }
  }

  private void end(RecordCursor openOrNull) {
    if (openOrNull != null) {
      Futures.whenDone(io.run(WORK, () -> closed(openOrNull)), () -> {});
    }
  }

  private static boolean closed(RecordCursor open) throws IOException {
    open.close();
    return true;
  }
}
