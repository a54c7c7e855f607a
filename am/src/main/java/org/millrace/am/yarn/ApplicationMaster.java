package org.millrace.am.yarn;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.hadoop.security.Credentials;
import org.apache.hadoop.yarn.api.records.FinalApplicationStatus;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.millrace.am.FailureLine;
import org.millrace.am.driver.DriverRuntime;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.spi.Engine;
import org.millrace.checkpoint.runtime.Clock;
import org.millrace.checkpoint.runtime.FatalHandler;
import org.millrace.checkpoint.runtime.Randomness;
import org.millrace.runner.executor.adapter.UserClassLoader;
import org.millrace.runner.wire.Credential;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The process of the application master, from its start to the exit code. Owned by the process's
 * main thread; {@link #onSignal} and {@link #onUnexpectedExit} come on threads of the virtual
 * machine.
 *
 * <p>It registers while the user's program is being loaded, offers a {@link DriverRuntime}, calls
 * the program's {@code main} on its own thread, waits until streaming has ended, and tells YARN how
 * the application ended. When YARN orders it to shut down it halts and tells nothing: another
 * attempt may be running already.
 */
public final class ApplicationMaster {
  private static final Logger LOG = LoggerFactory.getLogger(ApplicationMaster.class);

  private static final int EXIT_OK = 0;
  private static final int EXIT_FAILED = 1;

  private final Map<String, String> environmentVariables;
  private final Clock clock;
  private final Randomness randomness;
  private final FatalHandler halt;
  private final Executor threads = Executors.newCachedThreadPool(ApplicationMaster::daemon);
  private final StopRequests stops = new StopRequests(threads);
  private final AtomicBoolean ended = new AtomicBoolean();

  /** Volatile: set on the main thread, read by the shutdown hook. */
  private volatile YarnClients clients;

  /** Volatile: as the clients. */
  private volatile CompletableFuture<Void> registered;

  /** Volatile: set on the main thread, read on the token keeper's. */
  private volatile MasterCredentials credentials;

  /**
   * Makes the master of this process.
   *
   * @param randomness fit for secrets
   * @param halt ends the process at once, without its shutdown hooks
   */
  public ApplicationMaster(
      Map<String, String> environmentVariables,
      Clock clock,
      Randomness randomness,
      FatalHandler halt) {
    this.environmentVariables = Map.copyOf(environmentVariables);
    this.clock = Objects.requireNonNull(clock, "clock");
    this.randomness = Objects.requireNonNull(randomness, "randomness");
    this.halt = Objects.requireNonNull(halt, "halt");
  }

  /** Runs the application and returns the exit code of the process. */
  public int run() {
    YarnDriverRuntime runtime;
    LaunchPlan plan;
    try {
      MasterEnvironment environment = MasterEnvironment.of(environmentVariables);
      LOG.info("Application master of {} on {}", environment.attempt(), environment.host());
      clients = new YarnClients(new YarnConfiguration(), new BeforeDriver(), this::onReplaced);
      TokenKeeper.of(environmentVariables, new YarnConfiguration(), clock, this::onTokens)
          .ifPresent(TokenKeeper::start);
      credentials = MasterCredentials.ofThisProcess();
      registered =
          CompletableFuture.runAsync(() -> clients.register(environment.host(), ""), threads);
      plan = readPlan();
      String staging = plan.stagingDirectory();
      threads.execute(() -> reachFiles(staging));
      runtime =
          new YarnDriverRuntime(environment, plan, credentials, clients, registered, clock, stops);
    } catch (RuntimeException e) {
      LOG.error("The application master cannot start", e);
      return end(FinalApplicationStatus.FAILED, FailureLine.of(e));
    }
    // A new StreamingConf() starts with these; the engine lays the command line over it again.
    plan.siteSettings().forEach(System::setProperty);
    plan.commandLineSettings().forEach(System::setProperty);
    DriverRuntime.install(runtime);
    return runProgram(plan, runtime);
  }

  /**
   * A termination signal came: the first one drains, the second one ends now. A NodeManager that
   * kills a container sends the signal too, a moment before it kills. Draining would then end
   * receivers that the next attempt takes over, so that moment is let pass.
   */
  public void onSignal() {
    LOG.info("Asked to stop");
    long killDelayMs =
        new YarnConfiguration()
            .getLong(
                YarnConfiguration.NM_SLEEP_DELAY_BEFORE_SIGKILL_MS,
                YarnConfiguration.DEFAULT_NM_SLEEP_DELAY_BEFORE_SIGKILL_MS);
    CompletableFuture.delayedExecutor(2 * killDelayMs, TimeUnit.MILLISECONDS, threads)
        .execute(stops::onSignal);
  }

  /** YARN has given the application to another attempt, or to nobody: nothing may be told to it. */
  private void onReplaced(String where, Throwable why) {
    if (ended.get()) {
      LOG.info("The ResourceManager has heard of the end: {}", why.getMessage());
    } else {
      halt.onFatal(where, why);
    }
  }

  /** The virtual machine ends although {@link #run} has not: the program called System.exit. */
  public void onUnexpectedExit() {
    end(
        FinalApplicationStatus.FAILED,
        "The program ended the driver's process (System.exit) before streaming had ended; return"
            + " from main instead");
  }

  private int runProgram(LaunchPlan plan, YarnDriverRuntime runtime) {
    try {
      ClassLoader loader =
          UserClassLoader.over(
              plan.programJars().stream().map(Path::of).toList(),
              ApplicationMaster.class.getClassLoader());
      Thread.currentThread().setContextClassLoader(loader);
      UserProgram.find(plan.mainClass(), loader).run(plan.arguments().toArray(String[]::new));
      Engine engine = runtime.engine().orElse(null);
      if (engine != null) {
        engine.awaitTermination(-1);
        // A program that did not close its context leaves executors and an open event log.
        engine.close();
      }
      runtime.awaitRegistration();
      return end(
          FinalApplicationStatus.SUCCEEDED,
          stops.isRequested() ? "Stopped by request" : "The program has ended");
    } catch (Throwable failure) {
      if (isFenced(failure)) {
        halt.onFatal("application master", failure);
      }
      LOG.error("The program failed", failure);
      return end(FinalApplicationStatus.FAILED, FailureLine.of(failure));
    }
  }

  private static boolean isFenced(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof MillraceException known && known.code() == ErrorCode.FENCED) {
        return true;
      }
    }
    return false;
  }

  /** For the executors: those that will be launched, and those that live. */
  private void onTokens(Credentials tokens) {
    MasterCredentials current = credentials;
    if (current == null) {
      // The first ones: this process's user has them, and its credentials are read next.
      return;
    }
    try {
      current.onFreshTokens(tokens);
      byte[] nonce = new byte[Credential.NONCE_BYTES];
      randomness.nextBytes(nonce);
      clients
          .events()
          .onTokens(Credential.of(current.secret()).seal(MasterCredentials.storage(tokens), nonce));
    } catch (IOException e) {
      throw new MillraceException(ErrorCode.INTERNAL, "Fresh tokens cannot be stored", e);
    }
  }

  /** While YARN answers and the program is loaded: the first question to a file system is slow. */
  private static void reachFiles(String directory) {
    org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(directory);
    try {
      path.getFileSystem(new YarnConfiguration()).getFileStatus(path);
    } catch (IOException e) {
      LOG.info("{} cannot be reached yet: {}", directory, e.toString());
    }
  }

  private static LaunchPlan readPlan() {
    Path file = Path.of(ContainerLayout.CONFIGURATION, ContainerLayout.LAUNCH_PLAN);
    try (InputStream in = Files.newInputStream(file)) {
      return LaunchPlan.readFrom(in);
    } catch (IOException e) {
      throw new MillraceException(
          ErrorCode.INTERNAL, "The launch plan " + file.toAbsolutePath() + " cannot be read", e);
    }
  }

  private int end(FinalApplicationStatus status, String diagnostics) {
    if (ended.compareAndSet(false, true) && clients != null) {
      LOG.info("The application ends: {}: {}", status, diagnostics);
      try {
        // A program may end before the ResourceManager knows this master.
        registered.join();
        clients.unregister(status, diagnostics, "");
      } catch (RuntimeException e) {
        LOG.error("YARN could not be told that the application has ended", e);
        return EXIT_FAILED;
      }
    }
    return status == FinalApplicationStatus.SUCCEEDED ? EXIT_OK : EXIT_FAILED;
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "master");
    thread.setDaemon(true);
    return thread;
  }

  /** YARN's orders while no driver listens. */
  private final class BeforeDriver implements ContainerBroker.ContainerEvents {
    @Override
    public void onAllocated(String container, String host) {
      clients.release(container);
    }

    @Override
    public void onKept() {
      // They wait for a driver that takes them.
    }

    @Override
    public void onLaunched(String container) {
      LOG.warn("Container {} was launched while no driver runs", container);
    }

    @Override
    public void onLaunchFailed(String container, String reason) {
      LOG.warn("Container {} could not be launched while no driver runs: {}", container, reason);
    }

    @Override
    public void onCompleted(String container, ContainerEnd end) {
      LOG.info("Container {} ended: {}", container, end.reason());
    }
  }
}
