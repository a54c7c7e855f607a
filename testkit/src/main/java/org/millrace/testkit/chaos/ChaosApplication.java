package org.millrace.testkit.chaos;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.millrace.am.submit.ApplicationStatus;
import org.millrace.am.submit.Cluster;
import org.millrace.api.error.MillraceException;
import org.millrace.testkit.demo.CommandRun;
import org.millrace.testkit.lab.Lab;
import org.millrace.testkit.lab.LabContainer;
import org.millrace.testkit.lab.LabException;

/** The program on the lab, one version after the other. Owned by the run's thread. */
final class ChaosApplication {
  private static final Pattern ID = Pattern.compile("application_\\d+_\\d+");
  private static final String MASTER = "ApplicationMasterMain";
  private static final long COMMAND_TIMEOUT_MS = 400_000;
  private static final String STOP_SECONDS = "300";

  private final Lab lab;
  private final Cluster cluster;
  private final Map<ProgramVersion, Path> jars = new EnumMap<>(ProgramVersion.class);
  private final List<String> arguments;
  private final Consumer<String> log;
  private final CommandRun commands;
  private ProgramVersion version = ProgramVersion.A;
  // Volatile: threads that break processes read it.
  private volatile String id;

  /**
   * @param arguments of the program
   * @param log gets what the commands print
   */
  ChaosApplication(
      Lab lab, Cluster cluster, Path work, List<String> arguments, Consumer<String> log)
      throws IOException {
    this.lab = lab;
    this.cluster = cluster;
    this.arguments = List.copyOf(arguments);
    this.log = log;
    this.commands = new CommandRun(lab.configurationDirectory(), log);
    for (ProgramVersion each : ProgramVersion.values()) {
      jars.put(each, each.jar(work));
    }
  }

  /** Runs {@code millrace submit}, which returns when the driver runs. */
  void submit() throws IOException, InterruptedException {
    id = null;
    List<String> command =
        new ArrayList<>(
            List.of(
                "submit",
                "--class",
                ProgramVersion.MAIN_CLASS,
                "--name",
                "chaos-" + version,
                "--num-executors",
                "2",
                "--executor-memory",
                "640m",
                "--driver-memory",
                "640m",
                "--conf",
                "millrace.gracefulStopTimeout=" + STOP_SECONDS + "s",
                "--conf",
                "millrace.checkpoint.allowDroppedState=" + version.dropsState(),
                jars.get(version).toString()));
    command.addAll(arguments);
    commands.run(COMMAND_TIMEOUT_MS, this::onSubmitLine, command);
    if (id == null) {
      throw new LabException("'millrace submit' named no application");
    }
  }

  private void onSubmitLine(String line) {
    Matcher matcher = ID.matcher(line);
    if (id == null && matcher.find()) {
      id = matcher.group();
    }
    log.accept("  " + line);
  }

  /** Runs {@code millrace stop}, which returns when the application has drained and ended. */
  void stop() throws IOException, InterruptedException {
    commands.run(
        COMMAND_TIMEOUT_MS,
        line -> log.accept("  " + line),
        List.of("stop", "--timeout", STOP_SECONDS, id));
  }

  /** Another program goes on from the same checkpoint. */
  void upgrade() throws IOException, InterruptedException {
    stop();
    version = version.next();
    submit();
  }

  String id() {
    return id;
  }

  ProgramVersion version() {
    return version;
  }

  /** Fails when the application has ended by itself; who cannot tell now says nothing. */
  void requireRunning() {
    String current = id;
    if (current == null) {
      return;
    }
    ApplicationStatus status;
    try {
      status = cluster.status(current);
    } catch (MillraceException away) {
      // The ResourceManager is one of those that are broken.
      return;
    }
    if (status.isOver()) {
      throw new LabException(
          "%s has ended by itself, %s: %s".formatted(current, status.outcome(), status.reason()));
    }
  }

  /** Ends it in any case. */
  void kill() {
    String current = id;
    if (current != null && !cluster.status(current).isOver()) {
      cluster.kill(current);
    }
  }

  /** The process of the newest driver. */
  Optional<LabContainer> driver() {
    return containers().stream()
        .filter(ChaosApplication::isDriver)
        .max(Comparator.comparing(LabContainer::containerId));
  }

  /** The processes of executors, also those that were given up and are still there. */
  List<LabContainer> executors() {
    return containers().stream()
        .filter(container -> !isDriver(container))
        .sorted(Comparator.comparing(LabContainer::containerId))
        .toList();
  }

  private List<LabContainer> containers() {
    String current = id;
    if (current == null) {
      return List.of();
    }
    // container_e02_1234_0001_01_000001 of application_1234_0001
    String part = current.substring("application".length()) + "_";
    return lab.containers().stream()
        .filter(container -> container.containerId().contains(part))
        .toList();
  }

  private static boolean isDriver(LabContainer container) {
    return container.commandLine().stream().anyMatch(word -> word.endsWith(MASTER));
  }
}
