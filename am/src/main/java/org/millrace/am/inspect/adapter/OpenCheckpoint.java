package org.millrace.am.inspect.adapter;

import org.apache.hadoop.conf.Configuration;
import org.millrace.am.inspect.CheckpointInspection;
import org.millrace.checkpoint.files.adapter.DurableFilesRouter;
import org.millrace.checkpoint.runtime.adapter.HaltingFatalHandler;
import org.millrace.checkpoint.runtime.adapter.SystemClock;
import org.millrace.checkpoint.runtime.adapter.ThreadLoop;
import org.millrace.checkpoint.runtime.adapter.ThreadPoolWork;

/** A checkpoint directory on the local file system or one of Hadoop's. Not thread-safe. */
public final class OpenCheckpoint implements AutoCloseable {
  private static final int THREADS = 4;
  private static final int EXIT_CODE_FATAL = 3;

  private final ThreadPoolWork work = new ThreadPoolWork("millrace-checkpoint", THREADS);
  private final ThreadLoop loop =
      ThreadLoop.start("millrace-checkpoint", new HaltingFatalHandler(EXIT_CODE_FATAL));
  private final DurableFilesRouter files;
  private final CheckpointInspection inspection;

  /** Opens the directory as it is, without taking it from an application that uses it. */
  public OpenCheckpoint(String directory) {
    SystemClock clock = new SystemClock();
    this.files = DurableFilesRouter.withHadoop(new Configuration(), work, loop, clock);
    this.inspection = new CheckpointInspection(files, work, clock, directory);
  }

  public CheckpointInspection inspection() {
    return inspection;
  }

  @Override
  public void close() {
    files.close();
    work.close();
    loop.close();
  }
}
