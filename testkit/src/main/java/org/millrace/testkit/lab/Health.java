package org.millrace.testkit.lab;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Asks the processes over HTTP how they are. A process is ready when its service is, as those see
 * it who use it: a DataNode when the NameNode counts it as live, a NodeManager when the
 * ResourceManager runs it and has heard of this very start of it.
 */
final class Health {
  private static final int CONNECT_TIMEOUT_MS = 2_000;

  /** A busy machine may hold a process up for seconds; who is dead refuses the connection. */
  private static final int ANSWER_TIMEOUT_MS = 10_000;

  private static final Pattern SAFE_MODE = Pattern.compile("\"Safemode\"\\s*:\\s*\"([^\"]*)\"");
  private static final Pattern ACTOR = Pattern.compile("ActorState\\W+RUNNING");
  private static final Pattern REPORTED = Pattern.compile("\"lastHealthUpdate\"\\s*:\\s*(\\d+)");
  private static final String NAME_NODE_INFO = "/jmx?qry=Hadoop:service=NameNode,name=NameNodeInfo";
  private static final String DATA_NODE_INFO = "/jmx?qry=Hadoop:service=DataNode,name=DataNodeInfo";

  private final LabPorts ports;
  private final LabNetwork network;

  Health(LabSettings settings) {
    this.ports = settings.ports();
    this.network = settings.network();
  }

  /** Why the process is not ready; empty when it is. */
  Optional<String> problem(ProcessName name, OsProcess process) {
    return switch (process.state()) {
      case DEAD -> Optional.of("process " + process.pid() + " is dead");
      case PAUSED -> Optional.of("process " + process.pid() + " is paused");
      case RUNNING ->
          switch (name.role()) {
            case NAME_NODE -> nameNodeProblem();
            case DATA_NODE -> dataNodeProblem(name);
            case RESOURCE_MANAGER -> resourceManagerProblem();
            case NODE_MANAGER -> nodeManagerProblem(name, process);
          };
    };
  }

  private Optional<String> nameNodeProblem() {
    Answer answer = get(network.master(), ports.nameNodeHttp(), NAME_NODE_INFO);
    if (!answer.ok()) {
      return Optional.of(answer.text());
    }
    Matcher matcher = SAFE_MODE.matcher(answer.text());
    if (!matcher.find()) {
      return Optional.of("the NameNode is loading");
    }
    return matcher.group(1).isEmpty() ? Optional.empty() : Optional.of("HDFS is in safe mode");
  }

  private Optional<String> dataNodeProblem(ProcessName name) {
    Answer own = get(network.host(name), ports.dataNodeHttp(name.number()), DATA_NODE_INFO);
    if (!own.ok()) {
      return Optional.of(own.text());
    }
    if (!ACTOR.matcher(own.text()).find()) {
      return Optional.of("it has not registered with the NameNode");
    }
    Answer nameNode = get(network.master(), ports.nameNodeHttp(), NAME_NODE_INFO);
    if (!nameNode.ok()) {
      return Optional.of("the NameNode: " + nameNode.text());
    }
    // LiveNodes is JSON inside a JSON string: "{\"localhost:20007\":{...
    int live = nameNode.text().indexOf("\"LiveNodes\"");
    int liveEnd = live < 0 ? -1 : nameNode.text().indexOf('\n', live);
    String key = ":" + ports.dataNodeData(name.number()) + "\\\":";
    boolean counted = live >= 0 && nameNode.text().substring(live, liveEnd).contains(key);
    return counted ? Optional.empty() : Optional.of("the NameNode does not count it as live");
  }

  private Optional<String> resourceManagerProblem() {
    Answer answer = get(network.master(), ports.resourceManagerHttp(), "/ws/v1/cluster/info");
    if (!answer.ok()) {
      return Optional.of(answer.text());
    }
    boolean active =
        answer.text().contains("\"state\":\"STARTED\"")
            && answer.text().contains("\"haState\":\"ACTIVE\"");
    return active ? Optional.empty() : Optional.of("the ResourceManager is not active");
  }

  private Optional<String> nodeManagerProblem(ProcessName name, OsProcess process) {
    Answer answer =
        get(
            network.master(),
            ports.resourceManagerHttp(),
            "/ws/v1/cluster/nodes/" + network.host(name) + ":" + ports.nodeManager(name.number()));
    if (!answer.ok()) {
      return Optional.of("it is not known to the ResourceManager (" + answer.text() + ")");
    }
    if (!answer.text().contains("\"state\":\"RUNNING\"")) {
      return Optional.of("the ResourceManager does not run it");
    }
    // Within the expiry interval the ResourceManager still runs the one before.
    Matcher reported = REPORTED.matcher(answer.text());
    long startedMs = process.started().map(start -> start.toEpochMilli()).orElse(0L);
    boolean fresh = reported.find() && Long.parseLong(reported.group(1)) > startedMs;
    return fresh
        ? Optional.empty()
        : Optional.of("the ResourceManager has not heard of this start");
  }

  /** An answer with status 200, or what went wrong. */
  record Answer(boolean ok, String text) {}

  static Answer get(int port, String path) {
    return get("localhost", port, path);
  }

  static Answer get(String host, int port, String path) {
    return request("GET", host, port, path);
  }

  static Answer request(String method, String host, int port, String path) {
    HttpURLConnection connection = null;
    try {
      connection =
          (HttpURLConnection)
              URI.create("http://" + host + ":" + port + path)
                  .toURL()
                  .openConnection(java.net.Proxy.NO_PROXY);
      connection.setRequestMethod(method);
      connection.setRequestProperty("Accept", "application/json");
      connection.setConnectTimeout(CONNECT_TIMEOUT_MS);
      connection.setReadTimeout(ANSWER_TIMEOUT_MS);
      int status = connection.getResponseCode();
      if (status != HttpURLConnection.HTTP_OK) {
        return new Answer(false, "port " + port + " answers with status " + status);
      }
      try (InputStream body = connection.getInputStream()) {
        return new Answer(true, new String(body.readAllBytes(), StandardCharsets.UTF_8));
      }
    } catch (IOException e) {
      return new Answer(false, "port " + port + " does not answer (" + e.getMessage() + ")");
    } finally {
      if (connection != null) {
        connection.disconnect();
      }
    }
  }
}
