package org.millrace.benchmarks.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.millrace.benchmarks.workload.RunSpec;
import org.millrace.benchmarks.workload.SocketSource;

/** The TCP source of one run: a process that lives as long as this is open. */
final class SocketSourceProcess implements AutoCloseable {
  private final ChildProcess child;
  private final int port;
  private final int checkPort;

  SocketSourceProcess(RunSpec spec) throws IOException {
    List<String> main = new ArrayList<>(List.of(SocketSource.class.getName()));
    main.addAll(spec.toArguments());
    child =
        ChildProcess.start(
            new ProcessBuilder(ChildProcess.java(List.of("-Xmx1g", "-XX:+UseSerialGC"), main))
                .redirectError(ProcessBuilder.Redirect.DISCARD));
    String line =
        new BufferedReader(
                new InputStreamReader(child.process().getInputStream(), StandardCharsets.UTF_8))
            .readLine();
    if (line == null || !line.startsWith("PORTS ")) {
      child.close();
      throw new IOException("the TCP source did not say its ports, but: " + line);
    }
    String[] ports = line.split(" ");
    port = Integer.parseInt(ports[1]);
    checkPort = Integer.parseInt(ports[2]);
  }

  int port() {
    return port;
  }

  int checkPort() {
    return checkPort;
  }

  ProcessHandle handle() {
    return child.process().toHandle();
  }

  @Override
  public void close() {
    child.close();
  }
}
