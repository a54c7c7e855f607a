package org.millrace.testkit.lab;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * A process of the operating system that may have ended meanwhile. The start token tells it from a
 * later process with the same id.
 *
 * <p>State, memory and environment come from {@code /proc}; a system without it gives only whether
 * the process lives.
 */
record OsProcess(long pid, long startToken) {
  private static final Path PROC = Path.of("/proc");
  private static final long POLL_MS = 10;

  /** How a process is. A zombie, which only waits for its parent to take notice, is dead. */
  enum State {
    RUNNING,
    PAUSED,
    DEAD
  }

  /** The process that has this id now, if one lives. */
  static Optional<OsProcess> find(long pid) {
    return startTokenNow(pid).stream()
        .mapToObj(token -> new OsProcess(pid, token))
        .filter(process -> process.state() != State.DEAD)
        .findFirst();
  }

  /** All living processes in whose environment these variables have these values. */
  static List<OsProcess> withEnvironment(Map<String, String> wanted) {
    List<String> entries =
        wanted.entrySet().stream().map(entry -> entry.getKey() + "=" + entry.getValue()).toList();
    return ProcessHandle.allProcesses()
        .filter(handle -> environmentOf(handle.pid()).containsAll(entries))
        .map(handle -> find(handle.pid()))
        .flatMap(Optional::stream)
        .toList();
  }

  State state() {
    OptionalLong token = startTokenNow(pid);
    if (token.isEmpty() || token.getAsLong() != startToken) {
      return State.DEAD;
    }
    return switch (statField(pid, 0).orElse("R")) {
      case "T", "t" -> State.PAUSED;
      case "Z", "X", "x" -> State.DEAD;
      default -> State.RUNNING;
    };
  }

  boolean alive() {
    return state() != State.DEAD;
  }

  /** Which process started it; empty when it has ended. */
  OptionalLong parent() {
    Optional<String> parent = statField(pid, 1);
    return parent.isPresent()
        ? OptionalLong.of(Long.parseLong(parent.get()))
        : OptionalLong.empty();
  }

  /** Memory that the process holds, in KiB. */
  OptionalLong residentKiB() {
    Path status = PROC.resolve(pid + "/status");
    for (String line : readProc(status).split("\n", -1)) {
      if (line.startsWith("VmRSS:")) {
        return OptionalLong.of(Long.parseLong(line.replaceAll("[^0-9]", "")));
      }
    }
    return OptionalLong.empty();
  }

  Optional<Instant> started() {
    return ProcessHandle.of(pid).flatMap(handle -> handle.info().startInstant());
  }

  List<String> commandLine() {
    String text = readProc(PROC.resolve(pid + "/cmdline"));
    return Arrays.asList(text.split("\0"));
  }

  Optional<String> environment(String name) {
    return environmentOf(pid).stream()
        .filter(entry -> entry.startsWith(name + "="))
        .map(entry -> entry.substring(name.length() + 1))
        .findFirst();
  }

  /** Sends a signal by its name without SIG; a process that ended meanwhile is fine. */
  void signal(String name) {
    if (!alive()) {
      return;
    }
    try {
      Process kill =
          new ProcessBuilder("kill", "-" + name, Long.toString(pid))
              .redirectErrorStream(true)
              .start();
      String output = new String(kill.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int status = kill.waitFor();
      if (status != 0 && alive()) {
        throw new LabException(
            "kill -" + name + " " + pid + " failed with status " + status + ": " + output.strip());
      }
    } catch (IOException e) {
      throw new LabException("cannot run the command kill: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabException("interrupted while signalling process " + pid, e);
    }
  }

  void killHard() {
    ProcessHandle.of(pid).filter(handle -> alive()).ifPresent(ProcessHandle::destroyForcibly);
  }

  /** Waits until the process is in the state; false when it is not in time, or dead. */
  boolean awaitState(State wanted, Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    State now = state();
    while (now != wanted) {
      if (now == State.DEAD || System.nanoTime() > deadline) {
        return false;
      }
      Pause.ms(POLL_MS);
      now = state();
    }
    return true;
  }

  private static OptionalLong startTokenNow(long pid) {
    Optional<String> ticks = statField(pid, 19);
    if (ticks.isPresent()) {
      return OptionalLong.of(Long.parseLong(ticks.get()));
    }
    return ProcessHandle.of(pid)
        .filter(ProcessHandle::isAlive)
        .flatMap(handle -> handle.info().startInstant())
        .map(start -> OptionalLong.of(start.toEpochMilli()))
        .orElse(OptionalLong.empty());
  }

  /** Field of /proc/PID/stat, counted from 0 after the command name, which may hold blanks. */
  private static Optional<String> statField(long pid, int index) {
    String stat = readProc(PROC.resolve(pid + "/stat"));
    int end = stat.lastIndexOf(')');
    if (end < 0) {
      return Optional.empty();
    }
    return Optional.of(stat.substring(end + 2).split(" ", -1)[index]);
  }

  private static List<String> environmentOf(long pid) {
    String text = readProc(PROC.resolve(pid + "/environ"));
    return text.isEmpty()
        ? List.of()
        : Arrays.stream(text.split("\0")).collect(Collectors.toCollection(ArrayList::new));
  }

  /** Empty when the process ended, is another user's, or the system has no /proc. */
  private static String readProc(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    }
  }
}
