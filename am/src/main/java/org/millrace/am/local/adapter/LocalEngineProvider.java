package org.millrace.am.local.adapter;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.millrace.am.driver.DriverEngine;
import org.millrace.am.driver.DriverEnvironment;
import org.millrace.am.driver.adapter.DriverThreads;
import org.millrace.am.web.adapter.WebServer;
import org.millrace.api.StreamingConf;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.spi.Engine;
import org.millrace.api.spi.EngineProvider;
import org.millrace.api.spi.StopMode;
import org.millrace.checkpoint.files.adapter.DurableFilesRouter;
import org.millrace.runner.conf.Keys;
import org.millrace.runner.conf.Settings;
import org.millrace.runner.wire.Transport;
import org.millrace.runner.wire.adapter.InProcessNetwork;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens engines for {@code local}, {@code local[n]} and {@code local[*]}. */
public final class LocalEngineProvider implements EngineProvider {
  private static final Logger LOG = LoggerFactory.getLogger(LocalEngineProvider.class);
  private static final String NEVER = "8760h";

  /** What ends at once may take so long when its process ends. */
  private static final long END_MS = 30_000;

  @Override
  public boolean accepts(String master) {
    return LocalMaster.matches(master);
  }

  @Override
  public Engine open(StreamingConf conf) {
    String master = conf.get(Keys.MASTER.name());
    int slots = LocalMaster.slots(master);
    Map<String, String> forced = new HashMap<>();
    forced.put(Keys.EXECUTOR_INSTANCES.name(), "1");
    forced.put(Keys.EXECUTOR_CORES.name(), Integer.toString(slots));
    // In one process nobody can be dead: who is silent waits for a core, as the other does.
    forced.put(Keys.EXECUTOR_HEARTBEAT_TIMEOUT.name(), NEVER);
    forced.put(Keys.EXECUTOR_TASK_LEASE.name(), NEVER);
    return new LocalDriver(master, slots, Settings.resolve(forced, conf.toMap())).driver;
  }

  /** Puts the driver and its executor together, and takes them apart. */
  private static final class LocalDriver {
    /** Volatile: set by the program's thread, read by threads that fail. */
    volatile DriverEngine driver;

    private final Path folder;
    private final DriverThreads threads;
    private final Transport transport;
    private final DurableFilesRouter files;
    private final WebServer web;
    private final Settings settings;
    private final Thread onShutdown = new Thread(this::stopAtShutdown, "millrace-shutdown");
    private LocalCluster cluster;

    LocalDriver(String master, int slots, Settings settings) {
      this.settings = settings;
      String name = "millrace-local-" + ProcessHandle.current().pid() + "-";
      this.folder = temporaryFolder(name);
      this.threads = new DriverThreads(this::onFatal);
      InProcessNetwork network = new InProcessNetwork();
      this.transport = network.newTransport();
      ClassLoader userClasses = Thread.currentThread().getContextClassLoader();
      this.files = files(userClasses);
      DriverEnvironment environment =
          new DriverEnvironment(
              threads.ports(transport, files, userClasses, "local"),
              new DriverEnvironment.Identity(
                  folder.getFileName().toString(),
                  System.getProperty("user.name"),
                  master,
                  1,
                  "localhost",
                  "file:" + folder.resolve("driver")),
              settings,
              (loop, epoch, port) -> {
                cluster =
                    new LocalCluster(
                        new LocalCluster.Parts(
                            slots,
                            network,
                            threads.clock(),
                            this::onFatal,
                            files,
                            userClasses,
                            folder.resolve("executor")),
                        loop,
                        epoch,
                        port);
                return cluster;
              });
      this.driver = new DriverEngine(environment, this::release);
      this.web = WebServer.start("localhost", driver::status);
      LOG.info("the application's page is at http://localhost:{}/", web.port());
      Runtime.getRuntime().addShutdownHook(onShutdown);
    }

    /**
     * The process ends while the application runs. The thread that ends it may be one for which a
     * stop would wait, so the process waits for the stop no longer than it may take.
     */
    private void stopAtShutdown() {
      boolean drains = settings.get(Keys.STOP_GRACEFULLY_ON_SHUTDOWN);
      long limitMs = END_MS + (drains ? settings.get(Keys.GRACEFUL_STOP_TIMEOUT) : 0);
      LOG.info("the process ends: stopping, {}", drains ? "after what was received" : "now");
      Thread stopping = new Thread(() -> stop(drains), "millrace-stop");
      stopping.setDaemon(true);
      stopping.start();
      try {
        stopping.join(limitMs);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      if (stopping.isAlive()) {
        LOG.warn(
            "the application did not end within {} ms, and its process does not wait", limitMs);
      }
    }

    private void stop(boolean drains) {
      try {
        driver.stop(drains ? StopMode.GRACEFUL : StopMode.NOW);
        driver.close();
      } catch (RuntimeException e) {
        LOG.warn("the application did not end in order with its process", e);
      }
    }

    /** The program's process goes on, so its application ends. */
    private void onFatal(String where, Throwable fault) {
      LOG.error("{} failed for good", where, fault);
      if (driver != null) {
        driver.onFatal(where, fault);
      }
    }

    private DurableFilesRouter files(ClassLoader userClasses) {
      if (userClasses.getResource("core-site.xml") == null) {
        return DurableFilesRouter.localOnly(threads.work(), threads.loop(), threads.clock());
      }
      return DurableFilesRouter.withHadoop(
          new Configuration(), threads.work(), threads.loop(), threads.clock());
    }

    private void release() {
      forgetShutdown();
      web.close();
      try {
        if (cluster != null) {
          cluster.awaitEnd();
        }
      } catch (Exception failure) {
        LOG.warn("the local executor did not end in order", failure);
      }
      transport.close();
      files.close();
      threads.close();
      deleteFolder(folder);
    }

    private void forgetShutdown() {
      try {
        Runtime.getRuntime().removeShutdownHook(onShutdown);
      } catch (IllegalStateException e) {
        // The process ends, and that is why this is called.
      }
    }
  }

  private static Path temporaryFolder(String prefix) {
    try {
      return Files.createTempDirectory(prefix);
    } catch (IOException failure) {
      throw new MillraceException(
          ErrorCode.STORAGE_FAILED,
          "cannot create a folder in "
              + System.getProperty("java.io.tmpdir")
              + ": "
              + failure.getMessage()
              + "; set -Djava.io.tmpdir to one that can be written",
          failure);
    }
  }

  private static void deleteFolder(Path folder) {
    if (Files.notExists(folder)) {
      return;
    }
    try {
      Files.walkFileTree(
          folder,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Files.delete(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, IOException failure)
                throws IOException {
              Files.delete(directory);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
