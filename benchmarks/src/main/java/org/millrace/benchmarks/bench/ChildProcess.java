package org.millrace.benchmarks.bench;

import java.io.IOException;
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
