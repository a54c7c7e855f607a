package org.millrace.benchmarks.scale;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.millrace.am.driver.ClusterResources;
import org.millrace.checkpoint.files.DurableFiles;
import org.millrace.checkpoint.runtime.FatalHandler;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.checkpoint.runtime.adapter.SystemClock;
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
import org.millrace.runner.wire.Credential;
import org.millrace.runner.wire.adapter.NettySettings;
import org.millrace.runner.wire.adapter.NettyTransport;

/** Executors in this JVM that speak over TCP with the driver and each other, one slot each. */
final class NettyCluster implements ClusterResources {
  private final Credential credential;
  private final Path folder;
  private final Loop driverLoop;
  private final long epoch;
  private final int driverPort;
  private final DurableFiles files;
  private final FatalHandler fatal;
  private final List<AutoCloseable> threads = new ArrayList<>();
  private final List<ExecutorProcess> executors = new ArrayList<>();
  private Listener listener;

  NettyCluster(
      Credential credential,
      Path folder,
      DurableFiles files,
      FatalHandler fatal,
      Loop driverLoop,
      long epoch,
      int driverPort) {
    this.credential = credential;
    this.folder = folder;
    this.files = files;
    this.fatal = fatal;
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
    while (executors.size() < total) {
      String name = "executor-" + (executors.size() + 1);
      ThreadPoolWork work = new ThreadPoolWork(name, 2);
      threads.add(work);
      ExecutorProcess executor =
          ExecutorAssembly.assemble(
              new ExecutorSettings(
                  new ContainerDescription(name, "localhost", 1, 1L << 30, "17", 0, ""),
                  new Address("localhost", 0),
                  new Address("localhost", driverPort),
                  epoch,
                  ExecutorTiming.DEFAULT),
              new ExecutorAssembly.Ports(
                  new SystemClock(),
                  loop(name + "-control"),
                  List.of(loop(name + "-slot")),
                  work,
                  new NettyTransport(credential, NettySettings.DEFAULT),
                  files,
                  DriverFinder.NONE,
                  fatal),
              new ExecutorAssembly.Program(
                  getClass().getClassLoader(), folder.resolve(name), TaskSettings.DEFAULT));
      executors.add(executor);
      executor.start();
      driverLoop.execute(() -> listener.onExecutorLaunched(name, "localhost"));
    }
  }

  private ThreadLoop loop(String name) {
    ThreadLoop loop = ThreadLoop.start(name, fatal);
    threads.add(loop);
    return loop;
  }

  @Override
  public void releaseExecutor(String container) {
    // They end with the driver.
  }

  @Override
  public void reportProgress(float progress, String diagnostics) {
    // Nobody asks.
  }

  @Override
  public void close() {
    // The driver has told them to end.
  }

  /** After the driver has closed. */
  void awaitEnd() throws Exception {
    for (ExecutorProcess executor : executors) {
      executor.ended().get(1, TimeUnit.MINUTES);
    }
    for (AutoCloseable thread : threads) {
      thread.close();
    }
  }
}
