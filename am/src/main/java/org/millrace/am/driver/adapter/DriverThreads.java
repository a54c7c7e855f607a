package org.millrace.am.driver.adapter;

import org.millrace.am.driver.DriverEnvironment;
import org.millrace.am.plan.ProgramShipping;
import org.millrace.am.schedule.ResultRecords;
import org.millrace.checkpoint.files.adapter.DurableFilesRouter;
import org.millrace.checkpoint.runtime.Clock;
import org.millrace.checkpoint.runtime.FatalHandler;
import org.millrace.checkpoint.runtime.adapter.SystemClock;
import org.millrace.checkpoint.runtime.adapter.ThreadLoop;
import org.millrace.checkpoint.runtime.adapter.ThreadPoolWork;
import org.millrace.runner.codec.RecordCodec;
import org.millrace.runner.hadoop.adapter.FormatBridge;
import org.millrace.runner.wire.Transport;

/**
 * The threads of one driver: its loop, and named threads for work that blocks. Closed after the
 * driver.
 */
public final class DriverThreads implements AutoCloseable {
  private static final int THREADS_PER_NAME = 8;

  private final Clock clock = new SystemClock();
  private final ThreadLoop loop;
  private final ThreadPoolWork work;
  private final FatalHandler fatal;

  public DriverThreads(FatalHandler fatal) {
    this.fatal = fatal;
    this.loop = ThreadLoop.start("millrace-driver", fatal);
    this.work = new ThreadPoolWork("millrace-driver", THREADS_PER_NAME);
  }

  public Clock clock() {
    return clock;
  }

  public ThreadLoop loop() {
    return loop;
  }

  public ThreadPoolWork work() {
    return work;
  }

  /** All ports of a driver over these threads. */
  public DriverEnvironment.Ports ports(
      Transport transport, DurableFilesRouter files, ClassLoader userClasses, String codeVersion) {
    RecordCodec codec = new RecordCodec(userClasses);
    return new DriverEnvironment.Ports(
        clock,
        loop,
        work,
        transport,
        files,
        fatal,
        new BlockingWaiting(),
        new ProgramShipping(codec, codeVersion),
        new ResultRecords(codec),
        new FormatBridge(userClasses));
  }

  @Override
  public void close() {
    work.close();
    loop.close();
  }
}
