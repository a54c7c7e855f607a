package org.millrace.testkit.lab;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests a {@link Lab} as a parameter: {@code @ExtendWith(LabExtension.class)}. All classes of
 * one test run share one lab, which the first of them starts and the end of the run takes down.
 * Before each class the containers of the one before have ended, and it is made whole again. After
 * each class the logs of all its processes are looked through: an error that the class did not
 * announce with {@link Lab#expectError} fails it.
 *
 * <p>It lives in {@code target/lab} and leaves its logs in {@code target/lab-logs}. With the system
 * property {@code org.millrace.lab.attach} tests use a lab that runs already, and leave it running.
 */
public final class LabExtension implements BeforeAllCallback, AfterAllCallback, ParameterResolver {
  static final String ATTACH_PROPERTY = "org.millrace.lab.attach";
  private static final Path HOME = Path.of("target", "lab");
  private static final Path LOGS = Path.of("target", "lab-logs");
  private static final Duration START_TIMEOUT = Duration.ofSeconds(240);
  private static final Duration END_TIMEOUT = Duration.ofSeconds(60);
  private static final long POLL_MS = 100;

  @Override
  public void beforeAll(ExtensionContext context) {
    shared(context).awaitEndOfContainers();
    shared(context).makeWhole();
  }

  @Override
  public void afterAll(ExtensionContext context) {
    shared(context).requireNoUnexpectedErrors();
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Lab.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return shared(context).lab();
  }

  private static SharedLab shared(ExtensionContext context) {
    return context
        .getRoot()
        .getStore(ExtensionContext.Namespace.create(LabExtension.class))
        .getOrComputeIfAbsent(SharedLab.class, key -> new SharedLab(), SharedLab.class);
  }

  /** Closed by JUnit at the end of the run. */
  private static final class SharedLab implements AutoCloseable {
    private final String attachTo = System.getProperty(ATTACH_PROPERTY);
    private final ProgressListener progress =
        new TerminalProgress(new PrintWriter(System.out, true, StandardCharsets.UTF_8));
    private final Lab lab;
    private final Thread onExit = new Thread(this::endQuickly, "lab-down");

    SharedLab() {
      this.lab =
          attachTo == null
              ? governed(Lab.builder(HOME).fresh().timeout(START_TIMEOUT)).start(progress)
              : Lab.attach(Path.of(attachTo));
      Runtime.getRuntime().addShutdownHook(onExit);
    }

    private static Lab.Builder governed(Lab.Builder builder) {
      String user = System.getProperty("user.name");
      String queues = "yarn.scheduler.capacity.root.";
      return builder
          // The logs of a container that has ended stay, so that they can be looked through.
          .set("yarn.nodemanager.delete.debug-delay-sec", "3600")
          // A busy machine may hold processes up for seconds; a killed driver is known by its exit.
          .set("yarn.am.liveness-monitor.expiry-interval-ms", "30000")
          .set("yarn.nm.liveness-monitor.expiry-interval-ms", "20000")
          // Who may do what with whose application; nobody else administers.
          .set("yarn.acl.enable", "true")
          .set("yarn.admin.acl", user)
          .set(queues + "acl_administer_queue", user)
          // A label that tests put on a node.
          .set("yarn.node-labels.enabled", "true")
          .set(
              "yarn.node-labels.fs-store.root-dir",
              "file://" + HOME.toAbsolutePath() + "/data/labels")
          .set(queues + "accessible-node-labels.fast.capacity", "100")
          .set(queues + "default.accessible-node-labels", "fast")
          .set(queues + "default.accessible-node-labels.fast.capacity", "100");
    }

    /** For a run that is broken off. */
    private void endQuickly() {
      lab.close();
    }

    Lab lab() {
      return lab;
    }

    /**
     * An application that has told its end still lives for a while, and a class may break nodes.
     * What a class that failed has left is waited for in vain, and is there for this one too.
     */
    void awaitEndOfContainers() {
      long deadline = System.nanoTime() + END_TIMEOUT.toNanos();
      while (attachTo == null && !lab.containers().isEmpty() && System.nanoTime() < deadline) {
        Pause.ms(POLL_MS);
      }
    }

    void makeWhole() {
      Lab.builder(lab.home()).timeout(START_TIMEOUT).start(ProgressListener.silent());
    }

    void requireNoUnexpectedErrors() {
      List<LoggedError> errors = lab.unexpectedErrors();
      lab.ageExpectations();
      if (!errors.isEmpty()) {
        throw new AssertionError(
            errors.size()
                + " unexpected errors in the logs of the lab:\n  "
                + errors.stream().map(LoggedError::toString).collect(Collectors.joining("\n  ")));
      }
    }

    @Override
    public void close() throws IOException {
      if (attachTo == null) {
        try {
          keepLogs();
        } finally {
          lab.close();
        }
      }
      Runtime.getRuntime().removeShutdownHook(onExit);
    }

    private void keepLogs() throws IOException {
      LabFolder.delete(LOGS);
      List<Path> files;
      try (Stream<Path> all = Files.walk(lab.logs())) {
        files = all.filter(Files::isRegularFile).toList();
      }
      for (Path file : files) {
        Path target = LOGS.resolve(lab.logs().relativize(file).toString());
        Files.createDirectories(target.getParent());
        Files.copy(file, target);
      }
    }
  }
}
