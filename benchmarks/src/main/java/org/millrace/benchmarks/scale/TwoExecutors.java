package org.millrace.benchmarks.scale;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.millrace.am.driver.DriverEngine;
import org.millrace.am.driver.DriverEnvironment;
import org.millrace.am.driver.adapter.DriverThreads;
import org.millrace.api.BatchContext;
import org.millrace.api.StreamingConf;
import org.millrace.api.streaming.Duration;
import org.millrace.api.streaming.StreamingContext;
import org.millrace.checkpoint.files.adapter.DurableFilesRouter;
import org.millrace.runner.conf.Settings;
import org.millrace.runner.wire.Credential;
import org.millrace.runner.wire.adapter.NettySettings;
import org.millrace.runner.wire.adapter.NettyTransport;

/**
 * A driver and two executors of one core in this process, speaking over TCP. Owned by one thread.
 */
public final class TwoExecutors implements AutoCloseable {
  private final AtomicReference<Throwable> fault = new AtomicReference<>();
  private final DriverThreads threads = new DriverThreads(this::onFatal);
  private final NettyTransport transport;
  private final NettyCluster[] cluster = new NettyCluster[1];
  private final StreamingContext context;

  // Volatile: set by the thread that makes it, read by threads that fail.
  private volatile DriverEngine engine;

  /**
   * Starts none of them: that is the context's.
   *
   * @param folder an empty directory for their files
   * @param given configuration
   */
  public TwoExecutors(Path folder, Map<String, String> given, int intervalMs) {
    Credential credential = Credential.of(new byte[32]);
    DurableFilesRouter files =
        DurableFilesRouter.localOnly(threads.work(), threads.loop(), threads.clock());
    transport = new NettyTransport(credential, NettySettings.DEFAULT);
    Map<String, String> settings = new HashMap<>(given);
    settings.put("millrace.executor.instances", "2");
    settings.put("millrace.executor.cores", "1");
    engine =
        new DriverEngine(
            new DriverEnvironment(
                threads.ports(
                    transport, files, TwoExecutors.class.getClassLoader(), "two-executors"),
                new DriverEnvironment.Identity(
                    "two-executors",
                    "nobody",
                    "two",
                    1,
                    "localhost",
                    "file:" + folder.toAbsolutePath().resolve("driver")),
                Settings.resolve(settings, Map.of()),
                (loop, epoch, port) -> {
                  cluster[0] =
                      new NettyCluster(credential, folder, files, this::onFatal, loop, epoch, port);
                  return cluster[0];
                }),
            () -> {});
    StreamingConf conf = new StreamingConf().setMaster("two").setAppName("two-executors");
    context = new StreamingContext(new BatchContext(conf, engine), new Duration(intervalMs));
  }

  /** The program ends with the fault, and so does the run. */
  void onFatal(String where, Throwable failure) {
    failure.printStackTrace();
    fault.compareAndSet(null, failure);
    DriverEngine running = engine;
    if (running != null) {
      running.onFatal(where, failure);
    }
  }

  /** For one program. */
  public StreamingContext context() {
    return context;
  }

  /**
   * Stops the program and waits for the end of its executors.
   *
   * @throws IllegalStateException when they do not end, or a thread of theirs has failed for good
   */
  @Override
  public void close() {
    context.stop(true, false);
    try {
      cluster[0].awaitEnd();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      throw new IllegalStateException("the executors did not end", e);
    }
    transport.close();
    threads.close();
    if (fault.get() != null) {
      throw new IllegalStateException("a thread has failed for good", fault.get());
    }
  }
}
