package org.millrace.benchmarks.scale;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
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
  private final DriverThreads threads =
      new DriverThreads((where, fault) -> fault.printStackTrace());
  private final NettyTransport transport;
  private final NettyCluster[] cluster = new NettyCluster[1];
  private final StreamingContext context;

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
    DriverEngine engine =
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
                  cluster[0] = new NettyCluster(credential, folder, files, loop, epoch, port);
                  return cluster[0];
                }),
            () -> {});
    StreamingConf conf = new StreamingConf().setMaster("two").setAppName("two-executors");
    context = new StreamingContext(new BatchContext(conf, engine), new Duration(intervalMs));
  }

  /** For one program. */
  public StreamingContext context() {
    return context;
  }

  /** Stops the program and waits for the end of its executors. */
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
  }
}
