package org.millrace.testkit.lab;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Where a lab's processes are. On {@code LOOPBACK} all have the machine's own network. With {@code
 * NAMESPACES} each node, a DataNode and a NodeManager with its containers, has a network namespace,
 * and a cable to a bridge at which NameNode, ResourceManager and clients are:
 *
 * <pre>
 *   namespace mrl20345-1: p 10.78.89.11 -- mrl20345n1 \
 *   namespace mrl20345-2: p 10.78.89.12 -- mrl20345n2 -- bridge mrl20345 10.78.89.1: nn, rm, clients
 * </pre>
 *
 * @param base the lab's first port, which makes its names and addresses its own
 */
record LabNetwork(Kind kind, int base) {
  private static final long COMMAND_SECONDS = 20;
  private static final int SECOND_BYTE = 77;
  private static final int BYTE = 256;
  private static final int FIRST_NODE = 10;

  /** What separates the nodes of a lab. */
  enum Kind {
    LOOPBACK,
    NAMESPACES;

    static Kind of(String text) {
      try {
        return valueOf(text.toUpperCase(Locale.ROOT));
      } catch (IllegalArgumentException e) {
        throw new LabException("a lab's network is loopback or namespaces, not '" + text + "'", e);
      }
    }

    String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private boolean separate() {
    return kind == Kind.NAMESPACES;
  }

  /** Where NameNode and ResourceManager listen, and whoever clients bring along. */
  String master() {
    return separate() ? subnet() + 1 : "localhost";
  }

  /** Where a process listens. */
  String host(ProcessName name) {
    return separate() && !name.role().single() ? subnet() + (FIRST_NODE + name.number()) : master();
  }

  /** What a process's command begins with. */
  List<String> enter(ProcessName name) {
    return separate() && !name.role().single()
        ? List.of("nsenter", "--net=/var/run/netns/" + namespace(name.number()))
        : List.of();
  }

  private String subnet() {
    int number = Math.max(0, base - LabPorts.LOWEST);
    return "10." + (SECOND_BYTE + number / BYTE) + "." + number % BYTE + ".";
  }

  private String bridge() {
    return "mrl" + base;
  }

  private String cable(int node) {
    return bridge() + "n" + node;
  }

  private String namespace(int node) {
    return bridge() + "-" + node;
  }

  /** Makes what is missing. */
  void create(int nodes) {
    if (!separate()) {
      return;
    }
    requireRights();
    if (!succeeds("ip", "link", "show", bridge())) {
      ip("link", "add", bridge(), "type", "bridge");
      ip("addr", "add", master() + "/24", "dev", bridge());
    }
    ip("link", "set", bridge(), "up");
    for (int node = 1; node <= nodes; node++) {
      if (!succeeds("ip", "link", "show", cable(node))) {
        String namespace = namespace(node);
        ip("netns", "add", namespace);
        String end = "mrp" + base + "n" + node;
        ip("link", "add", cable(node), "type", "veth", "peer", "name", end);
        ip("link", "set", end, "netns", namespace);
        ip("link", "set", cable(node), "master", bridge());
        ip("-n", namespace, "addr", "add", subnet() + (FIRST_NODE + node) + "/24", "dev", end);
        ip("-n", namespace, "link", "set", end, "up");
        ip("-n", namespace, "link", "set", "lo", "up");
      }
      join(node);
    }
  }

  /** Removes it; the processes in it have ended. */
  void delete(int nodes) {
    if (!separate()) {
      return;
    }
    for (int node = 1; node <= nodes; node++) {
      if (succeeds("ip", "link", "show", cable(node))) {
        ip("link", "del", cable(node));
      }
      if (succeeds("ip", "-n", namespace(node), "link", "show", "lo")) {
        ip("netns", "del", namespace(node));
      }
    }
    if (succeeds("ip", "link", "show", bridge())) {
      ip("link", "del", bridge());
    }
  }

  /** Nothing gets through to the node or from it; connections stay open and silent. */
  void cut(int node) {
    requireSeparate();
    ip("link", "set", cable(node), "down");
  }

  /** The node is back. */
  void join(int node) {
    requireSeparate();
    ip("link", "set", cable(node), "up");
  }

  private void requireSeparate() {
    if (!separate()) {
      throw new LabException(
          "the nodes of this lab share one network, so none can be cut off; start it with: lab up"
              + " --network namespaces");
    }
  }

  private static void requireRights() {
    Run run = run(List.of("unshare", "--net", "ip", "link", "add", "mrprobe", "type", "bridge"));
    if (run.status() != 0) {
      throw new LabException(
          "network namespaces need root (CAP_NET_ADMIN and CAP_SYS_ADMIN), Linux with bridges and"
              + " veth, and the commands ip (iproute2), unshare and nsenter (util-linux); here: "
              + run.output());
    }
  }

  private static void ip(String... arguments) {
    List<String> command = new ArrayList<>(List.of("ip"));
    command.addAll(List.of(arguments));
    Run run = run(command);
    if (run.status() != 0) {
      throw new LabException("'" + String.join(" ", command) + "' failed: " + run.output());
    }
  }

  private static boolean succeeds(String... command) {
    return run(List.of(command)).status() == 0;
  }

  private record Run(int status, String output) {}

  private static Run run(List<String> command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return new Run(-1, "'" + String.join(" ", command) + "' does not end");
      }
      return new Run(process.exitValue(), output.strip());
    } catch (IOException e) {
      return new Run(-1, e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabException("interrupted while running " + command, e);
    }
  }
}
