package org.millrace.testkit.lab;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The ports of one lab: one run of consecutive numbers from {@code base}, fixed for the lab's life,
 * so that a process comes back where the others look for it.
 *
 * <p>They lie below the range from which systems give ports to outgoing connections: a port of a
 * process that is down for a while would else be taken.
 */
record LabPorts(int base, int dataNodes, int nodeManagers) {
  static final int LOWEST = 20_000;
  private static final int HIGHEST = 32_000;
  private static final int TRIES = 200;

  static int count(int dataNodes, int nodeManagers) {
    return 8 + 3 * (dataNodes + nodeManagers);
  }

  /** A run of ports that are all free now. */
  static LabPorts choose(int dataNodes, int nodeManagers) {
    int count = count(dataNodes, nodeManagers);
    int places = (HIGHEST - LOWEST) / count;
    for (int attempt = 0; attempt < TRIES; attempt++) {
      int base = LOWEST + count * ThreadLocalRandom.current().nextInt(places);
      if (allFree(base, count)) {
        return new LabPorts(base, dataNodes, nodeManagers);
      }
    }
    throw new LabException(
        "found no "
            + count
            + " free ports in a row between "
            + LOWEST
            + " and "
            + HIGHEST
            + "; are other labs running?");
  }

  private static boolean allFree(int base, int count) {
    List<ServerSocket> held = new ArrayList<>();
    try {
      for (int port = base; port < base + count; port++) {
        ServerSocket socket = new ServerSocket();
        held.add(socket);
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      }
      return true;
    } catch (IOException taken) {
      return false;
    } finally {
      for (ServerSocket socket : held) {
        try {
          socket.close();
        } catch (IOException e) {
          throw new LabException("a probed port could not be closed again", e);
        }
      }
    }
  }

  int nameNodeRpc() {
    return base;
  }

  int nameNodeHttp() {
    return base + 1;
  }

  int resourceManagerClient() {
    return base + 2;
  }

  int resourceManagerScheduler() {
    return base + 3;
  }

  int resourceManagerTracker() {
    return base + 4;
  }

  int resourceManagerAdmin() {
    return base + 5;
  }

  int resourceManagerHttp() {
    return base + 6;
  }

  int dataNodeData(int number) {
    return base + 7 + 3 * (number - 1);
  }

  int dataNodeIpc(int number) {
    return dataNodeData(number) + 1;
  }

  int dataNodeHttp(int number) {
    return dataNodeData(number) + 2;
  }

  int nodeManager(int number) {
    return base + 7 + 3 * dataNodes + 3 * (number - 1);
  }

  int nodeManagerLocalizer(int number) {
    return nodeManager(number) + 1;
  }

  int nodeManagerHttp(int number) {
    return nodeManager(number) + 2;
  }

  /** Of a secure lab's key distribution center; free in others. */
  int kerberos() {
    return base + count(dataNodes, nodeManagers) - 1;
  }

  /** The port of the process's web pages. */
  int http(ProcessName name) {
    return switch (name.role()) {
      case NAME_NODE -> nameNodeHttp();
      case DATA_NODE -> dataNodeHttp(name.number());
      case RESOURCE_MANAGER -> resourceManagerHttp();
      case NODE_MANAGER -> nodeManagerHttp(name.number());
    };
  }

  /** All ports of the process, the web port last. */
  List<Integer> of(ProcessName name) {
    return switch (name.role()) {
      case NAME_NODE -> List.of(nameNodeRpc(), nameNodeHttp());
      case DATA_NODE ->
          List.of(
              dataNodeData(name.number()), dataNodeIpc(name.number()), dataNodeHttp(name.number()));
      case RESOURCE_MANAGER ->
          List.of(
              resourceManagerClient(),
              resourceManagerScheduler(),
              resourceManagerTracker(),
              resourceManagerAdmin(),
              resourceManagerHttp());
      case NODE_MANAGER ->
          List.of(
              nodeManager(name.number()),
              nodeManagerLocalizer(name.number()),
              nodeManagerHttp(name.number()));
    };
  }
}
