package org.millrace.benchmarks.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A process that does not outlive this one. Closing it ends it. */
record ChildProcess(Process process) implements AutoCloseable {
  private static final Set<Process> OPEN = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> OPEN.forEach(Process::destroyForcibly), "end of child processes"));
  }

  /**
   * The command of a JVM with this one's class path and logs.
   *
   * @param main the main class and its arguments
   */
  static List<String> java(List<String> flags, List<String> main) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    String log4j = System.getProperty("log4j.configuration");
    if (log4j != null) {
      command.add("-Dlog4j.configuration=" + log4j);
    }
    command.addAll(flags);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.addAll(main);
    return command;
  }

  static ChildProcess start(ProcessBuilder builder) throws IOException {
    ChildProcess child = new ChildProcess(builder.start());
    OPEN.add(child.process);
    return child;
  }

  @Override
  public void close() {
    process.destroyForcibly();
    OPEN.remove(process);
  }
}
