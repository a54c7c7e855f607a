package org.millrace.am.driver;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.millrace.api.spi.Engine;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.runner.conf.Settings;

/**
 * What the application master's process offers to the driver that the user's program starts in it.
 * Thread-safe.
 *
 * <p>The process installs one runtime before it calls the program's {@code main}; the engine of the
 * first streaming context takes it from {@link #installed()}. A process without one is a client, on
 * which a program with master {@code yarn} must not run.
 */
public interface DriverRuntime {

  /** The cluster manager's name of the application. */
  String application();

  /** From 1. */
  int attempt();

  /** Who submitted the application. */
  String user();

  /** The host under which executors reach the driver. */
  String host();

  /** The application's secret, a fresh copy; never to be logged. */
  byte[] secret();

  /** What the command line sets; wins over the program. */
  Map<String, String> commandLineSettings();

  /** What the site sets; the program wins over it. */
  Map<String, String> siteSettings();

  /** The application's own directory on the cluster's file system, as a URI. */
  String stagingDirectory();

  /**
   * The cluster manager, to be called and calling back on this loop. Called once for each engine;
   * the executors of an engine before it are gone by then.
   *
   * @param settings as resolved with the program's: size and number of executors
   * @param epoch of the driver, carried by the executors that it launches
   * @param driverPort where executors reach the driver on {@link #host()}
   * @param findable completes when executors of attempts before can find this driver
   */
  ClusterResources clusterResources(
      Loop driverLoop,
      Settings settings,
      long epoch,
      int driverPort,
      CompletableFuture<Void> findable);

  /** The driver's page answers on this port from now on; the tracking URL follows. */
  void onWebServer(int port);

  /**
   * Streaming has started: after {@code main} returned the process waits for the engine's
   * termination, and a stop that comes from outside is given to this engine.
   */
  void onStarted(Engine engine);

  /** Offers the runtime of this process; a later call replaces it. */
  static void install(DriverRuntime runtime) {
    Installed.RUNTIME.set(runtime);
  }

  /** The runtime of this process, empty on a client. */
  static Optional<DriverRuntime> installed() {
    return Optional.ofNullable(Installed.RUNTIME.get());
  }

  /** The place of the one runtime. */
  final class Installed {
    private static final AtomicReference<DriverRuntime> RUNTIME = new AtomicReference<>();

    private Installed() {}
  }
}
