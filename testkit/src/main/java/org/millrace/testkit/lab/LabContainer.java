package org.millrace.testkit.lab;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The program of a YARN container that runs in a lab, seen from the operating system. The wrapper
 * shells that the NodeManager puts around it and the commands that it runs itself are not shown.
 */
public final class LabContainer {
  private static final Duration SIGNAL_TIMEOUT = Duration.ofSeconds(60);
  private static final Set<String> SHELLS = Set.of("bash", "sh", "dash");

  private final String containerId;
  private final OsProcess process;
  private final List<String> commandLine;

  private LabContainer(String containerId, OsProcess process, List<String> commandLine) {
    this.containerId = containerId;
    this.process = process;
    this.commandLine = List.copyOf(commandLine);
  }

  /** Those that live now, also those whose NodeManager is dead. */
  static List<LabContainer> in(LabFolder folder) {
    List<LabContainer> all =
        OsProcess.withEnvironment(Map.of(DaemonLauncher.OWNER_VARIABLE, folder.home().toString()))
            .stream()
            .flatMap(
                process ->
                    process.environment("CONTAINER_ID").stream()
                        .map(id -> new LabContainer(id, process, process.commandLine())))
            .filter(container -> !container.shell())
            .toList();
    Set<Long> programs = all.stream().map(LabContainer::pid).collect(Collectors.toSet());
    return all.stream()
        .filter(container -> !programs.contains(container.process.parent().orElse(0)))
        .toList();
  }

  /** YARN's name of it, {@code container_...}. */
  public String containerId() {
    return containerId;
  }

  public long pid() {
    return process.pid();
  }

  public boolean alive() {
    return process.alive();
  }

  public List<String> commandLine() {
    return commandLine;
  }

  /** A variable of its environment. */
  public Optional<String> environment(String name) {
    return process.environment(name);
  }

  /** Memory that it holds, in KiB; empty when it has ended. */
  public OptionalLong residentKiB() {
    return process.residentKiB();
  }

  /** Ends it at once, as {@code kill -9}, and returns when it is gone. */
  public void kill() {
    process.killHard();
    await(OsProcess.State.DEAD);
  }

  /** Freezes it: connections stay open and silent. */
  public void pause() {
    process.signal("STOP");
    await(OsProcess.State.PAUSED);
  }

  /** Lets it go on; the first thing that it does may be to end. */
  public void resume() {
    process.signal("CONT");
    if (!process.awaitState(OsProcess.State.RUNNING, SIGNAL_TIMEOUT) && process.alive()) {
      throw new LabException(this + " did not resume but is " + process.state());
    }
  }

  private void await(OsProcess.State wanted) {
    if (!process.awaitState(wanted, SIGNAL_TIMEOUT)) {
      throw new LabException(this + " did not become " + wanted + " but is " + process.state());
    }
  }

  private boolean shell() {
    String program = commandLine.get(0);
    return SHELLS.contains(program.substring(program.lastIndexOf('/') + 1));
  }

  @Override
  public String toString() {
    return containerId + " (process " + process.pid() + ")";
  }
}
