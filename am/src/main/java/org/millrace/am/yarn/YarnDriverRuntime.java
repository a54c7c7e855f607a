package org.millrace.am.yarn;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.millrace.am.driver.ClusterResources;
import org.millrace.am.driver.DriverRuntime;
import org.millrace.api.error.MillraceException;
import org.millrace.api.spi.Engine;
import org.millrace.checkpoint.runtime.Clock;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.runner.conf.Settings;

/** The runtime of a driver in an application master. Thread-safe. */
final class YarnDriverRuntime implements DriverRuntime {
  private final MasterEnvironment environment;
  private final LaunchPlan plan;
  private final MasterCredentials credentials;
  private final YarnClients clients;
  private final CompletableFuture<Void> registered;
  private final Clock clock;
  private final StopRequests stops;

  /** Volatile: set on the program's thread, read when the application ends. */
  private volatile Engine engine;

  YarnDriverRuntime(
      MasterEnvironment environment,
      LaunchPlan plan,
      MasterCredentials credentials,
      YarnClients clients,
      CompletableFuture<Void> registered,
      Clock clock,
      StopRequests stops) {
    this.environment = Objects.requireNonNull(environment, "environment");
    this.plan = Objects.requireNonNull(plan, "plan");
    this.credentials = Objects.requireNonNull(credentials, "credentials");
    this.clients = Objects.requireNonNull(clients, "clients");
    this.registered = Objects.requireNonNull(registered, "registered");
    this.clock = Objects.requireNonNull(clock, "clock");
    this.stops = Objects.requireNonNull(stops, "stops");
  }

  @Override
  public String application() {
    return environment.attempt().getApplicationId().toString();
  }

  @Override
  public int attempt() {
    return environment.attempt().getAttemptId();
  }

  @Override
  public String user() {
    return environment.user();
  }

  @Override
  public String host() {
    return environment.host();
  }

  @Override
  public byte[] secret() {
    return credentials.secret();
  }

  @Override
  public Map<String, String> commandLineSettings() {
    return plan.commandLineSettings();
  }

  @Override
  public Map<String, String> siteSettings() {
    return plan.siteSettings();
  }

  @Override
  public String stagingDirectory() {
    return plan.stagingDirectory();
  }

  @Override
  public ClusterResources clusterResources(
      Loop driverLoop,
      Settings settings,
      long epoch,
      int driverPort,
      CompletableFuture<Void> findable) {
    awaitRegistration();
    clients.launchWith(
        new ExecutorLaunch(
            settings,
            plan,
            environment.configuration(),
            environment.host() + ":" + driverPort,
            epoch,
            environment.shared(),
            credentials::executorTokens));
    return new YarnClusterResources(driverLoop, clock, clients, findable);
  }

  @Override
  public void onWebServer(int port) {
    awaitRegistration();
    clients.trackingUrl("http://" + environment.host() + ":" + port + "/");
  }

  @Override
  public void onStarted(Engine started) {
    engine = started;
    stops.deliverTo(started::stop);
  }

  /** The engine that streams, or streamed last; empty when none was started. */
  Optional<Engine> engine() {
    return Optional.ofNullable(engine);
  }

  /** Returns when YARN knows this master; a refusal is thrown here. */
  void awaitRegistration() {
    try {
      registered.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof MillraceException failure) {
        throw failure;
      }
      throw e;
    }
  }
}
