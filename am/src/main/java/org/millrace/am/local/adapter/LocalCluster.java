package org.millrace.am.local.adapter;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.millrace.am.driver.ClusterResources;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.files.DurableFiles;
import org.millrace.checkpoint.runtime.Answers;
import org.millrace.checkpoint.runtime.Clock;
import org.millrace.checkpoint.runtime.FatalHandler;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.checkpoint.runtime.adapter.ThreadLoop;
import org.millrace.checkpoint.runtime.adapter.ThreadPoolWork;
import org.millrace.runner.executor.ContainerDescription;
import org.millrace.runner.executor.DriverFinder;
import org.millrace.runner.executor.ExecutorProcess;
import org.millrace.runner.executor.ExecutorSettings;
import org.millrace.runner.executor.ExecutorTiming;
import org.millrace.runner.executor.adapter.ExecutorAssembly;
import org.millrace.runner.task.TaskSettings;
import org.millrace.runner.wire.Address;
import org.millrace.runner.wire.adapter.InProcessNetwork;

/**
 * The cluster of {@code local[n]}: one executor with n slots in this JVM. Owned by the driver loop.
 */
final class LocalCluster implements ClusterResources {
  private static final long CLOSE_TIMEOUT_MS = 30_000;
  private static final int IO_THREADS = 4;

  private final Parts parts;
  private final Loop driverLoop;
  private final long epoch;
  private final int driverPort;
  private final List<AutoCloseable> threads = new ArrayList<>();
  private Listener listener;
  private ExecutorProcess executor;
  private boolean closed;

  /** What the executor shares with the driver. Immutable. */
  record Parts(
      int slots,
      InProcessNetwork network,
      Clock clock,
      FatalHandler fatal,
      DurableFiles files,
      ClassLoader userClasses,
      Path folder) {}

  LocalCluster(Parts parts, Loop driverLoop, long epoch, int driverPort) {
    this.parts = parts;
    this.driverLoop = driverLoop;
    this.epoch = epoch;
    this.driverPort = driverPort;
  }

  @Override
  public void start(Listener told) {
    listener = told;
  }

  @Override
  public void requestExecutors(int total) {
    if (executor != null || closed) {
      return;
    }
    List<Loop> slots = new ArrayList<>();
    for (int i = 0; i < parts.slots(); i++) {
      slots.add(loop("millrace-slot-" + i));
    }
    ThreadPoolWork work = new ThreadPoolWork("millrace-executor", IO_THREADS);
    threads.add(work);
    executor =
        ExecutorAssembly.assemble(
            settings(),
            new ExecutorAssembly.Ports(
                parts.clock(),
                loop("millrace-executor"),
                slots,
                work,
                parts.network().newTransport(),
                parts.files(),
                DriverFinder.NONE,
                parts.fatal()),
            new ExecutorAssembly.Program(
                parts.userClasses(),
                parts.folder(),
                TaskSettings.DEFAULT.withResults(TaskSettings.Results.BY_REFERENCE)));
    Answers.post(
        executor.ended(),
        driverLoop,
        (reason, failure) ->
            listener.onExecutorLost(
                "local", failure == null ? reason.toString() : failure.toString()));
    executor.start();
    listener.onExecutorLaunched("local", "localhost");
  }

  @Override
  public void releaseExecutor(String container) {
    if (executor != null && !closed) {
      closed = true;
      executor.stop("given up by the driver");
      listener.onFailure(
          new MillraceException(
              ErrorCode.EXECUTOR_LOST,
              "The only executor of this local master is lost, the log says why; start the"
                  + " program again, with a checkpoint directory it goes on where it was"));
    }
  }

  @Override
  public void reportProgress(float progress, String diagnostics) {
    // Nobody above this JVM asks.
  }

  @Override
  public void close() {
    closed = true;
  }

  /** Called after the driver has closed: the executor was told to end. */
  void awaitEnd() throws Exception {
    if (executor != null) {
      executor.ended().get(CLOSE_TIMEOUT_MS, TimeUnit.MILLISECONDS);
    }
    for (AutoCloseable thread : threads) {
      thread.close();
    }
  }

  private ThreadLoop loop(String name) {
    ThreadLoop loop = ThreadLoop.start(name, parts.fatal());
    threads.add(loop);
    return loop;
  }

  private ExecutorSettings settings() {
    return new ExecutorSettings(
        new ContainerDescription(
            "local",
            "localhost",
            parts.slots(),
            Runtime.getRuntime().maxMemory(),
            System.getProperty("java.version"),
            ProcessHandle.current().pid(),
            ""),
        new Address("localhost", 0),
        new Address("localhost", driverPort),
        epoch,
        ExecutorTiming.DEFAULT);
  }
}
