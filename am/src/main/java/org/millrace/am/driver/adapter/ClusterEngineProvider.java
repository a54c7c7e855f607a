package org.millrace.am.driver.adapter;

import org.apache.hadoop.conf.Configuration;
import org.millrace.am.driver.ClusterResources;
import org.millrace.am.driver.DriverAddress;
import org.millrace.am.driver.DriverEngine;
import org.millrace.am.driver.DriverEnvironment;
import org.millrace.am.driver.DriverRuntime;
import org.millrace.am.web.adapter.WebServer;
import org.millrace.api.StreamingConf;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.spi.Engine;
import org.millrace.api.spi.EngineProvider;
import org.millrace.checkpoint.files.adapter.DurableFilesRouter;
import org.millrace.checkpoint.runtime.FatalHandler;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.checkpoint.runtime.adapter.HaltingFatalHandler;
import org.millrace.runner.conf.Settings;
import org.millrace.runner.executor.DriverDirectory;
import org.millrace.runner.wire.Address;
import org.millrace.runner.wire.Credential;
import org.millrace.runner.wire.Transport;
import org.millrace.runner.wire.adapter.NettySettings;
import org.millrace.runner.wire.adapter.NettyTransport;

/** The engine of a program whose driver runs in the application master. */
public final class ClusterEngineProvider implements EngineProvider {
  private static final int EXIT_CODE_FATAL = 3;

  @Override
  public boolean accepts(String master) {
    return master.equals("yarn");
  }

  @Override
  public Engine open(StreamingConf conf) {
    DriverRuntime runtime =
        DriverRuntime.installed()
            .orElseThrow(
                () ->
                    new MillraceException(
                        ErrorCode.RUN_ON_CLIENT,
                        "this program has master yarn and was started on a client; start it with:"
                            + " bin/millrace submit --class MAIN_CLASS app.jar [arguments]"));
    return new DriverOnCluster(runtime, settings(runtime, conf)).engine();
  }

  private static Settings settings(DriverRuntime runtime, StreamingConf conf) {
    return Settings.resolve(runtime.commandLineSettings(), conf.toMap(), runtime.siteSettings());
  }

  /** Puts one driver together. */
  private static final class DriverOnCluster {
    private final DriverRuntime runtime;
    private final DriverThreads threads;
    private final Transport transport;
    private final DurableFilesRouter files;
    private final DriverEngine driver;
    private final WebServer web;

    DriverOnCluster(DriverRuntime runtime, Settings settings) {
      this.runtime = runtime;
      FatalHandler fatal = new HaltingFatalHandler(EXIT_CODE_FATAL);
      this.threads = new DriverThreads(fatal);
      this.transport = new NettyTransport(Credential.of(runtime.secret()), NettySettings.DEFAULT);
      this.files =
          DurableFilesRouter.withHadoop(
              new Configuration(), threads.work(), threads.loop(), threads.clock());
      ClassLoader userClasses = Thread.currentThread().getContextClassLoader();
      DriverEnvironment environment =
          new DriverEnvironment(
              threads.ports(transport, files, userClasses, runtime.application()),
              new DriverEnvironment.Identity(
                  runtime.application(),
                  runtime.user(),
                  "yarn",
                  runtime.attempt(),
                  runtime.host(),
                  runtime.stagingDirectory() + "/driver"),
              settings,
              (loop, attempt, port) -> resources(loop, settings, attempt, port));
      this.driver = new DriverEngine(environment, this::release);
      this.web = WebServer.start(runtime.host(), driver::status);
      runtime.onWebServer(web.port());
    }

    private ClusterResources resources(Loop loop, Settings settings, long attempt, int port) {
      DriverDirectory drivers =
          new DriverDirectory(
              files, threads.work(), DriverDirectory.within(runtime.stagingDirectory()));
      DriverAddress address =
          new DriverAddress(drivers, loop, runtime.attempt(), new Address(runtime.host(), port));
      return runtime.clusterResources(loop, settings, attempt, port, address.publish());
    }

    Engine engine() {
      return new StartedEngine(driver, runtime);
    }

    private void release() {
      web.close();
      transport.close();
      files.close();
      threads.close();
    }
  }
}
